"""Why, how far off, what would change it, and the same again from the stored record."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from qcy.engines.rules import decide, dictionary_of
from qcy.engines.rules.explain import Explanation
from qcy.engines.rules.replay import CannotReplay, replay
from qcy.engines.rules.report import as_json, lines, record

from .firm import SMALL, TODAY, clause, dictionary, pack, policies

RULE = """
define:
  share: {value: rd / sales, title: 研发投入占比}
  half: {value: 'min(rd * 0.5, 30)', title: 一半，最多 30}
clauses:
  - {id: share, title: 研发投入不低于 5%, when: share >= 0.05, unmet: 请核对研发费用。, source: 第一条, grade: T}
  - {id: young, title: 成立不满十年, when: 'founded > application_date - duration("P10Y")', source: 第二条, grade: SS}
  - {id: kind, title: 类型, when: 'kind in ("x", "y")', source: 第三条, grade: S}
routes:
  - id: leading
    title: 领先企业
    replaces: [share]
    any: [{id: lead, title: 专家认定领先, when: leading, source: 第四条, grade: S}]
amounts:
  - {id: grant, title: 补助, value: half, lines: [half]}
"""


def explained(language: str = "zh", **facts: object) -> Explanation:
    told, errors = SMALL.read(facts)
    assert not errors
    answer = decide(pack(RULE), SMALL, {name: value.value for name, value in told.items()}, TODAY)
    return Explanation(answer, told, language)


def test_a_clause_tells_value_threshold_distance_and_what_would_change_it() -> None:
    share, young, kind = explained(
        rd="40", sales="1000", founded="2016-06-15", kind="z", leading=False
    ).findings
    assert (share.state, young.state, kind.state) == ("unmet", "unmet", "unmet")
    assert share.says == "研发投入占比不低于 0.05"
    assert [(c.fact, c.now, c.needed) for c in share.changes] == [("rd", 40, 50), ("sales", 1000, 800)]
    assert [(str(c.now), str(c.needed)) for c in young.changes] == [("2016-06-15", "2016-06-16")]
    assert [(c.now, c.needed) for c in kind.changes] == [("z", "y")]
    assert (share.source, share.grade, share.unmet) == ("第一条", "T", "请核对研发费用。")
    assert [e.fact for e in share.evidence] == ["rd", "sales"]


def test_a_change_that_is_told_really_changes_the_answer() -> None:
    for facts in (
        {"rd": "40", "sales": "1000"},
        {"rd": "0.01", "sales": "3333.33"},
        {"rd": "7", "sales": "199.99"},
    ):
        before = {"founded": "2020-01-01", "kind": "x", "leading": False, **facts}
        (finding, *_) = explained(**before).findings
        assert finding.state == "unmet" and finding.changes
        for change in finding.changes:
            after = explained(**(before | {change.fact: change.needed})).findings[0]
            assert after.state == "met"


def test_a_route_stands_in_and_is_named() -> None:
    share = explained(rd="1", sales="1000", leading=True).findings[0]
    assert (share.state, share.by_route) == ("met", "leading")
    assert [option.state for option in share.options] == ["met"]
    waiting = explained(rd="1", sales="1000").findings[0]
    assert (waiting.state, waiting.judged_by) == ("manual", ("leading",))


def test_an_amount_is_told_line_by_line() -> None:
    found = explained(rd="50.01", sales="1000", founded="2020-01-01", kind="x")
    (amount,) = found.version.amounts
    told = [(line.title, line.says, line.value) for line in found.calculation(amount)]
    assert told[0] == ("一半，最多 30", "取低（研发费用 × 0.5、30）", Fraction(25005, 1000))
    assert told[-1][0] == "补助" and told[-1][2] == Fraction(25005, 1000)


def test_points_tell_the_band_and_the_next_one() -> None:
    rule = policies()["cn.tsme.2017"]
    facts = {
        "tech_staff": 10,
        "employees": 100,
        "rd_y0": 240,
        "sales_y0": 4000,
        "cost_expense_y0": 4000,
        "ip1": 0,
        "ip2": 3,
    }
    found = Explanation(decide(rule, dictionary(), facts, TODAY))
    staff, rd, ip = found.groups
    assert (staff.points, rd.points, ip.points) == (4, 50, 18)
    assert staff.items[0].band.endswith("[0.1..0.15)")
    assert ("tech_staff", 10, 15, 8) in [(c.fact, c.now, c.needed, c.gives) for c in staff.items[0].next]
    assert {c.fact for c in ip.items[0].next} == {"ip1", "ip2"}


def test_english_and_chinese_come_from_the_same_tree() -> None:
    facts = {"rd": "40", "sales": "1000", "founded": "2020-01-01", "kind": "x"}
    chinese, english = (explained(language, **facts).findings for language in ("zh", "en"))
    assert [f.state for f in chinese] == [f.state for f in english]
    assert english[2].says == "kind is one of x, y"
    assert not any("一" <= letter <= "鿿" for f in english for letter in f.says if f.id != "share")


def test_R4_a_stored_decision_replays_and_a_changed_version_does_not() -> None:
    rule = pack(RULE)
    told, _ = SMALL.read(
        {"rd": {"value": "50.5", "source": "审计报告", "on": "2026-04-01", "grade": "B"}, "sales": "1000"}
    )
    answer = decide(rule, SMALL, {name: value.value for name, value in told.items()}, TODAY)
    stored = json.loads(as_json(record(answer, told)))
    assert replay(stored, rule, SMALL) == []
    assert stored["facts"]["rd"] == {"value": "50.5", "source": "审计报告", "on": "2026-04-01", "grade": "B"}
    tampered = json.loads(json.dumps(stored))
    tampered["facts"]["rd"] = "1"
    assert [d.key for d in replay(tampered, rule, SMALL)] == ["judged_by"]
    changed = replace(rule, versions=(replace(rule.versions[0], fingerprint="other"),))
    with pytest.raises(CannotReplay, match="与当时不同"):
        replay(stored, changed, SMALL)
    with pytest.raises(CannotReplay, match="没有版本"):
        replay(stored | {"version": "test.9"}, rule, SMALL)


def test_the_terminal_says_it_in_plain_sentences() -> None:
    found = explained(rd="40", sales="1000", kind="z", leading=False)
    text = "\n".join(lines(found.answer, found.told))
    assert "不符合" in text
    assert "研发费用由 40 万元 变为 50 万元 即可满足" in text
    assert "请核对研发费用。" in text


BITS = [{"name": f"f{n}", "zh": f"第 {n} 项", "type": "int", "min": 0} for n in range(16)]


@pytest.mark.parametrize(
    "body",
    [
        "define:\n  d0: f0 > 1\n"
        + "".join(f"  d{n}: d{n - 1} and not(d{n - 1}) or d{n - 1}\n" for n in range(1, 40))
        + "clauses:\n  - {id: one, title: 条件, when: d39, source: 第一条, grade: T}",
        "clauses:\n  - {id: one, title: 条件, when: '"
        + " + ".join(f"(if f{n} > 3 then {2**n} else 0)" for n in range(16))
        + " >= 30000', source: 第一条, grade: T}",
    ],
    ids=["definitions that double", "more cases than can be followed"],
)
def test_what_cannot_be_followed_is_still_explained(body: str) -> None:
    kinds = dictionary_of(BITS)
    answer = decide(pack(body, kinds), kinds, {}, TODAY)
    (finding,) = Explanation(answer).findings
    assert (answer.verdict, finding.state) == ("unknown", "unknown")
    assert "f0" in finding.undecided_by


def test_the_terminal_says_what_was_found_and_what_it_should_be_with_units() -> None:
    rule = clause("rd / sales >= 0.05 and heads <= 500 and rd > 10")
    facts = {"rd": 8, "sales": 1000, "heads": 600}
    told = list(lines(decide(rule, SMALL, facts, TODAY), {}))
    assert "      研发费用现为 8 万元，应大于 10 万元" in told
    assert "      职工人数现为 600 人，应不超过 500 人" in told


def test_a_clause_that_reads_a_table_shows_what_it_rests_on() -> None:
    facts = {"size_industry": "industry", "employees": 1200, "revenue_y0": 50000}
    answer = decide(policies()["cn.sme_size.2011"], dictionary(), facts, TODAY)
    (finding,) = Explanation(answer).findings
    assert {part.fact for part in finding.evidence} == {
        "size_industry",
        "employees",
        "revenue_y0",
        "assets_y0",
    }
    assert finding.changes == ()  # nobody is told to change the industry
