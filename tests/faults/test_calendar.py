"""A new calendar with a thousand open cases: every deadline counts again, once, and the chains hold."""

from __future__ import annotations

from copy import copy
from datetime import date
from typing import Any

import pytest

from qcy.engines.casework.calendar_preview import moved_by
from qcy.engines.casework.enums import EventType
from qcy.engines.casework.models import Case, CaseAccess, CaseEvent
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.calendars.models import CalendarYear
from qcy.foundation.calendars.services import load_calendar_year
from qcy.foundation.database.scope import Scope, scope, unscoped
from qcy.kernel.chain import GENESIS, link
from qcy.kernel.ids import new_id
from tests.world import World

pytestmark = pytest.mark.faults
MANY = 1_000


def multiply(case: Case) -> None:
    """The same accepted case again and again, each with a chain of its own."""
    pattern = list(CaseEvent.objects.filter(case=case).order_by("seq"))
    doors = list(CaseAccess.objects.filter(case=case))
    cases, events, access = [], [], []
    for number in range(MANY - 1):
        twin = copy(case)
        twin.pk, twin.draft_id, twin.number = new_id(), new_id(), f"FX-20260708-{number + 5000}"
        twin.head_hash = GENESIS
        events += [_again(event, twin) for event in pattern]
        access += [_moved(door, twin) for door in doors]
        cases.append(twin)
    for model, rows in ((Case, cases), (CaseAccess, access), (CaseEvent, events)):
        model.objects.bulk_create(rows, batch_size=500)


def _again(event: CaseEvent, twin: Case) -> CaseEvent:
    row = copy(event)
    row.pk, row.case, row.prev = new_id(), twin, twin.head_hash
    row.hash = twin.head_hash = link(row.prev, row.body())
    return row


def _moved(door: Any, twin: Case) -> Any:
    row = copy(door)
    row.pk, row.case = new_id(), twin
    return row


def test_a_calendar_changed_with_a_thousand_open_cases(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    world.work()
    with unscoped("test"):
        multiply(case)
        year = CalendarYear.objects.get(year=2026).data
    document = {
        **year,
        "free": [*year["free"], "2026-07-13"],
        "counts": {"free": len(year["free"]) + 1, "working": len(year["working"])},
    }
    with scope(Scope()):
        assert len(moved_by(document, date(2026, 7, 8))) == MANY
    with unscoped("test"):
        load_calendar_year(document, now=world.now)
    world.work()
    with unscoped("test"):
        assert Case.objects.filter(promised_due=date(2026, 7, 21)).count() == MANY
        assert CaseEvent.objects.filter(type=EventType.DUE_RECOMPUTED).count() == MANY
        assert verify_chains().broken == ""
