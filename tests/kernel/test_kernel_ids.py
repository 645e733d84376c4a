"""Ids sort by the time they were made, and repeat only where a demo world asks for it."""

import threading
from datetime import UTC, datetime
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest

from qcy.kernel import ids
from qcy.kernel.ids import new_id, seeded_ids

JULY = datetime(2026, 7, 8, 9, 30, tzinfo=UTC)


def milliseconds_of(value: UUID) -> int:
    return value.int >> 80


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front():
    before = datetime.now(UTC).timestamp() * 1000 - 1
    value = new_id()
    assert (value.version, value.variant) == (7, RFC_4122)
    assert before <= milliseconds_of(value) <= before + 60_000


def test_every_id_is_greater_than_the_one_before():
    made = [new_id() for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(made))


def test_ids_keep_rising_when_the_clock_is_set_back():
    clock = iter([1000, 1000, 400, 400, 1001])
    source = ids._Source(lambda: next(clock), lambda bits: (1 << bits) - 1)
    made = [source.next() for _ in range(5)]
    assert made == sorted(set(made))
    assert all((value.version, value.variant) == (7, RFC_4122) for value in made)


def test_threads_never_share_an_id():
    made: list[UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id() for _ in range(2_000)])) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 16_000


def test_a_demo_world_gets_the_same_ids_every_time():
    def world(seed: int) -> list[UUID]:
        with seeded_ids(seed, JULY):
            return [new_id() for _ in range(100)]

    assert world(1) == world(1)
    assert set(world(1)).isdisjoint(world(2))
    assert all(milliseconds_of(value) == JULY.timestamp() * 1000 for value in world(1))
    assert world(1) == sorted(set(world(1)))
    assert str(world(1)[0]) == "019f4110-11c0-7d8e-91b7-584a2265b1f5"  # the same on every machine


def test_outside_the_demo_world_ids_are_new_again():
    with seeded_ids(1, JULY):
        inside = new_id()
        with seeded_ids(2, JULY):
            assert new_id() != inside
        assert new_id() > inside
    assert milliseconds_of(new_id()) != milliseconds_of(inside)


def test_a_demo_world_without_time_zone_is_a_bug():
    with pytest.raises(ValueError, match="time zone"), seeded_ids(1, datetime(2026, 7, 8)):
        pass
