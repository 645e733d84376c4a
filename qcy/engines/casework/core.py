"""Casework without a database: decide(state, command, …) -> events | refusal, apply(state, event) -> state.

Views, jobs, imports and the demo world all go through these two functions; nothing else may say what
happens to a case. Source of the rules: 行政许可法 art. 32, 42, 44; field guide 2.5, 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from qcy.foundation.parties.enums import Role
from qcy.kernel.calendar import Calendar
from qcy.kernel.clock import Limit, WorkingDays, due_on
from qcy.kernel.refusals import Refusal

from . import refusals
from .enums import CaseStatus, EventType, Outcome
from .workflow import ASSIGNABLE, CASE, MAY_ASSIGN_OTHERS, MAY_TAKE


class Limits(Protocol):
    """What the core needs of the pinned definition."""

    @property
    def answer_by(self) -> WorkingDays: ...
    @property
    def promised(self) -> WorkingDays: ...
    @property
    def legal(self) -> Limit | None: ...


@dataclass(frozen=True)
class ActingAs:
    """The actor as the core sees it: who, with which roles at the case's node."""

    person_id: UUID | None
    roles: frozenset[Role]
    desk: str = ""


@dataclass(frozen=True)
class CaseState:
    status: CaseStatus = CaseStatus.SUBMITTED
    outcome: Outcome = Outcome.NONE
    version: int = 0
    submitted_on: date | None = None
    accepted_on: date | None = None
    closed_on: date | None = None
    answer_by: date | None = None
    promised_due: date | None = None
    legal_due: date | None = None
    due_provisional: bool = False
    assignee: UUID | None = None
    done_by: Mapping[str, UUID | None] = field(default_factory=dict)  # command -> who gave it
    applicant_verified: bool = True


@dataclass(frozen=True)
class Event:
    type: EventType
    at: datetime
    actor: UUID | None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    name: str  # submit, assign, or a command of the workflow table
    by: ActingAs
    reason: Mapping[str, str] | None = None  # id and keyed hash of the erasable text
    payload: Mapping[str, Any] = field(default_factory=dict)
    assignee: ActingAs | None = None
    expected_version: int | None = None


EVENT_OF = {
    "submit": EventType.SUBMITTED,
    "assign": EventType.ASSIGNED,
    "accept": EventType.ACCEPTED,
    "refuse_intake": EventType.NOT_ACCEPTED,
    "grant": EventType.GRANTED,
    "refuse": EventType.REFUSED,
    "deliver": EventType.DELIVERED,
    "withdraw": EventType.WITHDRAWN,
}
COMMAND_OF = {event: command for command, event in EVENT_OF.items()}


def decide(
    state: CaseState, command: Command, definition: Limits, calendar: Calendar, now: datetime, today: date
) -> Sequence[Event] | Refusal:
    """Events that follow from the command, none when it was already carried out (C9), or why not."""
    if command.name == "submit":
        return _submit(state, command, definition, calendar, now, today)
    if _already_done(state, command):
        return []
    if command.expected_version not in (None, state.version):
        return refusals.STALE
    if command.name == "assign":
        return _assign(state, command, now)
    return _move(state, command, definition, calendar, now, today)


def _already_done(state: CaseState, command: Command) -> bool:
    if command.name == "assign":
        wanted = command.assignee.person_id if command.assignee else None
        return wanted is not None and wanted == state.assignee
    same = command.name in state.done_by and state.done_by[command.name] == command.by.person_id
    return same and state.status == CASE.move(command.name).target


def _submit(
    state: CaseState, command: Command, definition: Limits, calendar: Calendar, now: datetime, today: date
) -> Sequence[Event] | Refusal:
    if state.version:
        return refusals.ALREADY_SUBMITTED
    due = due_on(today, definition.answer_by, calendar)
    payload = {**command.payload, "on": today.isoformat(), "answer_by": due.day.isoformat()}
    return [Event(EventType.SUBMITTED, now, command.by.person_id, payload)]


def _assign(state: CaseState, command: Command, now: datetime) -> Sequence[Event] | Refusal:
    target = command.assignee
    if target is None or state.status not in ASSIGNABLE:
        return refusals.NOT_NOW[state.status]
    if target.person_id != command.by.person_id and not command.by.roles & MAY_ASSIGN_OTHERS:
        return refusals.MAY_NOT_ASSIGN
    if not target.roles & MAY_TAKE[state.status]:
        return refusals.CANNOT_TAKE
    payload = {"assignee": str(target.person_id), "desk": target.desk}
    return [Event(EventType.ASSIGNED, now, command.by.person_id, payload)]


def _move(
    state: CaseState, command: Command, definition: Limits, calendar: Calendar, now: datetime, today: date
) -> Sequence[Event] | Refusal:
    move = CASE.move(command.name)
    if state.status not in move.sources:
        return refusals.NOT_NOW[state.status]
    if move.role not in command.by.roles:
        return refusals.NEEDS_ROLE[move.role]
    if move.not_by and state.done_by.get(move.not_by) == command.by.person_id:
        return refusals.SAME_PERSON
    if move.needs_reason and not command.reason:
        return refusals.NEEDS_REASON
    if command.name == "accept" and not state.applicant_verified:
        return refusals.LICENCE_FIRST
    payload = {**command.payload, "on": today.isoformat(), "desk": command.by.desk}
    if command.reason:
        payload["reason"] = dict(command.reason)
    if command.name == "accept":
        payload |= _clocks_from(today, definition, calendar)
    return [Event(EVENT_OF[command.name], now, command.by.person_id, payload)]


def _clocks_from(accepted: date, definition: Limits, calendar: Calendar) -> dict[str, Any]:
    """Both ends fixed at acceptance, with the calendar they were counted by."""
    promised = due_on(accepted, definition.promised, calendar)
    legal = due_on(accepted, definition.legal, calendar) if definition.legal else None
    return {
        "promised_due": promised.day.isoformat(),
        "legal_due": legal.day.isoformat() if legal else None,
        "provisional": promised.provisional or bool(legal and legal.provisional),
        "calendar": calendar.version,
    }


def apply(state: CaseState, event: Event) -> CaseState:
    """The state after one more event. C1: a case is the fold of its events and nothing else."""
    command = COMMAND_OF[event.type]
    changes: dict[str, Any] = {
        "version": state.version + 1,
        "done_by": {**state.done_by, command: event.actor},
    }
    if event.type == EventType.ASSIGNED:
        return replace(state, **changes, assignee=UUID(event.payload["assignee"]))
    if event.type != EventType.SUBMITTED:
        changes["status"] = CASE.move(command).target
    return replace(state, **changes, **_FACTS_OF.get(event.type, _nothing)(event.payload))


def fold(events: Sequence[Event]) -> CaseState:
    state = CaseState()
    for event in events:
        state = apply(state, event)
    return state


def _nothing(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _day(payload: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(payload[name]) if payload.get(name) else None


def _on_submitted(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"submitted_on": _day(payload, "on"), "answer_by": _day(payload, "answer_by")}


def _on_accepted(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "accepted_on": _day(payload, "on"),
        "promised_due": _day(payload, "promised_due"),
        "legal_due": _day(payload, "legal_due"),
        "due_provisional": bool(payload["provisional"]),
        "assignee": None,  # the decider's desk takes over
    }


def _on_closed(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"closed_on": _day(payload, "on"), "assignee": None}


def _on_decided(outcome: Outcome) -> Any:
    return lambda payload: {"outcome": outcome, "closed_on": _day(payload, "on")}


_FACTS_OF: Mapping[EventType, Any] = {
    EventType.SUBMITTED: _on_submitted,
    EventType.ACCEPTED: _on_accepted,
    EventType.NOT_ACCEPTED: _on_closed,
    EventType.WITHDRAWN: _on_closed,
    EventType.GRANTED: _on_decided(Outcome.GRANTED),
    EventType.REFUSED: _on_decided(Outcome.REFUSED),
}
