"""The three clocks of a case: how its limits follow from its state, its definition and the calendar.

answer_by runs from the receipt of the (corrected) file; promised and legal run from acceptance, without
the pauses, with an extension. Source: 行政许可法 art. 32, 42, 45; field guide 2.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from qcy.engines.catalogue.enums import Flow
from qcy.kernel.calendar import Calendar
from qcy.kernel.clock import Limit, Pause, WorkingDays, due_on

from .enums import CaseStatus
from .state import CaseState


class Limits(Protocol):
    """What the clocks need of the pinned definition."""

    @property
    def flow(self) -> Flow: ...
    @property
    def answer_by(self) -> WorkingDays: ...
    @property
    def promised(self) -> WorkingDays: ...
    @property
    def legal(self) -> Limit | None: ...
    @property
    def correction_limit(self) -> WorkingDays: ...
    @property
    def follow_up_limit(self) -> WorkingDays: ...
    @property
    def longest_extension(self) -> int: ...
    @property
    def deemed_acceptance(self) -> bool: ...


@dataclass(frozen=True)
class Dues:
    promised: date
    legal: date | None
    provisional: bool

    def payload(self, calendar: Calendar) -> dict[str, Any]:
        return {
            "promised_due": self.promised.isoformat(),
            "legal_due": self.legal.isoformat() if self.legal else None,
            "provisional": self.provisional,
            "calendar": calendar.version,
        }


def promised_limit(state: CaseState, definition: Limits) -> WorkingDays:
    return WorkingDays(definition.promised.count + state.extended_days)


def legal_limit(state: CaseState, definition: Limits) -> Limit | None:
    """An extension with the head's approval lengthens a limit in working days by as many (art. 42)."""
    legal = definition.legal
    if isinstance(legal, WorkingDays):
        return WorkingDays(legal.count + state.extended_days)
    return legal


def pauses_of(state: CaseState) -> tuple[Pause, ...]:
    """Closed pauses, and the one still running."""
    running = (Pause(state.paused_since, None),) if state.paused_since else ()
    return (*state.pauses, *running)


def dues_of(state: CaseState, definition: Limits, calendar: Calendar, today: date) -> Dues:
    """Both ends if the case went on today; `today` matters only while a pause runs."""
    assert state.accepted_on is not None
    pauses = pauses_of(state)
    promised = due_on(state.accepted_on, promised_limit(state, definition), calendar, pauses, today)
    limit = legal_limit(state, definition)
    legal = due_on(state.accepted_on, limit, calendar, pauses, today) if limit else None
    provisional = promised.provisional or bool(legal and legal.provisional)
    return Dues(promised.day, legal.day if legal else None, provisional)


def accepted_from(state: CaseState, day: date) -> CaseState:
    return replace(state, accepted_on=day, pauses=(), paused_since=None)


def answer_payload(today: date, definition: Limits, calendar: Calendar) -> dict[str, Any]:
    """The answer clock starts with the receipt of a file: five full working days, each time anew."""
    due = due_on(today, definition.answer_by, calendar)
    return {"answer_by": due.day.isoformat(), "provisional": due.provisional, "calendar": calendar.version}


def correct_by(today: date, definition: Limits, calendar: Calendar) -> date:
    return due_on(today, definition.correction_limit, calendar).day


def follow_by(state: CaseState, definition: Limits, calendar: Calendar, today: date, promised: date) -> date:
    """Promised papers: within their own limit, never later than the promised day of the case."""
    return min(due_on(today, definition.follow_up_limit, calendar).day, promised)


def recomputed(state: CaseState, definition: Limits, calendar: Calendar, today: date) -> Mapping[str, Any]:
    """The limits under another calendar; {} when none of them moves."""
    if state.accepted_on is None:
        assert state.received_on is not None
        payload = answer_payload(state.received_on, definition, calendar)
    else:
        # a pause still running moves the end anyway: it is counted when it ends
        dues = dues_of(replace(state, paused_since=None), definition, calendar, today)
        payload = dues.payload(calendar)
    return {} if _says_the_same(payload, state) else payload


def _says_the_same(payload: Mapping[str, Any], state: CaseState) -> bool:
    days = ("answer_by",) if state.accepted_on is None else ("promised_due", "legal_due")
    held = {name: getattr(state, name) for name in days}
    unmoved = all(payload[name] == (day.isoformat() if day else None) for name, day in held.items())
    return unmoved and payload["provisional"] == state.due_provisional


def overtaken_by(state: CaseState, definition: Limits, today: date) -> str:
    """The command time itself has given: it must come first, whenever the sweep gets round to it."""
    if (
        state.status == CaseStatus.SUBMITTED
        and definition.deemed_acceptance
        and _past(state.answer_by, today)
    ):
        return "deem_accepted"
    if state.status == CaseStatus.CORRECTING and _past(state.correct_by, today):
        return "lapse"
    if state.status == CaseStatus.SUPPLEMENTING and _past(state.correct_by, today):
        return "miss_supplement"
    if state.outstanding and state.status == CaseStatus.ACCEPTED and _past(state.follow_by, today):
        return "terminate"
    return ""


def _past(day: date | None, today: date) -> bool:
    return day is not None and today > day
