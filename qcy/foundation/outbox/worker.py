"""Takes rows from the outbox and runs their handlers: lease, retry with back-off, dead letters, schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from qcy.foundation.database.scope import Scope, purpose, scope
from qcy.kernel.ids import new_id

from .enums import RowState
from .models import Effect, OutboxRow
from .services import put

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 84  # with waits of at most an hour: longer than three days
STUCK_FROM = 8  # attempts after which the console shows a row that is still being tried
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)

Handler = Callable[[Mapping[str, Any], datetime], None]
Handlers = Mapping[str, Sequence[Handler]]


@dataclass(frozen=True)
class Every:
    """A topic asked for once in each slot of `period`, however many workers run."""

    topic: str
    period: timedelta

    def slot(self, now: datetime) -> str:
        return f"{self.topic}@{int(now.timestamp() // self.period.total_seconds())}"


def ask_for_scheduled(schedule: Sequence[Every], now: datetime) -> None:
    with purpose("worker"):
        for entry in schedule:
            put(entry.topic, payload={}, now=now, scope=Scope(), key=entry.slot(now))


def work_off(handlers: Handlers, now: datetime, limit: int = 50) -> int:
    """Handle up to `limit` due rows; returns how many were taken."""
    taken = 0
    while taken < limit and (row := lease_next(now)):
        handle_row(row, handlers, now)
        taken += 1
    return taken


def lease_next(now: datetime) -> OutboxRow | None:
    """Claim the oldest due row. The conditional update decides who gets it, not the read before it."""
    due = Q(state=RowState.READY, run_after__lte=now) | Q(state=RowState.LEASED, leased_until__lt=now)
    with purpose("worker"):
        for row in OutboxRow.objects.filter(due).order_by("run_after", "id")[:5]:
            lease = new_id()
            claimed = OutboxRow.objects.filter(due, pk=row.pk, attempts=row.attempts).update(
                state=RowState.LEASED, lease=lease, leased_until=now + LEASE, attempts=row.attempts + 1
            )
            if claimed:
                return OutboxRow.objects.get(pk=row.pk)
    return None


def handle_row(row: OutboxRow, handlers: Handlers, now: datetime) -> None:
    """Every handler gets its turn: a mail server that is down does not keep the text message back."""
    faults = [fault for h in handlers.get(row.topic, ()) if (fault := _try(row, h, now))]
    changes = _after_fault(row, faults[0], now) if faults else {"state": RowState.DONE, "last_error": ""}
    _finish(row, **changes)


def _try(row: OutboxRow, handler: Handler, now: datetime) -> Exception | None:
    try:
        run_once(row, handler, now)
    except Exception as fault:  # the queue must survive any handler; the fault is kept on the row
        log.exception("outbox.failed", topic=row.topic, row=str(row.pk), attempts=row.attempts)
        return fault
    return None


def run_once(row: OutboxRow, handler: Handler, now: datetime) -> None:
    """The handler's effect and the note that it happened, in one transaction and in the row's own scope."""
    name = f"{handler.__module__}.{handler.__qualname__}"
    with transaction.atomic(), scope(Scope.from_json(row.row_scope)):
        with purpose("worker"):
            if Effect.objects.filter(row_id=row.pk, handler=name).exists():
                return
            Effect(row_id=row.pk, handler=name).save(force_insert=True)
        handler(row.payload, now)


def _after_fault(row: OutboxRow, fault: Exception, now: datetime) -> dict[str, Any]:
    dead = row.attempts >= MOST_ATTEMPTS
    return {
        "state": RowState.DEAD if dead else RowState.READY,
        "run_after": now + wait_before(row.attempts + 1),
        "last_error": f"{type(fault).__name__}: {fault}"[:300],
    }


def wait_before(attempt: int) -> timedelta:
    """5 s, 10 s, 20 s … at most an hour."""
    doublings = min(max(attempt - 2, 0), 20)  # far beyond the hour, and no overflow after a hundred tries
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def _finish(row: OutboxRow, **changes: Any) -> None:
    with purpose("worker"):
        # only the holder of the lease may close the row: a slow worker must not undo its successor
        OutboxRow.objects.filter(pk=row.pk, lease=row.lease).update(lease=None, leased_until=None, **changes)


_UNDELIVERED = Q(state=RowState.DEAD) | Q(state=RowState.READY, attempts__gte=STUCK_FROM)


def send_again(row_id: Any, now: datetime) -> bool:
    """An undelivered row is due at once with a full set of tries; what its handlers already did stays done."""
    with purpose("worker"):
        rows = OutboxRow.objects.filter(_UNDELIVERED, pk=row_id)
        return bool(rows.update(state=RowState.READY, run_after=now, attempts=0))


def undelivered() -> list[OutboxRow]:
    """Dead letters and rows tried many times, without their content, which may be personal."""
    with purpose("worker"):
        rows = OutboxRow.objects.filter(_UNDELIVERED).defer("payload")
        return list(rows.order_by("state", "-run_after", "-id")[:200])
