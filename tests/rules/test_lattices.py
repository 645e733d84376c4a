"""The parts behind both evaluators against counting by hand: cells of quotients, cut diagrams, tables, words, points."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qcy.engines.rules import Dictionary, decide, dictionary_of
from qcy.engines.rules.lattice.axes import QuotientAxis
from qcy.engines.rules.lattice.ready import Ready
from qcy.engines.rules.packs.names import names_of
from qcy.engines.rules.setwise.answers import rows_of
from qcy.engines.rules.setwise.codes import QuotientCoder
from qcy.engines.rules.setwise.columns import EXACT, firms_of
from qcy.engines.rules.setwise.evaluate import evaluate, evaluate_stretches
from qcy.engines.rules.setwise.snapshot import Snapshot
from qcy.engines.rules.setwise.view import View
from qcy.engines.rules.synthetic import make_register
from qcy.engines.rules.vectors import as_expected

from .firm import SMALL, TODAY, clause, dictionary, pack, policies

FEW = [{"name": name, "zh": name, "type": "int", "min": 0, "max": 6} for name in "abcd"]
"""Facts with so few values that every completion can be tried."""

FIRMS = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 6), max_size=4), min_size=1, max_size=6
)


def completions(facts: Mapping[str, int]) -> list[dict[str, int]]:
    missing = [name for name in "abcd" if name not in facts]
    return [facts | dict(zip(missing, v, strict=True)) for v in product(range(7), repeat=len(missing))]


def both(rule: Any, rows: list[dict[str, Any]], kinds: Dictionary) -> list[Any]:
    """The interpreter's answers, after the set-wise evaluator gave the same."""
    alone = [decide(rule, kinds, row, TODAY) for row in rows]
    found = rows_of(evaluate(rule, kinds, firms_of(rows, kinds), TODAY), kinds)
    assert list(map(as_expected, found)) == list(map(as_expected, alone))
    return alone


CONDITIONS: list[tuple[str, Any]] = [
    ("a / b >= 0.4", lambda f: f["b"] > 0 and f["a"] * 10 >= 4 * f["b"]),
    ("(a + 1) / (b + 1) in [0.5..2)", lambda f: 0.5 <= (f["a"] + 1) / (f["b"] + 1) < 2),
    ("a / (b + 2) > 0.25 and b >= 3", lambda f: 4 * f["a"] > f["b"] + 2 and f["b"] >= 3),
    ("a * b - c <= 7 and a >= 2", lambda f: f["a"] * f["b"] - f["c"] <= 7 and f["a"] >= 2),
    ("(a - b) / (c + 1) > 0", lambda f: f["a"] > f["b"]),
    ("(a - b) / b in [-0.5..0.5]", lambda f: f["b"] > 0 and 2 * abs(f["a"] - f["b"]) <= f["b"]),
    (
        "a / b >= 0.5 or a >= 4 and c < 2",
        lambda f: (f["b"] > 0 and 2 * f["a"] >= f["b"]) or (f["a"] >= 4 and f["c"] < 2),
    ),
    ("if a <= 2 then b >= 3 else b + c >= 9", lambda f: f["b"] >= 3 if f["a"] <= 2 else f["b"] + f["c"] >= 9),
    ("(b >= 4 or c >= 6) and a / b >= 1", lambda f: (f["b"] >= 4 or f["c"] >= 6) and 0 < f["b"] <= f["a"]),
    ("coalesce(a / b, 1) >= 0.5", lambda f: f["b"] == 0 or 2 * f["a"] >= f["b"]),
    ("(a + b) / 4 >= 1.7 or a - c > 4", lambda f: 10 * (f["a"] + f["b"]) >= 68 or f["a"] - f["c"] > 4),
    ("min(a, b) * 2 > c", lambda f: min(f["a"], f["b"]) * 2 > f["c"]),
]


@pytest.mark.parametrize(("when", "holds"), CONDITIONS)
@settings(max_examples=60, deadline=None)
@given(rows=FIRMS)
def test_R2_yes_and_no_only_if_every_completion_says_so(
    when: str, holds: Any, rows: list[dict[str, int]]
) -> None:
    """And whoever can change the answer is named."""
    for row, answer in zip(rows, both(clause(when, FEW), rows, dictionary_of(FEW)), strict=True):
        ends = {holds(full) for full in completions(row)}
        if answer.verdict != "unknown":
            assert ends == {answer.verdict == "qualifies"}, row
        for fact in set("abcd") - set(row):
            if any(holds(full) != holds(full | {fact: n}) for full in completions(row) for n in range(7)):
                assert fact in answer.undecided_by or answer.verdict != "unknown", (row, fact)
                assert answer.verdict == "unknown", row


@pytest.mark.parametrize(
    ("when", "row", "verdict"),
    [
        ("a / b >= 2 and b >= 3", {"a": 5}, "fails"),  # b would have to be small and large
        ("a / b >= 2 and b >= 3", {"a": 6}, "unknown"),
        ("if b <= 2 then a / b >= 2 else a >= 1", {"a": 4}, "unknown"),  # b can be 0
        ("if b <= 2 then a / (b + 1) >= 1 else a >= 1", {"a": 4}, "qualifies"),
        ("if b <= 2 then a / (b + 1) >= 1 else a >= 1", {"a": 0}, "fails"),
        ("if b <= 2 then a / (b + 1) >= 1 else a >= 1", {"a": 1}, "unknown"),
    ],
)
def test_R2_a_number_that_picks_the_case_is_tried_in_every_case(
    when: str, row: dict[str, int], verdict: str
) -> None:
    (answer,) = both(clause(when, FEW), [row], dictionary_of(FEW))
    assert answer.verdict == verdict


BORROWER = [
    {"name": "who", "zh": "借款人", "type": "enum", "values": ["person", "firm", "other"]},
    {"name": "p", "zh": "是否", "type": "bool"},
    *FEW,
]
PICKED = """
clauses:
  - {id: size, title: 规模, when: 'who = "person" or a <= 3', source: 第一条, grade: T}
  - {id: hires, title: 招用, when: 'who = "person" or b >= 3', source: 第二条, grade: T}
  - {id: kind, title: 种类, when: 'who != "other"', source: 第三条, grade: T}
  - {id: both, title: 两样, when: 'p or c >= 5 or who = "firm"', source: 第四条, grade: T}
  - {id: again, title: 再问, when: 'not(p) or d >= 5', source: 第五条, grade: T}
"""


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ({"a": 5}, {"who", "p", "c", "d"}),  # no firm can pass: what is asked of firms does not matter
        ({"a": 2}, {"who", "b", "p", "c", "d"}),
        ({"who": "person", "c": 0, "d": 0}, None),  # fails with p and without it
        ({"a": 5, "who": "firm"}, None),
        ({"who": "other"}, None),
        ({"who": "person", "c": 6}, {"p", "d"}),
    ],
)
def test_R2_what_only_matters_where_another_clause_fails_does_not_matter(
    row: dict[str, Any], asked: set[str] | None
) -> None:
    kinds = dictionary_of(BORROWER)
    (answer,) = both(pack(PICKED, kinds), [row], kinds)
    assert (answer.verdict, set(answer.undecided_by)) == (("unknown", asked) if asked else ("fails", set()))


MONEY = [
    {"name": name, "zh": name, "type": "decimal", "unit": "万元", **({} if name == "d" else {"min": 0})}
    for name in "abcd"
]
AMOUNTS = st.one_of(
    st.none(), st.sampled_from([0, 1, 2, 3, 10, 100, 10**6, 10**9 - 1]), st.integers(0, 10**9)
)


@pytest.mark.parametrize(
    "when",
    [
        "a / b in [0.05..0.3)",
        "(a - b) / b > 0 or (a - b) / b <= -0.5",
        "(a + b + c) / (a + 1) >= 2.5",
        "(a - b) / b >= -2 or (a - b) / b > -0.5 or (a + c - b) / b >= -2",  # below what growth can be
        "a - b > 3",
        "a + b >= 3.0000005 or a + b > 7.0000005",  # finer than a step
        "if d > 0 then (a / d + c) > 4 else a / b > 1",
        "(b / a - 1 + c / b - 1) / 2 >= 0.15",  # squares: too large for the certificate
        "(a - d) / (b + 1) in (-2..-1]",
        "(a - d) / (b + 1) > 0 or (a - d) / (b + 1) < -3",
        "if d > 0 then a / d < 4 else a > 1",
        "a * d / (b + 1) > 3 or a * d / (b + 1) < -1",
        "d / b >= 0 or (c + d) / a <= 0",
        "d / b in (-2..-1] or d / (a + b) > -0.5",
    ],
)
@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.booleans()), min_size=1, max_size=8))
@example(rows=[(0, None, None, 0, False), (1, None, 0, None, True), (None, 0, None, None, False)])
def test_R3_floats_find_the_cells_that_whole_numbers_find(when: str, rows: list[tuple[Any, ...]]) -> None:
    """Where everything is known and where some is missing; exactly on an edge, at 0, below 0, near 2^53."""
    kinds = dictionary_of(MONEY)
    version = clause(when, MONEY).versions[0]
    lattice = Ready(version, kinds, TODAY, "new", None).clause(version.clauses[0]).lattice
    assert lattice
    firms = [
        {
            name: -value if name == "d" and negative else value
            for name, value in zip("abcd", values, strict=True)
            if value is not None
        }
        for *values, negative in rows
    ]
    view = View(firms_of(firms, kinds))
    for axis in lattice.axes:
        if isinstance(axis, QuotientAxis):
            coder = QuotientCoder(axis)
            found = [coder.bits[code] for code in coder.codes(view)]
            assert found == [axis.bits(axis.reach(firm)) for firm in firms]


LARGE = [{"name": name, "zh": name, "type": "int", "min": 0} for name in "abcd"]


def test_R3_close_to_an_edge_products_are_looked_at_in_whole_numbers() -> None:
    """Quotients as near to 0.7 as they come, below it and above it; floats alone misjudge some."""
    chance = Random(3)
    firms = [{name: chance.randrange(2**52, EXACT) for name in "bcd"} for _ in range(1_500)]
    rows = [f | {"a": 7 * f["c"] * f["d"] // (10 * f["b"]) + n % 3 - 1} for n, f in enumerate(firms)]
    rows = [row for row in rows if row["a"] < EXACT]
    exact = [10 * row["a"] * row["b"] >= 7 * row["c"] * row["d"] for row in rows]
    floats = [float(r["a"]) * float(r["b"]) / (float(r["c"]) * float(r["d"])) >= 0.7 for r in rows]
    answers = both(clause("a * b / (c * d) >= 0.7", LARGE), rows, dictionary_of(LARGE))
    assert [answer.verdict == "qualifies" for answer in answers] == exact
    assert len(rows) > 1_000
    assert floats != exact  # the control


def test_R3_close_to_an_edge_large_numbers_are_looked_at_in_whole_numbers() -> None:
    """The same for one fact over another: beyond the certificate floats misjudge some."""
    chance = Random(4)
    below = [chance.randrange(2**52, EXACT) for _ in range(1_500)]
    rows = [{"a": 33 * b // 100 + n % 2, "b": b} for n, b in enumerate(below)]
    exact = [100 * row["a"] >= 33 * row["b"] for row in rows]
    answers = both(clause("a / b >= 0.33", LARGE), rows, dictionary_of(LARGE))
    assert [answer.verdict == "qualifies" for answer in answers] == exact
    assert [row["a"] / row["b"] >= 0.33 for row in rows] != exact  # the control
    squares = [{"a": n, "b": n} for n in (10**8, 10**9 - 1, 10**9, EXACT - 1)]
    answers = both(clause("a * b >= 10 ** 18", LARGE), squares, dictionary_of(LARGE))
    assert [answer.verdict for answer in answers] == ["fails", "fails", "qualifies", "qualifies"]


def test_R3_powers_that_no_float_holds() -> None:
    """Nor does a number of 400 digits end the run, in one evaluator or the other."""
    rows = [{"a": EXACT - 1 - less, "b": EXACT - 2} for less in (0, 1, 2)]
    for when in (
        " * ".join("a" * 8) + " / (" + " * ".join("b" * 8) + ") >= 1",
        "a * 10 ** 400 / b >= 10 ** 400",
        "a - b * 10 ** 400 >= b - b * 10 ** 400",
        "a * 10 ** 400 - b * 10 ** 400 >= 0",
        "(a * 10 ** 400 + 1) / (b + c * 0) >= 10 ** 400",
    ):
        answers = both(clause(when, LARGE), rows, dictionary_of(LARGE))
        assert [answer.verdict for answer in answers] == ["qualifies", "qualifies", "fails"], when
    for when in (
        "a / (b + 1) > 10 ** -400",
        "(a * 10 ** 400 + b) / (c + 1) >= 3",
        "(a + b * 10 ** -400) / (c + 1) >= 1",
    ):
        both(
            clause(when, LARGE),
            [{"a": 0, "b": 5}, {"a": 1, "b": 5}, {"a": 1, "c": 0}, {}],
            dictionary_of(LARGE),
        )


@pytest.mark.parametrize(
    "value",
    [
        "a * 10 ** 400",
        "a * 10 ** 400 / (b + 1)",
        "a * b * c * d * 10 ** 90",
        "min(a * 10 ** 400, 30)",
        "10 ** 400",
        "a * b",
    ],
)
def test_an_amount_that_nobody_could_pay_is_none(value: str) -> None:
    body = (
        f"amounts:\n  - {{id: paid, title: 补贴, value: '{value}', always: true, source: 第二条, grade: T}}\n"
    )
    rule, kinds = pack(ALWAYS + body, dictionary_of(LARGE)), dictionary_of(LARGE)
    rows = [dict.fromkeys("abcd", 5), {"a": 1, "b": 3}, {"a": 0, "b": 0}, {}, dict.fromkeys("abcd", 10**8)]
    found = [answer.amounts.get("paid") for answer in both(rule, rows, kinds) + both(rule, rows[2:3], kinds)]
    assert all(amount is None or amount < 2**53 for amount in found)


ALWAYS = "clauses:\n  - {id: one, title: 条件, when: a >= 0, source: 第一条, grade: T}\n"


def test_R3_what_cancels_out_is_looked_at_in_whole_numbers() -> None:
    """10,000,000,200,000,001 less 10,000,000,200,000,000: in doubles nothing is left."""
    facts = [{"name": name, "zh": name, "type": "int", "min": 0} for name in "abcd"]
    near = {"a": 10**8 + 1, "b": 10**8 + 1, "c": 10**8, "d": 10**8 + 2}
    rows = [near, near | {"a": 10**8}, near | {"d": 10**8 + 3}]
    answers = both(clause("a * b - c * d >= 1", facts), rows, dictionary_of(facts))
    assert [answer.verdict for answer in answers] == ["qualifies", "fails", "fails"]


@settings(max_examples=60, deadline=None)
@given(row=st.dictionaries(st.sampled_from("abcd"), st.integers(0, 6), max_size=4))
def test_R2_a_quotient_lies_in_one_of_the_cells_it_is_said_to_reach(row: dict[str, int]) -> None:
    version = clause("(a - b) / (c * d) in [-0.5..0.25] or (a - b) / (c * d) > 2", FEW).versions[0]
    lattice = Ready(version, dictionary_of(FEW), TODAY, "new", None).clause(version.clauses[0]).lattice
    assert lattice
    (axis,) = lattice.axes
    reached = axis.bits(axis.reach(row))
    for full in completions(row):
        assert axis.bits(axis.reach(full)) & reached


SCORED = """
clauses:
  - {id: score, title: 得分, when: points_total >= 10 and points_all != 0, source: 第一条, grade: T}
scores:
  - id: all
    title: 合计
    highest: 12
    items:
      - {id: one, title: 甲, measure: a, bands: {">= 4": 8, "[2..4)": 5, "< 2": 0}, source: 附件}
      - {id: two, title: 乙, measure: b, bands: {">= 3": 6, "< 3": 0}, source: 附件}
      - {id: three, title: 丙, measure: c / d, bands: {">= 0.5": 4, "< 0.5": 1}, source: 附件}
"""


@settings(max_examples=80, deadline=None)
@given(rows=FIRMS)
def test_R2_points_lie_between_what_completions_give(rows: list[dict[str, int]]) -> None:
    kinds = dictionary_of(FEW)
    rule = pack(SCORED, kinds)
    for row, answer in zip(rows, both(rule, rows, kinds), strict=True):
        span = answer.points["all"]
        low, high = span if isinstance(span, tuple) else (span, span)
        for full in completions(row)[::29]:
            whole = decide(rule, kinds, full, TODAY)
            assert low <= whole.points["all"] <= high
            assert answer.verdict in {"unknown", whole.verdict}


JUDGED = """
clauses:
  - {id: item, title: 单项, when: points_team >= 5, source: 第一条, grade: T}
  - {id: all, title: 合计, when: points_panel >= 6, source: 第二条, grade: T}
scores:
  - id: panel
    title: 评审
    judge: panel
    show_items: true
    items:
      - {id: team, title: 团队, awarded: [0, 10], source: 附件}
"""


def test_R2_points_for_a_group_do_not_tell_those_of_an_item() -> None:
    answers = both(pack(JUDGED), [{}, {"panel": 8}, {"panel": 3}], SMALL)
    assert [(a.verdict, a.judged_by) for a in answers] == [
        ("manual", ("panel",)),
        ("manual", ("panel",)),
        ("fails", ()),
    ]


def test_R3_points_against_a_bound_between_two_millionths() -> None:
    kinds = dictionary_of(FEW)
    rule = pack(
        SCORED.replace("points_total >= 10", "points_total >= 8.9999995").replace("8,", "7.999999,"), kinds
    )
    answers = both(rule, [{"a": 5, "b": 0, "c": 0, "d": 1}, {"a": 2, "b": 0, "c": 4, "d": 1}], kinds)
    assert [(a.verdict, a.points["total"]) for a in answers] == [
        ("fails", Fraction(8_999_999, 10**6)),
        ("qualifies", 9),
    ]


PICKED_POINTS = SCORED.replace(
    "scores:",
    """  - {id: who, title: 谁, when: 'who != "other" or a >= 3', source: 第二条, grade: T}
scores:""",
).replace(
    "items:",
    """items:
      - {id: kind, title: 谁, formula: 'if who = "person" then 5 else if p then 3 else 0', source: 附件}""",
)


@settings(max_examples=80, deadline=None)
@given(
    rows=FIRMS,
    more=st.lists(
        st.fixed_dictionaries(
            {}, optional={"who": st.sampled_from(["person", "firm", "other"]), "p": st.booleans()}
        ),
        min_size=6,
        max_size=6,
    ),
)
def test_R1_a_choice_that_moves_points_as_well(
    rows: list[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    kinds = dictionary_of(BORROWER)
    rule = pack(PICKED_POINTS, kinds)
    assert Ready(rule.versions[0], kinds, TODAY, "new", None).pickers == ["who"]
    both(rule, [row | extra for row, extra in zip(rows, more, strict=False)], kinds)


def test_R1_nobody_in_the_starter_pack_is_asked_one_by_one(tmp_path: Path) -> None:
    kinds = dictionary()
    make_register(tmp_path / "register.arrow", kinds, 2_000, TODAY)
    snapshot = Snapshot(tmp_path / "register.arrow", kinds)
    left = {}
    for policy, rule in policies().items():
        version = rule.version_for(TODAY, "new")
        names = [name for name in names_of(version) if name in kinds] if version else []
        answers = evaluate_stretches(
            rule, kinds, snapshot.stretches(TODAY, names), snapshot.count, TODAY, allow_draft=True
        )
        left[policy] = answers.alone
    assert {policy: count for policy, count in left.items() if count} == {}


def test_rows_taken_from_rows_keep_what_is_known_of_them() -> None:
    kinds = dictionary_of(FEW)
    view = View(firms_of([{"a": n % 7} for n in range(40)], kinds))
    made = []

    def doubled(rows: View) -> Any:
        made.append(rows.count)
        return rows.numbers("a") * 2

    view.once("doubled", doubled)
    part = view.narrowed(np.arange(0, 40, 3)).narrowed(np.array([1, 4]))
    assert part.once("doubled", doubled).tolist() == [2 * (3 % 7), 2 * (12 % 7)]
    assert made == [40]
    assert [part.row(place) for place in range(2)] == [3, 12]
