"""R1: the set-wise evaluator gives what the interpreter gives, on every row; and it refuses what it cannot prove."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qcy.engines.rules import Dictionary, decide, dictionary_of
from qcy.engines.rules.lattice.axes import QuotientAxis
from qcy.engines.rules.lattice.ready import ready_for
from qcy.engines.rules.packs.model import DRAFT
from qcy.engines.rules.packs.names import names_of
from qcy.engines.rules.sampling import Sampler
from qcy.engines.rules.setwise.answers import VERDICTS, Answers, rows_of
from qcy.engines.rules.setwise.columns import EXACT, Firms, bounded, column_of, firms_of
from qcy.engines.rules.setwise.evaluate import evaluate
from qcy.engines.rules.setwise.quotients import Quotient
from qcy.engines.rules.setwise.snapshot import Snapshot, SnapshotError, column_name
from qcy.engines.rules.setwise.view import View
from qcy.engines.rules.synthetic import make_register
from qcy.engines.rules.vectors import as_expected, differences

from .firm import SMALL, TODAY, clause, dictionary, pack, policies, shared_vectors

STAFF = [
    {"name": "tech", "zh": "科技人员", "type": "int", "min": 0},
    {"name": "rd_staff", "zh": "研发人员", "type": "int", "min": 0},
    {"name": "a", "zh": "甲", "type": "int", "min": 0},
    {"name": "b", "zh": "乙", "type": "int", "min": 0},
]

PAIRS_EACH = 330
"""Firms per version and kind in the ordinary run: 20,000 pairs in all. `make soak` takes a million."""


def compared(
    rule: Any, rows: list[dict[str, Any]], on: date = TODAY, kind: str = "new", known: Any = None
) -> list[Any]:
    """Rows on which the two evaluators differ."""
    known = known or dictionary()
    found = rows_of(evaluate(rule, known, firms_of(rows, known), on, kind), known)
    expected = [as_expected(decide(rule, known, row, on, kind)) for row in rows]
    return [
        (row, e, as_expected(f))
        for row, e, f in zip(rows, expected, found, strict=True)
        if e != as_expected(f)
    ]


def cases() -> list[Any]:
    return [
        pytest.param(rule, version, kind, id=f"{version.id} {kind}")
        for rule in policies().values()
        for version in rule.versions
        if version.status != DRAFT
        for kind in version.kinds[:1]
    ]


@pytest.mark.parametrize(("rule", "version", "kind"), cases())
def test_R1_interpreter_and_setwise_agree_on_hard_firms(rule: Any, version: Any, kind: str) -> None:
    on = min(version.end or TODAY, max(version.start, TODAY))
    rows = list(Sampler(version, dictionary(), on, seed=7).firms(PAIRS_EACH))
    assert compared(rule, rows, on, kind) == []


def test_R1_the_shared_vectors_hold_setwise_too() -> None:
    vectors = shared_vectors()
    if vectors is None:
        pytest.skip("the shared vectors are not beside this checkout (../shared/domain/vectors)")
    groups = defaultdict(list)
    for vector in vectors:
        groups[vector["policy"], vector["date"], vector["application"]].append(vector)
    passed = 0
    for (policy, on, kind), group in groups.items():
        rows = [{name: told.value for name, told in dictionary().read(v["facts"])[0].items()} for v in group]
        answers = evaluate(
            policies()[policy], dictionary(), firms_of(rows, dictionary()), date.fromisoformat(on), kind
        )
        for vector, answer in zip(group, rows_of(answers, dictionary()), strict=True):
            assert list(differences(vector["expect"], as_expected(answer))) == [], vector["id"]
            passed += 1
    assert passed == 695


@pytest.mark.parametrize(
    "when",
    [
        "rd / sales >= 0.05",
        "rd / sales >= 0.05 and sales >= 100",
        "rd + sales >= 100 or profit < 0",
        "if sales <= 100 then rd >= 5 else rd / sales >= 0.03",
        "max(rd, sales) > 50 and min(rd, profit) <= 3",
        'kind in ("x", "y") and city != "西安"',
        "a in [1..2] or b = 3 or not(p)",
        "rd - profit > 2 and (sales ** 2 > 100 or a + b * 2 <= 4)",
        'application_date - founded >= duration("P365D")',
        "rd / (sales + a) > 0.1 and abs(a) >= 0",
        "leading and panel >= 5",
        "coalesce(rd / sales, 1) >= 0.5",
    ],
)
def test_R1_every_kind_of_condition(when: str) -> None:
    rule = clause(when) if "'" not in when else pack("")
    rows = list(Sampler(rule.versions[0], SMALL, TODAY, seed=3).firms(400))
    assert compared(rule, rows, known=SMALL) == []


def test_R3_the_certificate_refuses_a_column_that_is_too_large() -> None:
    """Below it division decides; above it firms on the threshold are looked at in whole numbers, and are still right."""
    with pytest.raises(ValueError, match="数值太大"):
        bounded(SMALL["rd"], np.array([float(EXACT)]))
    rule = clause("rd / sales >= 0.33")
    axis = ready_for(rule.versions[0], SMALL, TODAY, "new", None).clause(rule.versions[0].clauses[0]).lattice
    assert axis
    (quotient,) = axis.axes
    assert isinstance(quotient, QuotientAxis)
    for size, certified, doubts in ((10**11, True, 0), (5 * 10**13, False, 3)):
        sales = size * 100
        rows = [Fraction(sales * 33, 100) + step for step in (-1, 0, 1)]
        columns = {"rd": rows, "sales": [sales] * 3}
        table = {name: bounded(SMALL[name], np.array(list(map(float, v)))) for name, v in columns.items()}
        found = Quotient(quotient, View(Firms(3, table)))
        assert found.certified is certified
        assert len(set(found.between()[-1].tolist())) == doubts
        verdicts = [a.verdict for a in rows_of(evaluate(rule, SMALL, Firms(3, table), TODAY), SMALL)]
        assert verdicts == ["fails", "qualifies", "qualifies"]


def test_R3_numbers_outside_the_bounds_of_their_fact_are_refused(tmp_path: Path) -> None:
    """What is missing is taken to lie within them, so what is known has to."""
    for steps in (-1.0, 10_000_001.0):
        with pytest.raises(ValueError, match="超出了这项数据允许的范围"):
            bounded(SMALL["panel"], np.array([steps, np.nan]))
    least, most = bounded(SMALL["panel"], np.array([0, np.nan, 10_000_000])).values[[0, 2]]
    assert (least, most) == (0, 10_000_000)
    path = tmp_path / "register.arrow"
    make_register(path, dictionary(), 100, TODAY)
    kinds = {k.name: replace(k, high=3) if k.name == "employees" else k for k in dictionary().kinds.values()}
    with pytest.raises(SnapshotError, match=r"（employees:2025）：有的数值超出了"):
        Snapshot(path, Dictionary(kinds.values()))


def test_R3_doubles_would_misjudge_and_we_do_not() -> None:
    """Every whole percent of many sales figures, exactly on the threshold: multiplying out in doubles errs on some."""
    sales = np.arange(1, 2001, dtype=float) * 10**6
    wrong = 0
    for percent in range(1, 100):
        rd = np.round(sales * percent / 100)
        firms = Firms(2000, {"rd": bounded(SMALL["rd"], rd), "sales": bounded(SMALL["sales"], sales)})
        exact = np.array([int(r) * 100 >= percent * int(s) for r, s in zip(rd, sales, strict=True)])
        found = evaluate(clause(f"rd / sales >= {percent / 100}"), SMALL, firms, TODAY).verdict
        assert ((found == VERDICTS.index("qualifies")) == exact).all()
        wrong += int(((rd >= percent / 100 * sales) != exact).sum())
    assert wrong  # the control: plain float arithmetic does misjudge some of these rows


PAID = """
clauses:
  - {id: one, title: 条件, when: p, source: 第一条, grade: T}
amounts:
  - {id: half, title: 一半, value: sales * 0.5, always: true, source: 第二条, grade: T}
  - {id: capped, title: 封顶, value: "min(sales * 0.15, 30)", always: true, source: 第三条, grade: T}
  - {id: shared, title: 分摊, value: sales / a, always: true, source: 第四条, grade: T}
  - {id: product, title: 乘积, value: sales * rd, always: true, source: 第五条, grade: T}
"""


def test_amounts_round_half_up_to_the_fen_like_the_interpreter() -> None:
    rule = pack(PAID)
    fen = Fraction(1, 10**6)
    rows = [{"sales": sales, "a": a} for sales in (0, fen, 3 * fen, 200, 200 + fen, 10**8) for a in (0, 1, 3)]
    rows += [{"sales": 5}, {"a": 2}, {}, {"sales": 10**4, "rd": 10**4 + fen}]
    rows += [
        {"sales": Fraction(10**9 + 1, 10**6), "rd": Fraction(77_499_999, 10**6)}
    ]  # doubles would round it up
    assert compared(rule, rows, known=SMALL) == []
    (answer,) = rows_of(evaluate(rule, SMALL, firms_of([{"sales": 3 * fen}], SMALL), TODAY), SMALL)
    assert answer.amounts["half"] == 2 * fen  # one and a half fen


def test_a_snapshot_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "register.arrow"
    make_register(path, dictionary(), 500, TODAY)
    snapshot = Snapshot(path, dictionary())
    rule = policies()["cn.tsme.2017"]
    names = ["rd_y0", "sales_y0", "employees", "hnte_valid", "reg_city", "registered_on", "size_industry"]
    (firms,) = snapshot.stretches(TODAY, names)
    assert snapshot.count == firms.count == 500
    assert 0.05 < np.isnan(firms.columns["rd_y0"].values).mean() < 0.75
    told = snapshot.told(3, TODAY, names)
    assert {name: t.value for name, t in told.items()} == firms.row(3, names)
    assert all(t.source and t.on and t.grade in "ABD" for t in told.values())
    rows = [firms.row(row, firms.columns) for row in range(60)]
    assert compared(rule, rows) == []
    make_register(tmp_path / "again.arrow", dictionary(), 500, TODAY)
    assert path.read_bytes() == (tmp_path / "again.arrow").read_bytes()


@pytest.mark.parametrize(
    "policy", ["cn.sme_size.2011", "cn.tax.rd_super", "hz.title_award.2025", "cn.champion.2023"]
)
def test_R1_firms_that_are_asked_together_have_the_same_answer(policy: str, tmp_path: Path) -> None:
    """In a large table the interpreter sees one firm of each kind; every twenty-fifth is asked by itself here."""
    rule, kinds = policies()[policy], dictionary()
    make_register(tmp_path / "register.arrow", kinds, 3_000, TODAY)
    version = rule.version_for(TODAY, "new")
    names = [name for name in names_of(version) if name in kinds] if version else []
    (firms,) = Snapshot(tmp_path / "register.arrow", kinds).stretches(TODAY, names)
    found = list(rows_of(evaluate(rule, kinds, firms, TODAY), kinds))
    for row in range(0, firms.count, 25):
        alone = decide(rule, kinds, firms.row(row, names), TODAY)
        assert as_expected(found[row]) == as_expected(alone), row


def test_a_year_is_bound_by_the_day_of_the_application() -> None:
    kinds = dictionary()
    days = date(2026, 6, 15), date(2027, 1, 1)
    bound = {
        name: [column_name(kinds[name], day) for day in days]
        for name in ("rd_y0", "rd_y2", "platform_score_prev", "ip1")
    }
    assert bound == {
        "rd_y0": ["rd:2025", "rd:2026"],
        "rd_y2": ["rd:2023", "rd:2024"],
        "platform_score_prev": ["platform_score:2025", "platform_score:2026"],
        "ip1": ["ip1", "ip1"],
    }


def test_an_unfinished_snapshot_never_replaces_a_good_one(tmp_path: Path) -> None:
    path = tmp_path / "register.arrow"
    make_register(path, dictionary(), 100, TODAY)
    before = path.read_bytes()

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_register(path, dictionary(), 200, TODAY, progress=stop)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    (tmp_path / "cut.arrow").write_bytes(before[: len(before) // 2])
    for name in ("cut.arrow", "nobody.arrow"):
        with pytest.raises(SnapshotError):
            Snapshot(tmp_path / name, dictionary())


def test_a_column_keeps_exact_values() -> None:
    values = [None, Fraction(1, 10**6), Fraction(42005, 10), 9_000_000_000]
    column = column_of(SMALL["rd"], values)
    assert [column.value(row) for row in range(4)] == values


def test_R1_known_parts_beside_two_gaps_do_not_share_an_answer() -> None:
    rule = clause("tech + rd_staff + a <= 100 and tech + rd_staff + b >= 101", STAFF)
    kinds = dictionary_of(STAFF)
    first, second = {"a": 3, "b": 3}, {"a": 3, "b": 50}
    for rows in ([first] * 10 + [second] * 10, [second] * 10 + [first] * 10):
        answers = evaluate(rule, kinds, firms_of(rows, kinds), TODAY)
        found = [answer.verdict for answer in rows_of(answers, kinds)]
        assert found == [decide(rule, kinds, row, TODAY).verdict for row in rows]


def test_R1_a_fact_in_otherwise_is_read_too() -> None:
    rule = pack(
        """
tables:
  t: {hit: F, inputs: [a], rows: [['> 2', '100']], otherwise: rd}
clauses:
  - {id: one, title: 条件, when: t >= 10, source: 第一条, grade: T}
"""
    )
    assert names_of(rule.versions[0]) >= {"a", "rd"}
    rows = [{"a": a, "rd": rd} for a in (1, 3) for rd in (5, 50)] + [{"a": 1}]
    assert compared(rule, rows, known=SMALL) == []


@pytest.mark.parametrize(
    "when", ["0.05 <= rd / sales", '5 <= rd and "x" = kind', "(rd + 5) != 3 or p", "1 < 2 and rd > 1"]
)
def test_R1_constants_on_the_left(when: str) -> None:
    rule = clause(when)
    rows = list(Sampler(rule.versions[0], SMALL, TODAY, seed=4).firms(80))
    assert compared(rule, rows, known=SMALL) == []


def test_sums_of_money_are_exact_above_2_to_the_53() -> None:
    each = 8_999_999_999_999_999
    answers = Answers(clause("p"), None, 20_000, np.zeros(20_000))
    answers.amounts["a"] = np.full(20_000, float(each))
    assert answers.total("a") == Fraction(each * 20_000, 10**6)
