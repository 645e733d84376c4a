"""The register as a snapshot for the rules: what was recorded comes out exactly, and only changed stretches are read."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from qcy.engines.packs import snapshot as builder
from qcy.engines.packs.snapshot import write_snapshot
from qcy.engines.register.dictionary import dictionary as register_dictionary
from qcy.engines.rules.setwise.snapshot import Snapshot, base_name
from tests.engines.tables import firms
from tests.engines.test_register_record import record
from tests.rules.firm import dictionary
from tests.world import TODAY, World


def told(path: Path) -> dict[str, dict[str, object]]:
    snapshot = Snapshot(path, dictionary())
    ids = [pk for stretch in snapshot.ids() for pk in stretch]
    names = ["revenue_y0", "revenue_y1", "ip1", "hnte_valid", "reg_city"]
    return {pk: snapshot.told(row, TODAY, names) for row, pk in enumerate(ids)}


def test_a_fact_of_the_register_reaches_the_rules_with_its_source(world: World, tmp_path: Path) -> None:
    (firm, other) = firms(range(2))
    record(world, firm, "1234.56")
    record(world, firm, "88", fiscal_year=2024)
    record(world, firm, "7", name="ip1", fiscal_year=None, source="知识产权局")
    record(world, other, "西安", name="reg_city", fiscal_year=None)
    path = tmp_path / "register.arrow"
    done = write_snapshot(path, dictionary(), TODAY)
    assert (done.firms, done.read_again) == (2, 2)
    found = told(path)[str(firm.pk)]
    assert {name: told.value for name, told in found.items()} == {
        "revenue_y0": Fraction(123456, 100),
        "revenue_y1": 88,
        "ip1": 7,
    }
    assert (found["ip1"].source, found["ip1"].grade, found["ip1"].on) == ("知识产权局", "B", TODAY)


def test_only_what_changed_is_read_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "STRETCH", 1)
    (firm, other) = firms(range(2))
    record(world, firm, "10")
    record(world, other, "20")
    path = tmp_path / "register.arrow"
    write_snapshot(path, dictionary(), TODAY)
    assert write_snapshot(path, dictionary(), TODAY).read_again == 0
    later = world.now + timedelta(hours=1)
    record(replace_now(world, later), other, "21")
    assert write_snapshot(path, dictionary(), TODAY).read_again == 1
    values = {pk: facts["revenue_y0"].value for pk, facts in told(path).items()}
    assert values == {str(firm.pk): 10, str(other.pk): 21}


def replace_now(world: World, now: object) -> World:
    world.now = now
    return world


def test_both_dictionaries_mean_the_same() -> None:
    """The register stores, the rules ask: where a name stands in both, its type has to be the same."""
    stored = register_dictionary().facts
    shared = [
        (kind, stored[base_name(kind)]) for kind in dictionary().kinds.values() if base_name(kind) in stored
    ]
    assert len(shared) > 150
    assert [kind.name for kind, other in shared if kind.type != str(other.type)] == []
    assert [k.name for k, o in shared if k.unit.replace("比率", "ratio") != o.unit] == []
