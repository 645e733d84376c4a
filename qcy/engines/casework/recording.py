"""Writes events and the cached state of a case; the only module that does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from qcy.foundation.database.writing import insert
from qcy.foundation.keys import key
from qcy.foundation.outbox.services import put
from qcy.kernel.chain import GENESIS, canonical_json, keyed_hash, link

from .enums import EventType, RecordKind
from .models import Assignment, Case, CaseEvent, CaseRecord
from .state import CaseState, Event, apply, fold

CACHED = (
    "status",
    "outcome",
    "version",
    "received_on",
    "answer_by",
    "applicant_due",
    "paused_since",
    "extended_days",
    "accepted_on",
    "promised_due",
    "legal_due",
    "due_provisional",
    "closed_on",
)


def state_of(case: Case) -> CaseState:
    return state_from(case.events.order_by("seq"))


def state_from(rows: Iterable[CaseEvent]) -> CaseState:
    return fold([Event(e.kind, e.at, e.actor_id, e.payload) for e in rows])


def record_events(case: Case, events: Sequence[Event], state: CaseState, *, node_id: UUID) -> CaseState:
    """Append the events, update the cache, ask the outbox: all in the caller's transaction (A1)."""
    for event in events:
        state = apply(state, event)
        _append(case, event, state.version, node_id)
        if event.type != EventType.SUBMITTED and (event.type == EventType.ASSIGNED or state.assignee is None):
            _move_desk(case, event, state)
    for name in CACHED:
        setattr(case, name, getattr(state, name))
    case.pauses = [[str(pause.start), str(pause.end)] for pause in state.pauses]
    case.assignee_id = state.assignee
    if case._state.adding:
        insert(case)  # filed just now: its events wait for it until commit (deferred keys)
    else:
        case.save(update_fields=[*CACHED, "pauses", "head_hash", "assignee_id"])
    for seq, event in enumerate(events, start=state.version - len(events) + 1):
        put("case.event", payload={"case": str(case.pk), "type": event.type.value, "seq": seq}, now=event.at)
    return state


def _append(case: Case, event: Event, seq: int, node_id: UUID) -> None:
    row = CaseEvent(
        case=case,
        seq=seq,
        type=event.type.value,
        actor_id=event.actor,
        node_id=node_id,
        at=event.at,
        payload=dict(event.payload),
        prev=case.head_hash or GENESIS,
    )
    row.hash = case.head_hash = link(row.prev, row.body())
    insert(row)


def _move_desk(case: Case, event: Event, state: CaseState) -> None:
    Assignment.objects.filter(case=case, until=None).update(until=event.at)
    if event.type == EventType.ASSIGNED and state.assignee:
        Assignment(case=case, person_id=state.assignee, desk_name=event.payload["desk"], since=event.at).save(
            force_insert=True
        )


def keep_record(case: Case, kind: RecordKind, body: dict[str, Any], now: datetime) -> CaseRecord:
    record = CaseRecord(case=case, kind=kind, body=body, at=now)
    insert(record)
    return record


def record_reference(record: CaseRecord) -> dict[str, str]:
    """What the chain holds of an erasable text."""
    return {"record": str(record.pk), "hash": keyed_hash(key("chain"), canonical_json(record.body).decode())}
