"""What time itself does to cases: limits that passed, warnings, a new calendar, a desk that is empty.

Each sweep only looks (purpose `sweep`) and asks the outbox for one row per case in that case's own scope;
what then happens goes through `perform` like everything else, so a sweep may run twice or late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.database.scope import Scope, current, purpose
from qcy.foundation.messages.services import send_message
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.actor import system_actor
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.queries import covers_of, people_with_role
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refused

from .clocks import overtaken_by
from .enums import OPEN_STATUSES, CaseStatus, Clock, Level
from .models import Case, CaseWarning
from .recording import state_of
from .services import perform

MISSED_FOLLOW_UP = "受理时承诺后补的材料，到承诺的日期没有交。按承诺书的约定终止办理，补齐后可以重新申请。"
YELLOW_DAYS = 3  # working days left


def ask_overtaken(payload: Mapping[str, Any], now: datetime) -> None:
    """Limits of the firm or of the intake that have passed: lapse, deemed acceptance, missed papers."""
    today = local_day(now)
    passed = Q(applicant_due__lt=today) | Q(status=CaseStatus.SUBMITTED, answer_by__lt=today)
    with purpose("sweep"):
        for case in Case.objects.filter(passed, status__in=OPEN_STATUSES).only("id", "node_id", "version"):
            put(
                "case.overtaken",
                payload={"case": str(case.pk)},
                now=now,
                scope=Scope(nodes=frozenset({case.node_id})),
                key=f"case.overtaken:{case.pk}:{case.version}:{today}",
            )


def act_on_time(payload: Mapping[str, Any], now: datetime) -> None:
    scope = current()
    assert scope is not None
    case = Case.objects.with_names().get(pk=payload["case"])
    command = overtaken_by(state_of(case), case.adoption.definition, local_day(now))
    if command:
        reason = MISSED_FOLLOW_UP if command == "terminate" else ""
        perform(system_actor(scope), case.pk, command, now, reason=reason)


# ---------------------------------------------------------------- the warning ladder
@dataclass(frozen=True)
class Rung:
    clock: Clock
    level: Level
    due: date


def warn(payload: Mapping[str, Any], now: datetime) -> None:
    """Yellow, red, overdue: each once for a due day, to whoever can still do something (C13)."""
    today = local_day(now)
    with purpose("sweep"):
        for case in Case.objects.filter(status__in=OPEN_STATUSES).with_names():
            for rung in rungs_of(case, today):
                if _first_time(case, rung, now):
                    _tell(case, rung, today, now)


def rungs_of(case: Case, today: date) -> Iterator[Rung]:
    for clock, due in running_clocks(case):
        if level := level_of(due, today):
            yield Rung(clock, level, due)


def running_clocks(case: Case) -> Iterator[tuple[Clock, date]]:
    if case.status == CaseStatus.SUBMITTED and case.answer_by:
        yield Clock.ANSWER, case.answer_by
    if case.status == CaseStatus.ACCEPTED and case.promised_due:
        yield Clock.PROMISED, case.promised_due
    if case.applicant_due:
        yield Clock.APPLICANT, case.applicant_due


def level_of(due: date, today: date) -> Level | None:
    if today > due:
        return Level.OVERDUE
    if today == due:
        return Level.RED
    left = calendar_in_force().working_days_between(today, due)
    return Level.YELLOW if left <= YELLOW_DAYS else None


def _first_time(case: Case, rung: Rung, now: datetime) -> bool:
    key = {"case": case, "clock": rung.clock, "level": rung.level, "due": rung.due}
    _, created = CaseWarning.objects.get_or_create(**key, defaults={"at": now})
    return bool(created)


def _tell(case: Case, rung: Rung, today: date, now: datetime) -> None:
    if rung.clock == Clock.APPLICANT:
        if rung.level != Level.OVERDUE:  # afterwards a letter says what has become of it
            title, body = _firm_words(case, rung)
            url = f"/me/cases/{case.pk}/"
            send_message(person_id=case.filer_id, kind="deadline", title=title, body=body, url=url, now=now)
        return
    title = f"{rung.level.label}：{rung.clock.label}"
    body = f"{case.number} {case.firm_name}，{rung.clock.label} {rung.due.isoformat()} 到期。"
    for person_id in _who(case, rung.level, today):
        url = f"/console/cases/{case.pk}/"
        send_message(person_id=person_id, kind="work", title=title, body=body, url=url, now=now)


def _firm_words(case: Case, rung: Rung) -> tuple[str, str]:
    day = f"{rung.due.month} 月 {rung.due.day} 日"
    title = "今天是补正的最后一天" if rung.level == Level.RED else f"请在 {day}前补正"
    return (
        title,
        f"{case.adoption.definition.name}，办件编号 {case.number}。{day}前没有补好的，会按通知书的说明处理。",
    )


def _who(case: Case, level: Level, today: date) -> set[UUID]:
    """Yellow: the desk. Red: the desk and the manager. Overdue: the manager and the hub."""
    managers = people_with_role(case.node_id, Role.NODE_MANAGER, today)
    desk = {case.assignee_id} if case.assignee_id else managers
    match level:
        case Level.YELLOW:
            people = desk
        case Level.RED:
            people = desk | managers
        case _:
            hub = case.node.parent_id or case.node_id
            people = managers | people_with_role(hub, Role.NODE_MANAGER, today)
    return people | covers_of(people, today)


# ---------------------------------------------------------------- a new calendar, an empty desk
def ask_recomputing(payload: Mapping[str, Any], now: datetime) -> None:
    """Every open case counts again by the new calendar, each in its own transaction."""
    with purpose("sweep"):
        for case in Case.objects.filter(status__in=OPEN_STATUSES).only("id", "node_id"):
            put(
                "case.recompute",
                payload={"case": str(case.pk)},
                now=now,
                scope=Scope(nodes=frozenset({case.node_id})),
                key=f"case.recompute:{case.pk}:{payload['year']}:{payload['version']}",
            )


def recompute(payload: Mapping[str, Any], now: datetime) -> None:
    scope = current()
    assert scope is not None
    try:
        perform(system_actor(scope), payload["case"], "recompute", now)
    except Refused:
        return  # closed in the meantime: nothing is due any more


def ask_releasing(payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever has left keeps no case on the desk."""
    with purpose("sweep"):
        held = Case.objects.filter(
            node_id=payload["node"], assignee_id=payload["person"], status__in=OPEN_STATUSES
        )
        for case in held.only("id", "node_id"):
            scope = Scope(nodes=frozenset({case.node_id}))
            put("case.release", payload={"case": str(case.pk)}, now=now, scope=scope)


def release(payload: Mapping[str, Any], now: datetime) -> None:
    scope = current()
    assert scope is not None
    perform(system_actor(scope), payload["case"], "release", now)
