"""S1 on PostgreSQL: kill -9 of whoever submits and of the whole database, then a restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.faults.books import Books, examine
from tests.faults.cluster import Cluster, own_cluster
from tests.faults.place import FULL, Place
from tests.faults.witness import killed_writer
from tests.run import APPLICATION_ROLE

pytestmark = pytest.mark.faults
DRAFTS, KILLS = (500, 3) if FULL else (45, 1)
TURNS = KILLS + 1 if FULL else KILLS  # the full run has a negative control as well
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@dataclass(frozen=True)
class Served:
    cluster: Cluster
    place: Place


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Filled by the owner, then used by the role that row security binds."""
    with own_cluster() as cluster:
        owner = Place(tmp_path_factory.mktemp("postgresql"), url=cluster.url)
        owner = replace(owner, more={"QCY_APPLICATION_ROLE": APPLICATION_ROLE})
        place = owner.filled(DRAFTS)
        yield Served(cluster, replace(place, more={**place.more, "PGOPTIONS": f"-c role={APPLICATION_ROLE}"}))


@pytest.mark.parametrize("turn", range(KILLS))
def test_S1_kill_9_of_writer_and_postgresql_loses_nothing_acknowledged(served: Served, turn: int) -> None:
    place = replace(served.place, drafts=served.place.drafts[turn::TURNS])
    heard = killed_writer(place, seed=turn, also_kill=served.cluster.kill)
    served.cluster.start_again()
    found = examine(Books.of(place, worked_off=True), heard.cases)
    print(f"\npostgresql killed: {len(heard.cases)} acknowledged, {found}; session {heard.session}")
    assert heard.session == {**DURABLE, "role": APPLICATION_ROLE}
    assert found.clean(), found
    assert all(Path(path).exists() for path in heard.files)


if FULL:

    def test_S1_control_without_synchronous_commit_acknowledged_cases_are_lost(served: Served) -> None:
        """The writer's session no longer waits for the disk; PostgreSQL itself is told to take its time."""
        served.cluster.settle(wal_writer_delay="10s", wal_writer_flush_after="100MB")
        options = f"{served.place.more['PGOPTIONS']} -c synchronous_commit=off"
        place = replace(served.place, more={**served.place.more, "PGOPTIONS": options})
        heard = killed_writer(
            replace(place, drafts=place.drafts[KILLS::TURNS]), seed=KILLS, also_kill=served.cluster.kill
        )
        served.cluster.start_again()
        found = examine(Books.of(place, worked_off=True), heard.cases)
        print(f"\nwithout synchronous_commit: {len(heard.cases)} acknowledged, {found}")
        assert heard.session["synchronous_commit"] == "off"
        assert found.lost and not found.doubled
