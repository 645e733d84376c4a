"""The parts of the set-wise evaluator against counting by hand: sweeps, sums, windows, and how few firms are left over."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcy.engines.rules import decide, dictionary_of
from qcy.engines.rules.packs.names import names_of
from qcy.engines.rules.setwise.answers import rows_of
from qcy.engines.rules.setwise.columns import firms_of
from qcy.engines.rules.setwise.evaluate import evaluate, evaluate_stretches
from qcy.engines.rules.setwise.reachable import _carries, _hits, _sums
from qcy.engines.rules.setwise.snapshot import Snapshot
from qcy.engines.rules.setwise.sums import _window
from qcy.engines.rules.synthetic import make_register
from qcy.engines.rules.vectors import as_expected

from .firm import SMALL, TODAY, clause, dictionary, pack, policies

SMALL_NUMBERS = [
    {"name": name, "zh": name, "type": "int", "min": 0, "max": 6} for name in ("a", "b", "c", "d")
]
"""Facts with so few values that every completion can be tried."""

FACTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 6), max_size=3)


def completions(facts: Mapping[str, int]) -> list[dict[str, int]]:
    missing = [name for name in "abcd" if name not in facts]
    return [
        {**facts, **dict(zip(missing, values, strict=True))}
        for values in product(range(7), repeat=len(missing))
    ]


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("a / b >= 0.4", lambda f: f["b"] > 0 and f["a"] * 10 >= 4 * f["b"]),
        ("a / (b + 2) > 0.25 and b >= 3", lambda f: 4 * f["a"] > f["b"] + 2 and f["b"] >= 3),
        ("(a + 1) / (b + 1) in [0.5..2)", lambda f: 0.5 <= (f["a"] + 1) / (f["b"] + 1) < 2),
        ("a * b - c <= 7 and a >= 2", lambda f: f["a"] * f["b"] - f["c"] <= 7 and f["a"] >= 2),
        (
            "a / b >= 0.5 or a >= 4 and c < 2",
            lambda f: (f["b"] > 0 and 2 * f["a"] >= f["b"]) or (f["a"] >= 4 and f["c"] < 2),
        ),
    ],
)
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(FACTS, min_size=1, max_size=6))
def test_R2_a_verdict_of_arrays_is_what_every_completion_gives(
    when: str, holds: Any, rows: list[dict[str, int]]
) -> None:
    """`qualifies` and `fails` only if all completions agree, and nothing is called undecided that is not."""
    rule, kinds = clause(when, SMALL_NUMBERS), dictionary_of(SMALL_NUMBERS)
    for row, answer in zip(
        rows, rows_of(evaluate(rule, kinds, firms_of(rows, kinds), TODAY), kinds), strict=True
    ):
        ends = {holds(full) for full in completions(row)}
        assert answer.verdict == (
            "unknown" if len(ends) == 2 else "qualifies" if True in ends else "fails"
        ), row


POINTS = st.lists(st.integers(0, 12), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(
    items=st.lists(POINTS, min_size=1, max_size=4),
    bound=st.integers(-2, 40),
    low=st.integers(0, 12),
    more=st.integers(1, 9),
)
def test_R2_a_window_claims_only_what_counting_finds(
    items: list[list[int]], bound: int, low: int, more: int
) -> None:
    """A fact that moves an item from `low` to `high` decides when some sum of the others fails with one, holds with the other."""
    high = low + more
    sums = {sum(chosen) for chosen in product(*items)}
    counted = any(s + low < bound <= s + high for s in sums)
    gap = max((b - a for a, b in zip(sorted(sums), sorted(sums)[1:], strict=False)), default=0)
    arrays = [np.array([float(v)]) for v in (bound - high, bound - low, min(sums), max(sums), gap)]
    claimed = bool(_window(*arrays)[0])
    assert counted or not claimed
    assert _hits(_sums(items, 1), 1, bound, 0, low, high) is counted
    assert _carries({(s,) for s in sums}, [bound], (0,), low, high) is counted


def test_R1_one_fact_in_two_conditions_is_followed_through_both() -> None:
    """The missing `b` would have to be large for one condition and small for the other."""
    kinds = dictionary_of(SMALL_NUMBERS)
    rule = clause("b >= 4 and a / b >= 1", SMALL_NUMBERS)
    rows = [{"a": value} for value in range(7)]
    found = [row.verdict for row in rows_of(evaluate(rule, kinds, firms_of(rows, kinds), TODAY), kinds)]
    assert found == ["fails"] * 4 + ["unknown"] * 3


@pytest.mark.parametrize(
    "when",
    [
        "(b >= 4 or c >= 6) and a / b >= 1",  # two parts wait for b
        "a / b >= 0.5 and (a / b >= 0.8 or c >= 5)",  # one narrows the quotient the other asks
        "a / b in (0.34..0.49) or a / b > 5",  # whole numbers step over the middle cell
        "b / a in (0.34..0.6) or c >= 6",
        "(b >= 4 or c >= 3) and (b <= 2 or d >= 3)",  # b decides although every value of it leaves things open
        "a >= 2 and (a / b >= 1.5 or a + c <= 3)",  # a is asked inside what the first part leaves
        "(a / b >= 1 or c >= 5) and (a / c >= 1 or b >= 5) and a + b <= 8",
        "a >= 2 and (a <= 1 or c >= 5)",
        "a + b + c >= 6 and (a + b + d <= 5 or c > 4)",  # known parts make two sums one
        "(a + b >= 6 or c > 4) and (a + b <= 7 or d > 4)",  # the same sum in two parts, both facts missing
    ],
)
@settings(max_examples=120, deadline=None)
@given(rows=st.lists(FACTS, min_size=1, max_size=8))
def test_R1_parts_that_wait_for_the_same(when: str, rows: list[dict[str, int]]) -> None:
    rule, kinds = clause(when, SMALL_NUMBERS), dictionary_of(SMALL_NUMBERS)
    found = rows_of(evaluate(rule, kinds, firms_of(rows, kinds), TODAY), kinds)
    for row, answer in zip(rows, found, strict=True):
        assert as_expected(answer) == as_expected(decide(rule, kinds, row, TODAY)), row


@pytest.mark.parametrize(
    ("when", "rows"),
    [
        (
            '(city = "西安" or a >= 3) and (city != "西安" or b >= 3)',
            [{"a": 1}, {"a": 3, "b": 0}, {"a": 0, "b": 0}, {"b": 3}, {"city": "咸阳", "a": 3}],
        ),
        (
            '(city = "西安" or a >= 3) and (city = "咸阳" or a >= 2) and (city != "西安" or c >= 3)',
            [{"a": 1}, {"a": 1, "c": 0}, {"a": 2, "c": 0}, {}],
        ),
        (
            '((a / b + b / c) / 2 >= 1.4 or p) and ((a + 1) / (b + 1) >= 1 or kind = "x")',
            [{"a": a, "c": c, "p": False, "kind": "y"} for a in range(4) for c in range(4)],
        ),
    ],
)
def test_R1_what_cannot_be_tried_value_by_value_is_asked_alone(when: str, rows: list[dict[str, Any]]) -> None:
    """A text that can be any word, and a fact that bends a quotient, each in several parts."""
    rule = clause(when)
    found = rows_of(evaluate(rule, SMALL, firms_of(rows, SMALL), TODAY), SMALL)
    for row, answer in zip(rows, found, strict=True):
        assert as_expected(answer) == as_expected(decide(rule, SMALL, row, TODAY)), row


def test_R1_a_fact_that_bends_a_quotient_is_not_thought_to_be_tried_out() -> None:
    """Only values of b around 10 hold, and no end or cut of another condition lies there."""
    facts = [{"name": name, "zh": name, "type": "int", "min": 0} for name in "abcd"]
    kinds = dictionary_of(facts)
    rule = clause("((a / b + b / c) / 2 <= 1.05 or d >= 9) and (b <= 40 or d >= 5)", facts)
    row = {"a": 10, "c": 10, "d": 0}
    (answer,) = rows_of(evaluate(rule, kinds, firms_of([row], kinds), TODAY), kinds)
    assert as_expected(answer) == as_expected(decide(rule, kinds, row, TODAY))
    assert answer.verdict == "unknown"


def test_R1_known_parts_can_make_two_sums_the_same_quantity() -> None:
    kinds = dictionary_of(SMALL_NUMBERS)
    rule = clause("a + b + c >= 6 and (a + b + d <= 5 or c > 4)", SMALL_NUMBERS)
    row = {"c": 2, "d": 2}
    (answer,) = rows_of(evaluate(rule, kinds, firms_of([row], kinds), TODAY), kinds)
    assert answer.verdict == decide(rule, kinds, row, TODAY).verdict == "fails"


SCORED = """
clauses:
  - {id: score, title: 得分, when: points_total >= 10, source: 第一条, grade: T}
scores:
  - id: all
    title: 合计
    highest: 20
    items:
      - {id: one, title: 甲, measure: a, bands: {">= 4": 8, "[2..4)": 5, "< 2": 0}, source: 附件}
      - {id: two, title: 乙, measure: b, bands: {">= 3": 6, "< 3": 0}, source: 附件}
      - {id: three, title: 丙, measure: c / d, bands: {">= 0.5": 4, "< 0.5": 1}, source: 附件}
"""


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(FACTS, min_size=1, max_size=6))
def test_R1_points_and_who_decides_them(rows: list[dict[str, int]]) -> None:
    kinds = dictionary_of(SMALL_NUMBERS)
    rule = pack(SCORED, kinds)
    found = rows_of(evaluate(rule, kinds, firms_of(rows, kinds), TODAY), kinds)
    for row, answer in zip(rows, found, strict=True):
        assert as_expected(answer) == as_expected(decide(rule, kinds, row, TODAY)), row


LEFT_OVER = {
    "cn.sme_size.2011": 0,
    "cn.tsme.2017": 0,
    "cn.srdi": 12,
    "cn.lg": 4,
    "cn.keylg.2024": 0,
    "cn.etc": 0,
    "cn.tax.tech_transfer": 0,
    "gd.loan35.2025": 0,
}
"""Of 2,000 made-up firms with many gaps, at most so many are put to the interpreter."""


@pytest.mark.parametrize("policy", LEFT_OVER)
def test_nearly_every_firm_is_settled_by_arrays(policy: str, tmp_path: Path) -> None:
    kinds, rule = dictionary(), policies()[policy]
    make_register(tmp_path / "register.arrow", kinds, 2_000, TODAY)
    version = rule.version_for(TODAY, "new")
    assert version
    names = [name for name in names_of(version) if name in kinds]
    snapshot = Snapshot(tmp_path / "register.arrow", kinds)
    answers = evaluate_stretches(
        rule, kinds, snapshot.stretches(TODAY, names), snapshot.count, TODAY, points=False
    )
    assert answers.alone <= LEFT_OVER[policy]
