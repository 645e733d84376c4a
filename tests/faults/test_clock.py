"""A server whose clock or time zone is wrong: days stay Shanghai's, chains hold, no number twice, nothing lost."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qcy.demo.aftermath import WITHOUT_PDF
from qcy.engines.casework import services
from qcy.engines.casework.models import Case
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.messages.models import Message
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.outbox.worker import LEASE, Every, ask_for_scheduled, lease_next, work_off
from tests.world import World

BEFORE_MIDNIGHT = datetime(2026, 7, 8, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
HOUR = timedelta(hours=1)
AFTER_MIDNIGHT = BEFORE_MIDNIGHT + HOUR
ZONES = ["UTC0", "CST-8", "PST8PDT", "LINT-14"]  # POSIX spells the sign the other way round


@pytest.fixture(params=ZONES)
def server_zone(request: Any) -> Iterator[str]:
    """What the operating system calls local time; Django's own setting of TZ is overridden too."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def at(world: World, moment: datetime) -> World:
    world.now = moment
    return world


def chains() -> str:
    with unscoped("test"):
        return verify_chains().broken


def test_S2_a_case_counts_by_the_shanghai_day_whatever_the_servers_zone(
    world: World, server_zone: str
) -> None:
    evening, night = at(world, BEFORE_MIDNIGHT).case(0), at(world, AFTER_MIDNIGHT).case(1)
    assert [evening.number, night.number] == ["FX-20260708-0001", "FX-20260709-0001"]
    with unscoped("test"):
        assert [case.events.get(seq=1).payload["on"] for case in (evening, night)] == [
            "2026-07-08",
            "2026-07-09",
        ]
        receipts = Document.objects.filter(kind="receipt").order_by("issued_at")
        assert [(r.content["submitted_at"], r.content["issued_on"]) for r in receipts] == [
            ("2026-07-08 23:30", "2026-07-08"),
            ("2026-07-09 00:30", "2026-07-09"),
        ]
    # five working days from a Wednesday and from a Thursday, the weekend in between
    assert evening.answer_by and night.answer_by
    assert night.answer_by - evening.answer_by == timedelta(days=1)


def test_S2_a_clock_that_jumps_back_over_midnight_gives_no_number_twice(world: World) -> None:
    moments = [AFTER_MIDNIGHT, BEFORE_MIDNIGHT, BEFORE_MIDNIGHT, AFTER_MIDNIGHT, BEFORE_MIDNIGHT]
    numbers = [at(world, moment).case(n).number for n, moment in enumerate(moments)]
    assert numbers == [
        "FX-20260709-0001",
        "FX-20260708-0001",
        "FX-20260708-0002",
        "FX-20260709-0002",
        "FX-20260708-0003",
    ]
    with unscoped("test"):
        receipts = list(Document.objects.order_by("id").values_list("number", flat=True))
    assert len(set(receipts)) == len(moments)
    assert chains() == ""


def test_C2_A2_a_clock_that_jumps_back_an_hour_breaks_no_chain(world: World) -> None:
    """Filed after midnight, handled by a clock that says it is still the day before."""
    case = at(world, AFTER_MIDNIGHT).case(0)
    at(world, BEFORE_MIDNIGHT).verify(0, world.clerk)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=1, now=world.now)
    world.do(services.grant_case, world.decider, case_id=case.pk, opinion="", version=2, now=world.now)
    at(world, AFTER_MIDNIGHT).work()
    with unscoped("test"):
        told = [(event.seq, event.type) for event in Case.objects.get(pk=case.pk).events.all()]
    assert told == [(1, "submitted"), (2, "accepted"), (3, "granted"), (4, "delivered")]
    assert chains() == ""


def test_S3_a_row_written_by_a_clock_that_was_ahead_waits_and_is_not_lost(world: World) -> None:
    right = world.now
    at(world, right + HOUR).case(0)
    at(world, right).work()
    with unscoped("test"):
        assert Message.objects.count() == 0, "due in an hour, by the right clock"
    at(world, right + HOUR).work()
    at(world, right + HOUR).work()
    with unscoped("test"):
        assert Message.objects.count() == 1
        assert set(OutboxRow.objects.values_list("state", flat=True)) == {RowState.DONE}


def test_S3_a_lease_taken_by_a_clock_that_was_ahead_ends_by_the_right_clock(world: World) -> None:
    world.case(0)
    assert lease_next(world.now + HOUR) is not None, "the worker that dies"
    world.work()
    with unscoped("test"):
        assert OutboxRow.objects.filter(state=RowState.LEASED).count() == 1
    at(world, world.now + HOUR + LEASE + timedelta(seconds=1)).work()
    with unscoped("test"):
        assert set(OutboxRow.objects.values_list("state", flat=True)) == {RowState.DONE}


def test_S3_a_schedule_asks_for_no_slot_twice_when_the_clock_jumps_back(world: World) -> None:
    every = (Every("sweep", timedelta(minutes=30)),)
    for moment in (world.now, world.now + HOUR, world.now, world.now + HOUR):
        ask_for_scheduled(every, moment)
        work_off(WITHOUT_PDF, moment)
    with unscoped("test"):
        assert OutboxRow.objects.filter(topic="sweep").count() == 2
