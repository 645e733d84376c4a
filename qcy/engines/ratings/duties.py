"""A bad rating is work: call back, put right, explain or appeal, within a limit, with every word kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.parties.actor import Actor
from qcy.kernel.clock import WorkingDays, due_on
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .models import DutyState, DutyStep, Rating, RatingDuty
from .workflow import CALL_BACK_DAYS, DUTY, RECTIFY_DAYS

LONGEST = 1_000
STALE = Refusal("stale", why="这份差评刚被别人处理过。", fix="页面已更新，请核对后再操作。")
NOT_NOW = Refusal("not_now", why="这份差评现在不能做这个操作。", fix="请查看它的最新进度。")
NO_RIGHT = Refusal("needs_manager", why="复核由节点负责人办理。", fix="请转给节点负责人。")
NOT_STAFF = Refusal("needs_clerk", why="这一步由本节点的经办人或审核人办理。", fix="请转给经办人。")
SAME_PERSON = Refusal("same_person", why="申诉和复核不能是同一人。", fix="请由另一位负责人复核。")
WORDS = Refusal("text_missing", why="还没有写办理情况。", fix="请写清和企业怎么说的、打算怎么改。")


def open_duty(rating: Rating, now: datetime) -> RatingDuty:
    """Called in the transaction of the rating itself: no bad rating without its duty."""
    duty = RatingDuty(
        rating=rating,
        case=rating.case,
        node_id=rating.case.node_id,
        opened_at=now,
        due=due_on(local_day(now), WorkingDays(CALL_BACK_DAYS), calendar_in_force()).day,
    )
    duty.save(force_insert=True)
    _record(duty, "duty.opened", None, now)
    return duty


@transaction.atomic
def handle_duty(
    *, actor: Actor, duty_id: UUID, command: str, text: str, version: int, now: datetime
) -> RatingDuty:
    """One step of the table; a refusal leaves everything as it was."""
    duty = RatingDuty.objects.visible_to(actor).for_update().get(pk=duty_id)
    move = DUTY.move(command)
    words = clean(text).strip()[:LONGEST]
    if duty.version != version:
        raise Refused(STALE)
    if duty.state not in move.sources:
        raise Refused(NOT_NOW)
    if not move.roles & actor.roles_at(duty.node_id):
        raise Refused(NO_RIGHT if len(move.roles) == 1 else NOT_STAFF)
    if move.not_by and _gave(duty, move.not_by) == actor.person_id:
        raise Refused(SAME_PERSON)
    if not words:
        raise Refused(WORDS)
    _take_step(duty, actor, command, words, now)
    return duty


def _gave(duty: RatingDuty, command: str) -> UUID | None:
    last = duty.steps.filter(command=command).order_by("-at").first()
    return last.person_id if last else None


def _take_step(duty: RatingDuty, actor: Actor, command: str, words: str, now: datetime) -> None:
    target = DUTY.move(command).target
    assert target is not None
    DutyStep(
        duty=duty,
        node_id=duty.node_id,
        command=command,
        person_id=actor.me,
        desk_name=actor.desk_at(duty.node_id),
        text=words,
        at=now,
    ).save(force_insert=True)
    if command == "call_back":
        opened = local_day(duty.opened_at)
        duty.called_back_at = now
        duty.due = due_on(opened, WorkingDays(RECTIFY_DAYS), calendar_in_force()).day
    duty.state, duty.handler_id, duty.version = target, actor.person_id, duty.version + 1
    duty.closed_at = now if target in DUTY.ends else None
    duty.save()
    _record(duty, f"duty.{command}", actor.person_id, now)


def close_by_firm(rating: Rating, now: datetime) -> None:
    """The firm has thought better of it before anybody called: nothing is left to put right."""
    open_ones = RatingDuty.objects.filter(rating=rating, state=DutyState.CALL_BACK)
    if open_ones.update(state=DutyState.EXPLAINED, closed_at=now):
        _record(RatingDuty.objects.get(rating=rating), "duty.withdrawn", rating.person_id, now)


def _record(duty: RatingDuty, type: str, actor_id: UUID | None, now: datetime) -> None:
    record_audit(
        stream=f"ratings:{duty.node_id}",
        type=type,
        now=now,
        actor_id=actor_id,
        node_id=duty.node_id,
        payload={"duty": str(duty.pk), "state": str(duty.state)},
    )
