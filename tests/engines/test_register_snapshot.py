"""The register as a snapshot for the rules: what was recorded comes out exactly, and only changed stretches are read."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from qcy.engines.packs import snapshot as builder
from qcy.engines.packs.snapshot import write_snapshot
from qcy.engines.register.dictionary import dictionary as register_dictionary
from qcy.engines.register.dictionary import title_kinds
from qcy.engines.register.services import cancel_title
from qcy.engines.rules.setwise.snapshot import Snapshot, base_name
from tests.engines.tables import firms
from tests.engines.test_register_record import grant, record
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


def test_a_title_speaks_for_its_firm_while_it_is_valid(world: World, tmp_path: Path) -> None:
    (holder, former, denying) = firms(range(3))
    grant(world, holder, kind="hnte", granted_on=date(TODAY.year - 1, 3, 1), source="认定名单")
    grant(world, former, kind="srdi", granted_on=date(2019, 1, 1), valid_to=date(2021, 12, 31))
    record(world, denying, "false", name="hnte_valid", fiscal_year=None)
    grant(world, denying, kind="hnte", granted_on=date(TODAY.year - 1, 3, 1))
    path = tmp_path / "register.arrow"
    assert write_snapshot(path, dictionary(), TODAY).firms == 3
    found = told(path)
    valid = found[str(holder.pk)]["hnte_valid"]
    assert (valid.value, valid.source, valid.grade) == (True, "认定名单", "A")
    assert "srdi_valid" not in found[str(former.pk)]  # over: nobody knows whether there is a newer one
    assert found[str(denying.pk)]["hnte_valid"].value is True


def test_a_title_that_runs_out_is_noticed_by_the_next_run(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "STRETCH", 1)
    (firm, other) = firms(range(2))
    last = TODAY + timedelta(days=5)
    grant(world, firm, kind="hnte", granted_on=date(TODAY.year - 2, 1, 1), valid_to=last)
    record(world, other, "20")
    path = tmp_path / "register.arrow"
    write_snapshot(path, dictionary(), TODAY)
    assert told(path)[str(firm.pk)]["hnte_valid"].value is True
    assert write_snapshot(path, dictionary(), last).read_again == 0
    assert write_snapshot(path, dictionary(), last + timedelta(days=1)).read_again == 1
    assert told(path)[str(firm.pk)] == {}


def test_a_title_that_is_cancelled_is_noticed_by_the_next_run(world: World, tmp_path: Path) -> None:
    (firm,) = firms(range(1))
    title = grant(world, firm, kind="hnte", granted_on=date(TODAY.year - 1, 1, 1))
    path = tmp_path / "register.arrow"
    write_snapshot(path, dictionary(), TODAY)
    who = {"node_id": world.node().pk, "title_id": title.pk, "now": world.now + timedelta(hours=1)}
    world.do(cancel_title, world.manager, **who)
    assert write_snapshot(path, dictionary(), TODAY).read_again == 1
    assert told(path)[str(firm.pk)] == {}


def test_every_title_of_the_rules_has_its_fact() -> None:
    facts = {kind.fact for kind in title_kinds().values() if kind.fact}
    assert facts <= set(dictionary().kinds)
    assert {name for name in dictionary().kinds if name.endswith("_valid")} - facts == {
        "demo_title_valid",
        "tenants_ip_valid",
    }


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
