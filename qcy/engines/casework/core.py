"""Casework without a database: decide(state, command, …) -> events | refusal, apply(state, event) -> state.

Views, jobs, imports and the demo world all go through these two functions; nothing else may say what
happens to a case. Source of the rules: 行政许可法 art. 32, 42, 44, 45; field guide 2.5, 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from qcy.kernel.calendar import Calendar
from qcy.kernel.refusals import Refusal

from . import clocks, refusals
from .clocks import Limits
from .enums import EventType
from .state import EVENT_OF, ActingAs, CaseState, Command, Defect, Event, apply, fold, said_with
from .workflow import ASSIGNABLE, CASE, MAY_ASSIGN_OTHERS, MAY_TAKE, ONCE, SYSTEM, UNHURRIED, belongs_to

__all__ = ["ActingAs", "CaseState", "Command", "Defect", "Event", "apply", "decide", "fold"]

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class _Moment:
    """Everything a rule may look at."""

    state: CaseState
    command: Command
    definition: Limits
    calendar: Calendar
    today: date


def decide(
    state: CaseState, command: Command, definition: Limits, calendar: Calendar, now: datetime, today: date
) -> Sequence[Event] | Refusal:
    """Events that follow from the command, none when it was already carried out (C9), or why not."""
    moment = _Moment(state, command, definition, calendar, today)
    if command.name == "submit":
        return _submit(moment, now)
    if _already_done(moment):
        return []
    if not _has_seen(state, command.expected_version):
        return refusals.STALE
    if command.name == "assign":
        return _assign(moment, now)
    return _move(moment, now)


def _has_seen(state: CaseState, expected: int | None) -> bool:
    """A remark or a recomputed date in between does not make what was seen wrong."""
    return expected is None or state.moved_at <= expected <= state.version


def _already_done(moment: _Moment) -> bool:
    state, command = moment.state, moment.command
    if command.name == "assign":
        wanted = command.assignee.person_id if command.assignee else None
        return wanted is not None and wanted == state.assignee
    if command.name == "remark":
        said = (command.by.person_id, command.reason["hash"] if command.reason else "")
        return bool(command.reason) and state.last_words == said
    target = CASE.move(command.name).target
    same = command.name in state.done_by and state.done_by[command.name] == command.by.person_id
    same = same and state.done_with.get(command.name) == said_with(command.reason, command.payload)
    return same and (state.status == target or (target is None and command.name in ONCE))


def _submit(moment: _Moment, now: datetime) -> Sequence[Event] | Refusal:
    if moment.state.version:
        return refusals.ALREADY_SUBMITTED
    started = clocks.answer_payload(moment.today, moment.definition, moment.calendar)
    payload = {**moment.command.payload, "on": moment.today.isoformat(), **started}
    return [Event(EventType.SUBMITTED, now, moment.command.by.person_id, payload)]


def _assign(moment: _Moment, now: datetime) -> Sequence[Event] | Refusal:
    state, command = moment.state, moment.command
    target = command.assignee
    if target is None or state.status not in ASSIGNABLE:
        return refusals.not_now(state.status)
    if target.person_id != command.by.person_id and not command.by.roles & MAY_ASSIGN_OTHERS:
        return refusals.MAY_NOT_ASSIGN
    if not target.roles & MAY_TAKE[moment.definition.flow][state.status]:
        return refusals.CANNOT_TAKE
    payload = {"assignee": str(target.person_id), "desk": target.desk}
    return [Event(EventType.ASSIGNED, now, command.by.person_id, payload)]


def _move(moment: _Moment, now: datetime) -> Sequence[Event] | Refusal:
    refusal = _general_refusal(moment) or _GUARDS.get(moment.command.name, _no_guard)(moment)
    if refusal:
        return refusal
    if _changes_nothing(moment):
        return []
    command = moment.command
    payload = {**command.payload, "on": moment.today.isoformat(), "desk": command.by.desk}
    if command.reason:
        payload["reason"] = dict(command.reason)
    payload |= _MORE.get(command.name, _no_more)(moment)
    return [Event(EVENT_OF[command.name], now, command.by.person_id, payload)]


def _changes_nothing(moment: _Moment) -> bool:
    match moment.command.name:
        case "recompute":
            return not clocks.recomputed(moment.state, moment.definition, moment.calendar, moment.today)
        case "release":
            return moment.state.assignee is None
        case _:
            return False


def _general_refusal(moment: _Moment) -> Refusal | None:
    state, command = moment.state, moment.command
    move = CASE.move(command.name)
    if state.status not in move.sources:
        return refusals.not_now(state.status)
    if not belongs_to(moment.definition.flow, command.name):
        return refusals.NOT_IN_FLOW[moment.definition.flow]
    if not move.roles & command.by.roles:
        return refusals.needs_role(move.roles)
    overtaken = clocks.overtaken_by(state, moment.definition, moment.today)
    if overtaken and command.name not in UNHURRIED and not command.by.roles & SYSTEM:
        return refusals.OVERTAKEN[overtaken]
    if move.not_by and state.done_by.get(move.not_by, ()) == command.by.person_id:
        return refusals.SAME_PERSON
    if move.needs_reason and not command.reason:
        return refusals.NEEDS_REASON
    if command.name in ONCE and command.name in state.done_by:
        return refusals.ONLY_ONCE[command.name]
    return None


# ---------------------------------------------------------------- what single commands also ask for
def _no_guard(moment: _Moment) -> Refusal | None:
    return None


def _may_accept(moment: _Moment) -> Refusal | None:
    if not moment.state.applicant_verified:
        return refusals.LICENCE_FIRST
    return refusals.SECOND_OF_YEAR if moment.state.second_of_year else None


def _is_time(moment: _Moment) -> Refusal | None:
    """The system moves a case only when its time has come, however often a sweep asks."""
    overtaken = clocks.overtaken_by(moment.state, moment.definition, moment.today)
    return None if overtaken == moment.command.name else refusals.NOT_DUE


def _lists_defects(moment: _Moment) -> Refusal | None:
    return None if moment.command.payload.get("defects") else refusals.NO_DEFECTS


def _may_extend(moment: _Moment) -> Refusal | None:
    """With a reason, before the limit has passed, by no more than the matter allows, never past the law."""
    days, state = moment.command.payload["days"], moment.state
    if not 0 < days <= moment.definition.longest_extension:
        return refusals.extension_too_long(moment.definition.longest_extension)
    if state.promised_due and moment.today > state.promised_due and not state.paused_since:
        return refusals.TOO_LATE_TO_EXTEND
    dues = clocks.dues_of(_extended(moment), moment.definition, moment.calendar, moment.today)
    return refusals.BEYOND_THE_LAW if dues.legal and dues.promised > dues.legal else None


def _may_grant(moment: _Moment) -> Refusal | None:
    return refusals.PAPERS_OUTSTANDING if moment.state.outstanding else None


def _has_outstanding(moment: _Moment) -> Refusal | None:
    wanted = set(moment.command.payload["supplied"])
    return None if wanted & {d.id for d in moment.state.outstanding} else refusals.NOTHING_OUTSTANDING


def _may_terminate(moment: _Moment) -> Refusal | None:
    return _is_time(moment) if moment.command.by.roles & SYSTEM else None


_GUARDS: Mapping[str, Callable[[_Moment], Refusal | None]] = {
    "accept": _may_accept,
    "deem_accepted": _is_time,
    "lapse": _is_time,
    "miss_supplement": _is_time,
    "terminate": _may_terminate,
    "ask_correction": _lists_defects,
    "ask_supplement": _lists_defects,
    "extend": _may_extend,
    "grant": _may_grant,
    "answer": _may_grant,
    "follow_up": _has_outstanding,
}


# ---------------------------------------------------------------- what single events also carry
def _no_more(moment: _Moment) -> Payload:
    return {}


def _accepted_clocks(moment: _Moment) -> Payload:
    """Both ends fixed at acceptance, with the calendar they were counted by."""
    return _clocks_from(moment, moment.today)


def _deemed_clocks(moment: _Moment) -> Payload:
    """Silence is acceptance from the day of receipt (art. 32)."""
    received = moment.state.received_on
    assert received is not None
    return {"from": received.isoformat(), **_clocks_from(moment, received)}


def _clocks_from(moment: _Moment, accepted: date) -> Payload:
    state = clocks.accepted_from(moment.state, accepted)
    dues = clocks.dues_of(state, moment.definition, moment.calendar, moment.today)
    payload = dues.payload(moment.calendar)
    if state.outstanding:
        by = clocks.follow_by(state, moment.definition, moment.calendar, moment.today, dues.promised)
        payload["follow_by"] = by.isoformat()
    return payload


def _asked(moment: _Moment) -> Payload:
    return {"correct_by": clocks.correct_by(moment.today, moment.definition, moment.calendar).isoformat()}


def _answer_clock(moment: _Moment) -> Payload:
    return clocks.answer_payload(moment.today, moment.definition, moment.calendar)


def _resumed(moment: _Moment) -> Payload:
    event = Event(EVENT_OF[moment.command.name], _EPOCH, None, {"on": moment.today.isoformat()})
    after = apply(moment.state, event)
    return clocks.dues_of(after, moment.definition, moment.calendar, moment.today).payload(moment.calendar)


def _extended(moment: _Moment) -> CaseState:
    event = Event(EventType.EXTENDED, _EPOCH, None, moment.command.payload)
    return apply(moment.state, event)


def _extended_dues(moment: _Moment) -> Payload:
    dues = clocks.dues_of(_extended(moment), moment.definition, moment.calendar, moment.today)
    return dues.payload(moment.calendar)


def _reopened(moment: _Moment) -> Payload:
    """After acceptance the old clocks go on without the closed days; before it a new answer clock starts."""
    command = {"command": moment.command.name, "on": moment.today.isoformat()}
    if moment.state.accepted_on is None:
        return {**command, **_answer_clock(moment)}
    after = apply(moment.state, Event(EventType.REOPENED, _EPOCH, None, command))
    dues = clocks.dues_of(after, moment.definition, moment.calendar, moment.today)
    return {**command, **dues.payload(moment.calendar)}


def _recomputed(moment: _Moment) -> Payload:
    """With the day that stood before, so that a reader knows whether it moved or only became certain."""
    state = moment.state
    before = state.answer_by if state.accepted_on is None else state.promised_due
    found = clocks.recomputed(state, moment.definition, moment.calendar, moment.today)
    return {**found, "was": before.isoformat() if before else None}


_EPOCH = datetime(1, 1, 1, tzinfo=UTC)  # events that only answer "what would the state be" carry no time
_MORE: Mapping[str, Callable[[_Moment], Payload]] = {
    "accept": _accepted_clocks,
    "deem_accepted": _deemed_clocks,
    "ask_correction": _asked,
    "ask_supplement": _asked,
    "correct": _answer_clock,
    "supplement": _resumed,
    "miss_supplement": _resumed,
    "resume": _resumed,
    "extend": _extended_dues,
    "recompute": _recomputed,
    "reopen": _reopened,
    "reopen_intake": _reopened,
}
