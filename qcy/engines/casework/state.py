"""What a case is at one moment: the fold of its events and nothing else (C1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from qcy.foundation.parties.enums import Role
from qcy.kernel.calendar import ONE_DAY
from qcy.kernel.clock import Pause

from .enums import CaseStatus, EventType, Outcome
from .workflow import CASE


@dataclass(frozen=True)
class ActingAs:
    """The actor as the core sees it: who, with which roles at the case's node."""

    person_id: UUID | None
    roles: frozenset[Role]
    desk: str = ""


@dataclass(frozen=True)
class Defect:
    """One thing that is missing or wrong; `field` "" concerns the file as a whole."""

    id: str
    field: str = ""
    may_follow: bool = False  # may be promised and handed in after acceptance (容缺受理)


@dataclass(frozen=True)
class CaseState:
    status: CaseStatus = CaseStatus.SUBMITTED
    outcome: Outcome = Outcome.NONE
    version: int = 0
    moved_at: int = 0  # version after the last event that a reader has to know before acting
    submitted_on: date | None = None
    received_on: date | None = None
    accepted_on: date | None = None
    closed_on: date | None = None
    answer_by: date | None = None
    correct_by: date | None = None  # the firm answers the letter
    follow_by: date | None = None  # the firm hands in what it promised
    promised_due: date | None = None
    legal_due: date | None = None
    due_provisional: bool = False
    pauses: tuple[Pause, ...] = ()  # closed ones
    paused_since: date | None = None
    extended_days: int = 0
    defects: tuple[Defect, ...] = ()  # of the letter the firm is answering
    outstanding: tuple[Defect, ...] = ()  # promised at acceptance, not handed in yet
    assignee: UUID | None = None
    done_by: Mapping[str, UUID | None] = field(default_factory=dict)  # command -> who gave it
    done_with: Mapping[str, str] = field(default_factory=dict)  # command -> its words and numbers
    last_words: tuple[UUID | None, str] = (None, "")  # who left the last remark, and its hash
    applicant_verified: bool = True
    second_of_year: bool = False  # another case of this matter, firm and year has been accepted

    @property
    def applicant_due(self) -> date | None:
        """The firm's own next deadline."""
        return min((day for day in (self.correct_by, self.follow_by) if day), default=None)


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
    "deem_accepted": EventType.DEEMED_ACCEPTED,
    "refuse_intake": EventType.NOT_ACCEPTED,
    "ask_correction": EventType.CORRECTION_ASKED,
    "correct": EventType.CORRECTED,
    "lapse": EventType.LAPSED,
    "ask_supplement": EventType.SUPPLEMENT_ASKED,
    "supplement": EventType.SUPPLEMENTED,
    "miss_supplement": EventType.SUPPLEMENT_MISSED,
    "follow_up": EventType.FOLLOWED_UP,
    "suspend": EventType.SUSPENDED,
    "resume": EventType.RESUMED,
    "extend": EventType.EXTENDED,
    "grant": EventType.GRANTED,
    "refuse": EventType.REFUSED,
    "answer": EventType.ANSWERED,
    "refer": EventType.REFERRED,
    "deliver": EventType.DELIVERED,
    "withdraw": EventType.WITHDRAWN,
    "terminate": EventType.TERMINATED,
    "release": EventType.RELEASED,
    "recompute": EventType.DUE_RECOMPUTED,
    "remark": EventType.REMARKED,
    "reopen_intake": EventType.REOPENED,
    "reopen": EventType.REOPENED,
    "revoke": EventType.REVOKED,
}
QUIET = frozenset({EventType.REMARKED, EventType.DUE_RECOMPUTED, EventType.RELEASED})


def command_of(event: Event) -> str:
    if event.type == EventType.REOPENED:
        return str(event.payload["command"])
    return next(name for name, kind in EVENT_OF.items() if kind == event.type)


def fold(events: Sequence[Event]) -> CaseState:
    state = CaseState()
    for event in events:
        state = apply(state, event)
    return state


def apply(state: CaseState, event: Event) -> CaseState:
    """The state after one more event."""
    command, version = command_of(event), state.version + 1
    changes: dict[str, Any] = {
        "version": version,
        "moved_at": state.moved_at if event.type in QUIET else version,
        "done_by": {**state.done_by, command: event.actor},
        "done_with": {**state.done_with, command: said_with(event.payload.get("reason"), event.payload)},
    }
    if command not in ("submit", "assign") and (target := CASE.move(command).target) is not None:
        changes["status"] = target
    return replace(state, **changes | _FACTS_OF.get(command, _nothing)(state, event))


def said_with(reason: Mapping[str, str] | None, payload: Mapping[str, Any]) -> str:
    """By this a repeated command is told from another one of the same name."""
    return f"{(reason or {}).get('hash', '')}:{payload.get('days', '')}:{payload.get('procedure', '')}"


Facts = dict[str, Any]


def _nothing(state: CaseState, event: Event) -> Facts:
    return {}


def day_in(payload: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(payload[name]) if payload.get(name) else None


def _dues(state: CaseState, event: Event) -> Facts:
    """Every event that moves a limit carries the new days and the calendar they were counted by."""
    found: Facts = {
        n: day_in(event.payload, n) for n in ("answer_by", "promised_due", "legal_due") if n in event.payload
    }
    if "provisional" in event.payload:
        found["due_provisional"] = bool(event.payload["provisional"])
    return found


def _on_submitted(state: CaseState, event: Event) -> Facts:
    on = day_in(event.payload, "on")
    return {"submitted_on": on, "received_on": on, **_dues(state, event)}


def _on_assigned(state: CaseState, event: Event) -> Facts:
    return {"assignee": UUID(event.payload["assignee"])}


def _on_released(state: CaseState, event: Event) -> Facts:
    return {"assignee": None}


def _on_accepted(state: CaseState, event: Event) -> Facts:
    """The decider's desk takes over; what was promised at the correction is now outstanding."""
    return {
        "accepted_on": day_in(event.payload, "from") or day_in(event.payload, "on"),
        "follow_by": day_in(event.payload, "follow_by"),
        "assignee": None,
        **_dues(state, event),
    }


def _on_asked(state: CaseState, event: Event) -> Facts:
    asked = tuple(Defect(d["id"], d["field"], d["may_follow"]) for d in event.payload["defects"])
    return {"defects": asked, "correct_by": day_in(event.payload, "correct_by")}


def _on_corrected(state: CaseState, event: Event) -> Facts:
    promised = set(event.payload.get("promised", ()))
    return {
        "received_on": day_in(event.payload, "on"),
        "correct_by": None,
        "defects": (),
        "outstanding": tuple(d for d in state.defects if d.id in promised),
        **_dues(state, event),
    }


def _on_supplement_asked(state: CaseState, event: Event) -> Facts:
    """What was promised may come with it: one day for everything."""
    follow_by = (
        max(state.follow_by, day)
        if state.follow_by and (day := day_in(event.payload, "correct_by"))
        else None
    )
    return _on_asked(state, event) | _pause_begins(event) | {"follow_by": follow_by}


def _on_resumed(state: CaseState, event: Event) -> Facts:
    """A pause ends: with the papers, without them, or with the special procedure."""
    facts = _pause_ends(state, day_in(event.payload, "on")) | _dues(state, event)
    handed_in = set(event.payload.get("supplied", ()))
    left = tuple(d for d in state.outstanding if d.id not in handed_in)
    follow_by = state.follow_by if left else None
    return facts | {"defects": (), "correct_by": None, "outstanding": left, "follow_by": follow_by}


def _on_suspended(state: CaseState, event: Event) -> Facts:
    return _pause_begins(event)


def _on_followed_up(state: CaseState, event: Event) -> Facts:
    handed_in = set(event.payload["supplied"])
    left = tuple(d for d in state.outstanding if d.id not in handed_in)
    return {"outstanding": left, "follow_by": state.follow_by if left else None}


def _on_extended(state: CaseState, event: Event) -> Facts:
    return {"extended_days": event.payload["days"], **_dues(state, event)}


def _on_closed(state: CaseState, event: Event) -> Facts:
    """Nothing waits for anybody any more; a pause still open ends with the case."""
    on = day_in(event.payload, "on")
    ended = _pause_ends(state, on) if state.paused_since else {}
    nothing_asked: Facts = {"correct_by": None, "follow_by": None, "defects": (), "outstanding": ()}
    return ended | nothing_asked | {"closed_on": on, "assignee": None}


def _on_decided(outcome: Outcome) -> Callable[[CaseState, Event], Facts]:
    return lambda state, event: {"outcome": outcome, "closed_on": day_in(event.payload, "on")}


def _on_reopened(state: CaseState, event: Event) -> Facts:
    """The days between closing and reopening count as a pause; the one-time letters may be used again."""
    on = day_in(event.payload, "on")
    since = state.closed_on + ONE_DAY if state.closed_on else on
    forgotten = {name: who for name, who in state.done_by.items() if name not in _PER_ROUND}
    facts: Facts = {
        "closed_on": None,
        "outcome": Outcome.NONE,
        "received_on": on,
        "outstanding": (),
        "done_by": forgotten | {command_of(event): event.actor},
        **_dues(state, event),
    }
    if state.accepted_on is not None:
        facts["pauses"] = _with_pause(state.pauses, since, on)
    return facts


_PER_ROUND = frozenset(
    {
        "ask_correction",
        "ask_supplement",
        "grant",
        "refuse",
        "answer",
        "refer",
        "deliver",
        "refuse_intake",
        "lapse",
    }
)


def _pause_begins(event: Event) -> Facts:
    """The day of the letter still counts as used; the pause runs from the day after."""
    on = day_in(event.payload, "on")
    assert on is not None
    return {"paused_since": on + ONE_DAY}


def _pause_ends(state: CaseState, on: date | None) -> Facts:
    return {"pauses": _with_pause(state.pauses, state.paused_since, on), "paused_since": None}


def _with_pause(pauses: tuple[Pause, ...], since: date | None, until: date | None) -> tuple[Pause, ...]:
    """The day of the answer does not count either: counting goes on the day after."""
    if since is None or until is None or until < since:
        return pauses
    return (*pauses, Pause(since, until))


_FACTS_OF: Mapping[str, Callable[[CaseState, Event], Facts]] = {
    "submit": _on_submitted,
    "assign": _on_assigned,
    "release": _on_released,
    "accept": _on_accepted,
    "deem_accepted": _on_accepted,
    "refuse_intake": _on_closed,
    "withdraw": _on_closed,
    "lapse": _on_closed,
    "terminate": _on_closed,
    "ask_correction": _on_asked,
    "correct": _on_corrected,
    "ask_supplement": _on_supplement_asked,
    "supplement": _on_resumed,
    "miss_supplement": _on_resumed,
    "suspend": _on_suspended,
    "resume": _on_resumed,
    "follow_up": _on_followed_up,
    "extend": _on_extended,
    "recompute": _dues,
    "grant": _on_decided(Outcome.GRANTED),
    "refuse": _on_decided(Outcome.REFUSED),
    "answer": _on_decided(Outcome.ANSWERED),
    "refer": _on_decided(Outcome.REFERRED),
    "reopen": _on_reopened,
    "reopen_intake": _on_reopened,
    "remark": lambda state, event: {"last_words": (event.actor, event.payload["reason"]["hash"])},
}
