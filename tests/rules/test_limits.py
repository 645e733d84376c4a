"""Where words, tables and codes come to an end: more facts, axes, formulas, classes and combinations than they hold."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from qcy.engines.rules import Dictionary, dictionary_of
from qcy.engines.rules.lattice import ready as lattice_ready
from qcy.engines.rules.lattice.ready import Ready, ready_for
from qcy.engines.rules.packs.model import Pack
from qcy.engines.rules.setwise import codes, lookup
from qcy.engines.rules.setwise.columns import firms_of
from qcy.engines.rules.setwise.evaluate import evaluate

from .firm import TODAY, clause, pack
from .test_lattices import FEW, SCORED, both

MANY = "a >= 2 or b / c >= 0.5 or b - d > 2 or c / d < 1 or a * b >= 7"


def test_R1_kinds_of_firms_may_outgrow_their_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where combinations are too many for a table they are numbered as they turn up, 1,024 at first."""
    rule, kinds = clause(MANY, FEW), dictionary_of(FEW)
    rows = [dict(zip("abcd", values, strict=True)) for values in product(range(7), repeat=4)]
    rows = [{name: value for name, value in row.items() if (value + n) % 5} for n, row in enumerate(rows)]
    before = evaluate(rule, kinds, firms_of(rows, kinds), TODAY)
    monkeypatch.setattr(lookup, "MOST_KINDS", 4)
    after = evaluate(_fresh(rule), kinds, firms_of(rows, kinds), TODAY)
    assert (before.verdict == after.verdict).all() and (before.deciding == after.deciding).all()
    both(rule, rows[::37], kinds)


@pytest.mark.parametrize(
    ("module", "limit", "to"), [(lattice_ready, "MOST_BRANCHES", 1), (codes, "LARGEST", 6)]
)
def test_R1_what_arrays_cannot_follow_is_asked_one_by_one(
    module: Any, limit: str, to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, limit, to)
    kinds = dictionary_of(FEW)
    rows = [{"a": a, "b": b} for a in range(0, 7, 2) for b in range(0, 7, 2)] + [{}, {"c": 1}, {"a": 1}]
    for body in (f"clauses:\n  - {{id: one, title: 条件, when: '{MANY}', source: 第一条, grade: T}}", SCORED):
        rule = pack(body, kinds)
        fresh = _fresh(rule)
        both(fresh, rows, kinds)
        again = [evaluate(fresh, kinds, firms_of(rows, kinds), TODAY).alone for _ in range(2)]
        assert again[0] == again[1] > 0


def _fresh(rule: Pack) -> Pack:
    """The same pack, which nothing has been made ready for."""
    return replace(rule, versions=tuple(replace(v) for v in rule.versions))


def test_R1_tables_are_kept_for_the_next_run_and_never_shared_by_two() -> None:
    rule, kinds, dice = clause(MANY, FEW), dictionary_of(FEW), Random(2)
    tables = [
        [{name: dice.randrange(7) for name in "abcd" if dice.random() < 0.8} for _ in range(300)]
        for _ in range(8)
    ]
    expected = [evaluate(_fresh(rule), kinds, firms_of(rows, kinds), TODAY) for rows in tables]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda rows: evaluate(rule, kinds, firms_of(rows, kinds), TODAY), tables * 3))
    for before, after in zip(expected * 3, found, strict=True):
        assert (before.verdict == after.verdict).all() and (before.deciding == after.deciding).all()
    (idle,) = ready_for(rule.versions[0], kinds, TODAY, "new", None).once(("idle", True), list)
    assert idle.alone == 0


def many_facts(count: int) -> tuple[list[str], Dictionary]:
    names = [f"f{n}" for n in range(count)]
    return names, dictionary_of(
        [{"name": name, "zh": name, "type": "int", "min": 0, "max": 9} for name in names]
    )


@pytest.mark.parametrize("count", [20, 64, 80])
def test_R1_more_axes_than_are_looked_up_together_and_more_facts_than_a_word_has(count: int) -> None:
    names, kinds = many_facts(count)
    clauses = "\n".join(
        f"  - {{id: c{n}, title: 条件, when: 'f{n} / f{n + 1} >= 0.5 or f{n} > 8', source: 第一条, grade: T}}"
        for n in range(0, count, 2)
    )
    rows = [{name: 9 for name in names if name != gap} for gap in (*names, "")]
    rows += [{name: 9 for name in names[: n * 3]} for n in range(5)]
    answers = both(pack(f"clauses:\n{clauses}", kinds), rows, kinds)
    assert answers[1].undecided_by == () and answers[0].undecided_by == ("f0",)
    assert len(answers[-5].undecided_by) == count


def test_R1_more_items_formulas_and_classes_than_a_word_has() -> None:
    names, kinds = many_facts(70)
    cases = "".join(f"if f0 = {n % 10} and f1 = {n // 10} then X{n} else " for n in range(70))
    formula = "".join(part.replace("X", "f2 + ") for part in cases) + "0"
    classes = ", ".join(f"k{n}" for n in range(71))
    category = re.sub(r"X(\d+)", r'"k\1"', cases) + '"k70"'
    items = "\n".join(
        f"      - {{id: i{n}, title: 项, measure: f{n}, bands: {{'>= 5': 1, '< 5': 0}}, source: 附件}}"
        for n in range(70)
    )
    rule = pack(
        f"""
clauses:
  - {{id: one, title: 条件, when: points_all >= 35, source: 第一条, grade: T}}
scores:
  - id: all
    title: 合计
    items:
{items}
amounts:
  - {{id: sum, title: 金额, value: '{formula}', always: true, source: 第二条, grade: T}}
category: {{value: '{category}', order: [{classes}]}}
""",
        kinds,
    )
    rows: list[dict[str, Any]] = [
        dict.fromkeys(names, 9),
        dict.fromkeys(names, 1),
        {"f0": 3, "f1": 2, "f2": 7},
        {},
    ]
    answers = both(rule, rows, kinds)
    assert [answer.verdict for answer in answers] == ["qualifies", "fails", "unknown", "unknown"]
    assert answers[2].categories == ("k23",) and answers[2].amounts == {"sum": 30}


def test_R1_one_condition_on_more_facts_than_can_be_numbered() -> None:
    names, kinds = many_facts(45)  # 3 ** 45 combinations
    when = " or ".join(f"{name} > 8" for name in names)
    rule = pack(f"clauses:\n  - {{id: one, title: 条件, when: '{when}', source: 第一条, grade: T}}", kinds)
    none = dict.fromkeys(names, 1)
    rows: list[dict[str, Any]] = [none, none | {"f44": 9}, {k: v for k, v in none.items() if k != "f40"}, {}]
    answers = both(rule, rows, kinds)
    assert [answer.verdict for answer in answers] == ["fails", "qualifies", "unknown", "unknown"]
    assert answers[2].undecided_by == ("f40",)


class Dawdling(dict[Any, int]):
    """Takes its time between being counted and being told."""

    def __len__(self) -> int:
        count = super().__len__()
        for _ in range(5_000):
            pass
        return count


def test_R1_many_threads_may_cut_one_lattice() -> None:
    """A number given to two different diagrams at once would make them the same."""
    kinds = dictionary_of(FEW)
    version = clause(MANY, FEW).versions[0]

    def fresh() -> Any:
        return Ready(version, kinds, TODAY, "new", None).clause(version.clauses[0]).lattice

    shared, alone, dice = fresh(), fresh(), Random(1)
    shared._numbers = Dawdling()
    sizes = [1 << axis.cells for axis in shared.axes]
    asked = [[dice.randrange(1, size) for size in sizes] for _ in range(2_000)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(shared.outcome, asked, chunksize=5))
    finally:
        sys.setswitchinterval(before)
    assert found == [alone.outcome(bits) for bits in asked]
    assert len(set(shared._numbers.values())) == len(shared._numbers)
