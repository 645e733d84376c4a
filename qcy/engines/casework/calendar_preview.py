"""Which open deadlines a new calendar would move, before anybody confirms it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qcy.foundation.calendars.queries import calendar_with
from qcy.foundation.database.scope import purpose
from qcy.kernel.calendar import Calendar
from qcy.kernel.clock import Pause

from .clocks import recomputed
from .enums import OPEN_STATUSES, CaseStatus, Outcome
from .models import Case
from .state import CaseState


@dataclass(frozen=True)
class Moved:
    number: str
    node: str
    clock: str
    before: date | None
    after: date
    only_confirmed: bool  # the day stays, it is just no longer provisional


def moved_by(document: Mapping[str, Any], today: date) -> list[Moved]:
    """For every open case of every node; numbers and days only, nothing of the firms."""
    calendar = calendar_with(document)
    with purpose("sweep"):
        return [
            m
            for case in Case.objects.filter(status__in=OPEN_STATUSES).with_names()
            for m in _moved(case, calendar, today)
        ]


def _moved(case: Case, calendar: Calendar, today: date) -> Iterator[Moved]:
    changes = recomputed(cached_state(case), case.adoption.definition, calendar, today)
    if not changes:
        return
    name, clock = ("answer_by", "受理决定") if case.accepted_on is None else ("promised_due", "承诺时限")
    before, after = getattr(case, name), date.fromisoformat(changes[name])
    yield Moved(case.number, case.node.short_name, clock, before, after, before == after)


def cached_state(case: Case) -> CaseState:
    """As much of the state as its clocks need, without reading the events."""
    return CaseState(
        status=CaseStatus(case.status),
        outcome=Outcome(case.outcome),
        received_on=case.received_on,
        accepted_on=case.accepted_on,
        answer_by=case.answer_by,
        promised_due=case.promised_due,
        legal_due=case.legal_due,
        due_provisional=case.due_provisional,
        pauses=tuple(Pause(date.fromisoformat(a), date.fromisoformat(b)) for a, b in case.pauses),
        paused_since=case.paused_since,
        extended_days=case.extended_days,
    )
