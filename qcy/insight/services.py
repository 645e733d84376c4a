from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .access import can_publish_figures
from .document import NewFigure, NewValue, Source, read_figures
from .models import Figure, FigureCorrection, FigureDefinition, FigureValue
from .queries import held_figures

STREAM = "figures"
DEFINITION_CHANGED = Refusal(
    "definition_changed",
    why="这一版定义已经公开，不能改写。",
    fix="请把 version 加 1，写成新的一版。",
)
ALREADY_PUBLISHED = Refusal(
    "already_published",
    why="同一截止日、同一来源的数已经公开，不能改写。",
    fix="请用更正：旧数保留，写明原因。",
)
NO_REASON = Refusal("reason_missing", why="还没有写更正的原因。", fix="请写清错在哪里、依据是什么。")
CORRECTED = Refusal("already_corrected", why="这个数已经更正过。", fix="请更正它后面的那个数。")
SAME_VALUE = Refusal("same_value", why="更正后的数和原来一样。", fix="请核对要改成多少。")
LONGEST_REASON = 200


@transaction.atomic
def load_figures(document: Mapping[str, Any], *, now: datetime) -> int:
    """Publish what a figures file holds; what is there already stays as it is. Returns how many were new."""
    new = sum(_load(figure, now) for figure in read_figures(document))
    held_figures.forget()
    return new


def _load(new: NewFigure, now: datetime) -> int:
    code = new.fields["code"]
    figure, _created = Figure.objects.update_or_create(code=code, defaults=dict(new.fields))
    definition = _define(figure, new.definition, now)
    return sum(_publish_once(figure, definition, value, rival, now) for value, rival in new.values)


def _define(figure: Figure, wanted: Mapping[str, Any], now: datetime) -> FigureDefinition:
    held = FigureDefinition.objects.filter(figure=figure, version=wanted["version"]).first()
    if held is None:
        held = FigureDefinition(figure=figure, **wanted)
        held.save(force_insert=True)
        _record("figure.defined", {"figure": figure.code, "version": held.version}, now)
    elif (held.text, held.not_meant) != (wanted["text"], wanted["not_meant"]):
        raise Refused(DEFINITION_CHANGED)
    return held


def _publish_once(
    figure: Figure, definition: FigureDefinition, new: NewValue, rival: Decimal | None, now: datetime
) -> int:
    same = FigureValue.objects.filter(figure=figure, as_of=new.as_of, source=new.source)
    printed = set(same.values_list("value", flat=True))
    if new.value in printed:
        return 0
    if printed:
        raise Refused(ALREADY_PUBLISHED)
    _publish(figure, definition, new, _rival_of(figure, new, rival), None, now)
    return 1


def _rival_of(figure: Figure, new: NewValue, rival: Decimal | None) -> FigureValue | None:
    if rival is None:
        return None
    found = FigureValue.objects.filter(figure=figure, as_of=new.as_of, value=rival).first()
    if found is None:
        why = f"指标 {figure.code} 没有数 {rival}，不能说与它不一致。"
        raise Refused(Refusal("rival_missing", why=why, fix="请先写被对照的那个数。"))
    return found


@transaction.atomic
def publish_value(
    *, actor: Actor, code: str, value: NewValue, conflicts_with: UUID | None = None, now: datetime
) -> FigureValue:
    """A further value of a known figure, by the definition in force."""
    _guard(actor)
    figure = Figure.objects.get(code=code)
    definition = figure.definitions.order_by("-version")[0]
    if FigureValue.objects.filter(figure=figure, as_of=value.as_of, source=value.source).exists():
        raise Refused(ALREADY_PUBLISHED)
    rival = FigureValue.objects.get(pk=conflicts_with, figure=figure) if conflicts_with else None
    return _publish(figure, definition, value, rival, actor.person_id, now)


@transaction.atomic
def correct_value(
    *,
    actor: Actor,
    wrong_id: UUID,
    value: Decimal,
    reason: str,
    approver: str = "",
    source: Source | None = None,
    now: datetime,
) -> FigureCorrection:
    """Put another value in the place of a wrong one. The wrong one stays in public, with the reason.

    `source`: where the right value stands, if not where the wrong one was printed.
    """
    _guard(actor)
    wrong = FigureValue.objects.select_related("figure", "definition").get(pk=wrong_id)
    words = clean(reason).strip()[:LONGEST_REASON]
    if not words:
        raise Refused(NO_REASON)
    if FigureCorrection.objects.filter(wrong=wrong).exists():
        raise Refused(CORRECTED)
    if wrong.value == value:
        raise Refused(SAME_VALUE)
    new = replace(_as_new(wrong), value=value, approver=approver, **asdict(source) if source else {})
    right = _publish(wrong.figure, wrong.definition, new, wrong.conflicts_with, actor.person_id, now)
    correction = FigureCorrection(wrong=wrong, right=right, reason=words, approver=approver, at=now)
    correction.save(force_insert=True)
    references = {"wrong": str(wrong.pk), "right": str(right.pk)}
    _record("figure.corrected", references, now, actor.person_id)
    return correction


def _as_new(row: FigureValue) -> NewValue:
    """Everything but the number; a corrected number no longer carries the multiple computed from the old one."""
    kept = ("as_of", "as_of_text", "source", "source_date", "period_from", "note")
    return NewValue(value=row.value, **{name: getattr(row, name) for name in kept})


def _publish(
    figure: Figure,
    definition: FigureDefinition,
    new: NewValue,
    rival: FigureValue | None,
    by: UUID | None,
    now: datetime,
) -> FigureValue:
    row = FigureValue(
        figure=figure, definition=definition, conflicts_with=rival, recorded_at=now, **asdict(new)
    )
    row.save(force_insert=True)
    held_figures.forget()
    _record("figure.published", {"figure": figure.code, "value": str(row.pk)}, now, by)
    return row


def _guard(actor: Actor) -> None:
    decision = can_publish_figures(actor)
    if decision.reason:
        raise Refused(decision.reason)


def _record(type: str, payload: Mapping[str, Any], now: datetime, by: UUID | None = None) -> None:
    record_audit(stream=STREAM, type=type, now=now, actor_id=by, payload=payload)
