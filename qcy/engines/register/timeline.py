"""The firm's timeline: one line for each thing that happened, told once however often it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from qcy.foundation.database.scope import purpose

from .models import TimelineEntry

LONGEST = 200


@dataclass(frozen=True)
class Entry:
    organisation_id: UUID
    kind: str  # case, title, facts, merge
    on: date
    text: str
    subject_id: UUID  # the row it comes from
    at: datetime


def tell(entries: Iterable[Entry]) -> None:
    """A second telling of the same line is dropped: handlers run again after a fault."""
    rows = [
        TimelineEntry(
            organisation_id=e.organisation_id,
            kind=e.kind,
            on=e.on,
            text=e.text[:LONGEST],
            subject_id=e.subject_id,
            at=e.at,
        )
        for e in entries
    ]
    with purpose("register"):
        TimelineEntry.objects.bulk_create(rows, ignore_conflicts=True)
