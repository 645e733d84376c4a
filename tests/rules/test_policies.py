"""The starter packs: their own worked cases, the shared vectors, and every band edge on, below and above."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

import pytest

from qcy.engines.rules import Version, load_pack
from qcy.engines.rules.feel import tree as t
from qcy.engines.rules.feel.evaluate import Evaluation
from qcy.engines.rules.packs.ladders import intervals
from qcy.engines.rules.packs.model import ACTIVE, MEASURED, Ladder
from qcy.engines.rules.vectors import check_vectors, run_cases

from .firm import POLICIES, dictionary, policies, shared_vectors

FILES = sorted(path.name for path in POLICIES.glob("*.yaml") if path.name != "facts.yaml")


@pytest.mark.parametrize("name", FILES)
def test_every_pack_is_sound_and_named_after_its_policy(name: str) -> None:
    result = load_pack(POLICIES / name, dictionary())
    assert result.usable, [str(problem) for problem in result.problems]
    assert not result.problems, [str(problem) for problem in result.problems]
    assert result.pack and name == f"{result.pack.policy}.yaml"


@pytest.mark.parametrize("name", FILES)
def test_the_worked_cases_inside_a_pack_hold(name: str) -> None:
    pack = policies()[name.removesuffix(".yaml")]
    failed = [(case.name, checked) for case, checked in run_cases(pack, dictionary()) if not checked.passed]
    assert not failed


def test_an_active_version_is_proved_by_cases_of_its_own() -> None:
    bare = [
        v.id
        for pack in policies().values()
        for v in pack.versions
        if v.status == ACTIVE and v.clauses and not v.cases
    ]
    assert not bare


def test_the_shared_vectors_all_hold() -> None:
    vectors = shared_vectors()
    if vectors is None:
        pytest.skip("the shared vectors are not beside this checkout (../shared/domain/vectors)")
    checked = list(check_vectors(vectors, policies(), dictionary()))
    assert [case for case in checked if not case.passed] == []
    assert len(checked) == len(vectors) == 695


def ladders() -> list[tuple[str, Ladder]]:
    return [
        (f"{version.id} {item.id}", ladder)
        for pack in policies().values()
        for version in pack.versions
        for group in version.groups
        for item in group.items
        for ladder in item.ladders
    ]


@pytest.mark.parametrize(("name", "ladder"), ladders(), ids=[name for name, _ in ladders()])
def test_R3_every_band_edge_exactly_on_and_one_fen_beside(name: str, ladder: Ladder) -> None:
    """On an edge a firm takes the better of the two bands that meet there, and only one step beside it another."""
    step = 1 if _whole(ladder) else Fraction(1, 10**6)
    found = [i for band in ladder.bands for i in intervals(band) or []]
    exclusive = {i.start[0] for i in found if i.start[1] == 1}  # the text says 超过 or 大于
    for edge in sorted({Fraction(end[0]) for i in found for end in (i.start, i.end) if abs(end[0]) != inf}):
        below, on, above = (_points(ladder, edge + move) for move in (-step, 0, step))
        better = below if edge in exclusive else max(below, above)
        assert on == better or (_whole(ladder) and below <= on <= above), (name, edge)


def _points(ladder: Ladder, value: Any) -> Any:
    run = Evaluation({MEASURED: value}.__getitem__)
    return next(
        (band.points for band in ladder.bands if run.value(band.test) is True), (ladder.otherwise,) * 2
    )


def _whole(ladder: Ladder) -> bool:
    kind = dictionary().kinds.get(ladder.measure.id) if isinstance(ladder.measure, t.Name) else None
    return kind is not None and kind.type == "int"


def test_the_version_is_chosen_by_date_and_kind() -> None:
    srdi, lg = policies()["cn.srdi"], policies()["cn.lg"]
    chosen = {
        (pack.policy, day, kind): _id(pack.version_for(date.fromisoformat(day), kind))
        for pack, day, kind in (
            (srdi, "2026-03-31", "new"),
            (srdi, "2026-04-01", "new"),
            (srdi, "2026-04-01", "recheck"),
            (lg, "2026-06-15", "recheck"),
            (lg, "2026-06-15", "new"),
            (lg, "2027-01-01", "recheck"),
        )
    }
    assert list(chosen.values()) == [
        "cn.srdi.2022",
        "cn.srdi.2026",
        "cn.srdi.2026",
        "cn.lg.2022",
        "cn.lg.2026",
        "cn.lg.2026",
    ]


def _id(version: Version | None) -> str:
    return version.id if version else ""
