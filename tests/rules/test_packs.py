"""Bad packs: a sentence with file, line and column; never a stack trace, never code from a pack, bounded size."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from qcy.engines.rules import decide, load_pack
from qcy.engines.rules.packs.shapes import SHAPES, json_schema

from .firm import HEAD, POLICIES, ROOT, SMALL, TODAY, answer, dictionary, loaded, pack

CLAUSE = "clauses:\n  - {id: one, title: 条件, when: '%s', source: 第一条, grade: T}\n"
ROUTE = "routes:\n  - {id: r, title: 途径, replaces: [one], any: [{id: o, title: 一项, when: '%s'}]}\n"
BANDS = """
clauses:
  - {id: score, title: 得分, when: points_total >= 5, source: 第一条, grade: T}
scores:
  - id: group
    title: 一组
    %s
    items:
      - {id: item, title: 一项, measure: %s, bands: {%s}}
"""


def test_the_head_of_the_test_pack_is_sound() -> None:
    assert loaded(CLAUSE % "rd >= 5").usable


@pytest.mark.parametrize(
    ("body", "place", "says"),
    [
        (CLAUSE % "sale >= 5", "11:37", "是不是“sales”"),
        (CLAUSE % "销售收人 >= 5", "11:37", "是不是“sales”"),
        (CLAUSE % "rd >= true", "11:37", "数字不能与是非比较"),
        (CLAUSE % "rd + p > 1", "11:37", "不能用 + 计算"),
        (CLAUSE % "rd", "11:37", "应是是非，这里得到的是数字"),
        (CLAUSE % 'kind = "w"', "11:44", "“w”不会出现"),
        (CLAUSE % 'kind = "xx"', "11:44", "是不是“x”"),
        (CLAUSE % "flor(rd) > 1", "11:37", "是不是“floor”"),
        (CLAUSE % "floor(rd, 1, 2) > 1", "11:37", "1 到 2 个参数"),
        (CLAUSE % "rd ≥ 5", "11:40", "请写 >="),
        (CLAUSE % "rd / profit >= 0.1", "11:42", "分母可能是负数"),
        (CLAUSE % "rd < 0", "11:9", "永远不会满足"),
        (CLAUSE % "rd >= 5 and rd < 5", "11:9", "永远不会满足"),
        (CLAUSE % "rd >= 0", "11:9", "总是满足"),
        ("clauses:\n  - {id: one, title: 条件, when: p}", "11:9", "缺少出处"),
        ("clauses:\n  - {id: one, titel: 条件, when: p}", "11:26", "是不是“title”"),
        ("clauses:\n  - {id: one, title: 条件}", "11:9", "缺少“when”"),
        ("clauses:\n  - {id: one, title: 条件, when: p, grade: A}", "11:46", "可选：T、SS、S、M"),
        ("define: {x: y + 1, y: x + 1}\n" + CLAUSE % "x > 1", "10:17", "成了环：x → y → x"),
        ("define: {rd: sales + 1}\n" + CLAUSE % "rd > 1", "10:18", "已经是数据、得分或决策表的名称"),
        (
            CLAUSE % "p" + "routes:\n  - {id: r, title: 途径, replaces: [two], any: []}",
            "13:9",
            "没有编号为“two”",
        ),
        (CLAUSE % "p" + "  - {id: one, title: 又一个, when: p, source: 一, grade: T}", "11:9", "用了 2 次"),
        (
            CLAUSE % "p" + "amounts:\n  - {id: a, title: 金额, value: rd, lines: [nobody]}",
            "13:9",
            "没有在 define 里",
        ),
        (BANDS % ("highest: 9", "rd", '">= 5": 9, "[0..6)": 1'), "13:9", "重叠"),
        (BANDS % ("highest: 9", "rd", '">= 5": 9, "[0..4)": 1'), "13:9", "有空隙"),
        (BANDS % ("highest: 9", "rd", '">= 5": 9, "<= 5": 1'), "13:9", "重叠"),
        (BANDS % ("highest: 9", "rd", '">= 5": 9, "< sales": 1'), "13:9", "请写成数的范围"),
        (BANDS % ("highest: 9", "rd", '">= 5": [3, 9], "< 5": 1'), "13:9", "请用 judge"),
        (BANDS % ("judge: sales", "rd", '">= 5": [3, 9], "< 5": 1'), "13:9", "不是由专家或其他平台给出"),
        (BANDS % ("highest: 9", "rd", '">= 5": [9, 3], "< 5": 1'), "17:64", "由低到高"),
        (BANDS % ("highest: 9", "rd", '">= 5": many, "< 5": 1'), "17:64", "不是数字"),
        (CLAUSE % 'kind >= "x"', "11:37", "文字不分大小"),
        (CLAUSE % "abs(n: rd) > 1", "11:37", "参数按顺序写"),
        ("define: {points_total: 100 + rd}\n" + CLAUSE % "points_total > 1", "10:28", "得分"),
        ("note: 没有条件", "7:5", "人人符合"),
        (
            CLAUSE % "t >= 1" + "tables:\n  t: {hit: F, inputs: [rd], rows: [], otherwise: t}",
            "13:10",
            "成了环",
        ),
        (
            CLAUSE % "p" + 'category: {value: \'if p then "大" else "小"\', order: [大]}',
            "12:56",
            "写进 order",
        ),
        (BANDS % ("judge: leading", "rd", '">= 5": [3, 9], "< 5": 1'), "13:9", "不是数字"),
        (
            CLAUSE % "a >= 2" + "  - {id: two, title: 又一条, when: a < 2, source: 一, grade: T}",
            "11:7",
            "互相矛盾",
        ),
        (CLAUSE % "p" + ROUTE % "a >= 0", "13:9", "对所有企业都成立"),
        (CLAUSE % "p" + ROUTE % "a < 0", "13:9", "永远不会成立"),
        ("clauses: [p]", "10:15", "这里应有若干栏"),
        ("status: active", "10:5", "写了两次"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(body: str, place: str, says: str) -> None:
    told = [str(problem) for problem in loaded(body).problems]
    assert any(says in text for text in told), told
    assert any(says in text and text.startswith(f"test.yaml:{place}") for text in told), told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "文件是空的"),
        ("policy: [", "格式读不懂"),
        ("policy: &a x\ntitle: *a", "不能用别名"),
        ("!!python/object/apply:os.system ['echo']", "这里应有若干栏"),
        ("- 1", "这里应有若干栏"),
        ("a: " * 50, "格式读不懂"),
        (HEAD.split("versions:")[0] + "versions: []", "至少要有一个版本"),
        (HEAD + "    until: 2025-01-01\n", "早于开始日"),
        (HEAD + "    scores: [{id: g, title: 组, items: []}]\n", "至少要有一项"),
        (HEAD + "    scores: [{id: g, title: 组, highest: 1e99999999, items: []}]\n", "不是数字"),
        (HEAD + "    tables: {t: {hit: F, inputs: [a], rows: [[]]}}\n", "这一行应有"),
        ("[" * 100 + "]" * 100, "套得太深"),
        (HEAD.replace("2026-01-01", "2026-02-31"), "不是日期"),
        (HEAD.replace("level: city", "level: town"), "可选：national"),
        (HEAD + "  - version: test.2\n    from: 2026-05-01\n    status: active\n", "重叠"),
    ],
)
def test_a_file_that_is_no_pack(text: str, says: str) -> None:
    result = load_pack(text, SMALL, "test.yaml")
    assert not result.usable
    assert any(says in str(problem) for problem in result.problems), [str(p) for p in result.problems]


@pytest.mark.parametrize("style", ["|", ">-"])
def test_a_mistake_in_a_block_of_text_is_told_at_its_own_line(style: str) -> None:
    body = f"clauses:\n  - id: one\n    title: 条件\n    source: 一\n    grade: T\n    when: {style}\n      sale >= 5"
    assert [str(p)[:15] for p in loaded(body).problems] == ["test.yaml:16:11"]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (">-\n      rd >= 5\n      and sale >= 5", "17:15"),
        (">-\n\n      rd >= 5\n\n      and\n        sale >= 5", "20:13"),
        ("|\n      rd >= 5\n        and sale >= 5", "17:17"),
        ('>-\n      city = "西安"\n      and sale >= 5', "17:15"),
        ('>-\n      "西安" = city\n      and sale >= 5', "17:15"),
        ("rd >= 5\n      and sale >= 5", "16:15"),
        ("'rd >= 5\n      and sale >= 5'", "16:15"),
        ("'city = \"西''安\" and sale >= 5'", "15:34"),
        ('"city = \\"西安\\"\n      and sale >= 5"', "16:15"),
        ("rd >= 5 and sale >= 5", "15:27"),
        ("'rd >= 5 and'", "15:27"),
    ],
)
def test_a_mistake_after_a_fold_is_told_at_its_own_line(written: str, place: str) -> None:
    body = f"clauses:\n  - id: one\n    title: 条件\n    source: 一\n    grade: T\n    when: {written}"
    found = [str(problem) for problem in loaded(body).problems]
    assert len(found) == 1 and found[0].startswith(f"test.yaml:{place}："), found


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("政策".encode("gb18030"))
    (tmp_path / "huge.yaml").write_text("a" * 2_000_001)
    for name, says in (("nobody.yaml", "打不开"), ("latin.yaml", "UTF-8"), ("huge.yaml", "太大")):
        (problem,) = load_pack(tmp_path / name, SMALL).problems
        assert says in problem.says


def test_a_date_between_two_versions_has_no_rule() -> None:
    later = "  - version: test.2\n    from: 2026-05-01\n    status: active\n"
    text = HEAD.rstrip() + "\n    until: 2026-03-31\n" + later
    found = load_pack(text, SMALL, "test.yaml").pack
    assert found
    versions = [found.version_for(TODAY.replace(month=month), "new") for month in (2, 4, 6)]
    assert [version.id if version else None for version in versions] == ["test.1", None, "test.2"]
    assert answer(found, TODAY.replace(month=4)).verdict == "fails"


def test_a_draft_never_decides_and_a_review_is_provisional() -> None:
    body = CLAUSE % "rd >= 5"
    draft = load_pack(_with_status("draft") + _indented(body), SMALL, "t").pack
    review = load_pack(_with_status("review") + _indented(body), SMALL, "t").pack
    assert draft and review
    assert (answer(draft, rd="9").verdict, answer(draft, rd="9").judged_by) == ("manual", ())
    assert answer(review, rd="9").provisional and not answer(pack(body), rd="9").provisional


def _with_status(status: str) -> str:
    return HEAD.replace("status: active", f"status: {status}")


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.splitlines())


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"rd": "1" * 40}, "超出了能处理的范围"),
        ({"rd": "1e400"}, "超出了能处理的范围"),
        ({"rd": "NaN"}, "超出了能处理的范围"),
        ({"rd": "0.0000001"}, "最多 6 位"),
        ({"rd": 0.1}, "不是准确的数"),
        ({"rd": "-1"}, "不能小于 0"),
        ({"rd": "十"}, "不是数字"),
        ({"rd": {"value": "5", "unit": "元"}}, "单位应为“万元”"),
        ({"panel": "11"}, "不能大于 10"),
        ({"a": "1.5"}, "应为整数"),
        ({"p": "yes"}, "请写 true 或 false"),
        ({"kind": "w"}, "可选：x、y、z"),
        ({"founded": "2026-02-31"}, "这一天是否存在"),
        ({"founded": "0001-01-01"}, "之间"),
        ({"rdd": "1"}, "是不是“rd”"),
        ({"研发费": "1"}, "是不是“rd”"),
        ({"city": ["x"]}, "200 字"),
    ],
)
def test_facts_that_cannot_be_used_are_told(value: dict[str, object], says: str) -> None:
    facts, errors = SMALL.read(value)
    assert not facts
    assert says in errors[0].says


def test_facts_keep_where_they_come_from_and_null_is_unknown() -> None:
    facts, errors = SMALL.read(
        {"rd": {"value": "5", "source": "审计报告", "on": "2026-04-01", "grade": "B"}, "sales": None}
    )
    assert not errors
    assert (facts["rd"].source, facts["rd"].grade, str(facts["rd"].on)) == ("审计报告", "B", "2026-04-01")
    assert "sales" not in facts


def test_the_schema_knows_every_field_the_reader_knows() -> None:
    schema = json_schema()
    published = ROOT / "qcy" / "engines" / "rules" / "pack.schema.json"
    assert json.loads(published.read_text("utf-8")) == schema
    assert schema["required"] == ["policy", "title", "document", "issuer", "level", "versions"]
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    assert {name: set(shape["properties"]) for name, shape in definitions.items()} == {
        n: set(s) for n, s in SHAPES.items()
    }


@pytest.mark.parametrize("seed", range(60))
def test_mutated_packs_never_crash(seed: int) -> None:
    """Characters, lines and words of real packs, moved, doubled, cut and exchanged."""
    chance = random.Random(seed)
    files = [path for path in sorted(POLICIES.glob("*.yaml")) if path.name != "facts.yaml"]
    text = chance.choice(files).read_text("utf-8")
    for _ in range(chance.randint(1, 8)):
        text = chance.choice(_MUTATIONS)(chance, text)
    result = load_pack(text, dictionary(), "mutated.yaml")
    assert result.usable or result.problems
    if result.usable and result.pack:
        for version in result.pack.versions:
            for kind in version.kinds:
                assert decide(result.pack, dictionary(), {}, version.start, kind, allow_draft=True).verdict


def _cut(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text))
    return text[:start] + text[start + chance.randint(1, 40) :]


def _swap_lines(chance: random.Random, text: str) -> str:
    lines = text.splitlines()
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _insert(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text))
    extra = chance.choice(
        [
            "*",
            "&x",
            "null",
            "not(",
            ")",
            " and ",
            "/ 0",
            "9" * 50,
            "{",
            "]",
            ": ",
            "\t",
            "- ",
            "%",
            "ip1",
            "\x00",
        ]
    )
    return text[:start] + extra + text[start:]


def _exchange(chance: random.Random, text: str) -> str:
    words = [
        ">=",
        "<=",
        "rd_y0",
        "employees",
        "points_total",
        "true",
        "or",
        "and",
        "0.05",
        "60",
        "in",
        "[",
        "1..3",
    ]
    old, new = chance.choice(words), chance.choice(words)
    return text.replace(old, new, chance.randint(1, 3))


_MUTATIONS = (_cut, _swap_lines, _insert, _exchange)


CLAUSE = "clauses:\n  - {id: one, title: 条件, when: '%s', source: 第一条, grade: T}\n"


PAID = "amounts:\n  - {id: paid, title: 补贴, value: '%s', source: 第二条, grade: T}\n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (CLAUSE % "rd >= 1" + "define: {half: rd / 2}", "“half”写了没有用到"),
        (CLAUSE % "rd / sales >= 5", "如果是 5%，请写成 0.05"),
        (
            CLAUSE % "points_all >= 1"
            + "scores:\n  - {id: all, title: 分, highest: 5, items: [{id: i, title: 研发, measure: rd, "
            + "bands: {'[10..20]': 5, '< 10': 0}, source: 附件}]}",
            "“研发”大于 20 的没有档次，会得 0 分",
        ),
        (CLAUSE % "heads > rd", "“人”和“万元”不是同一种单位"),
        (CLAUSE % "p and max(heads, sales * 0.05) > 3", "“人”和“万元”不是同一种单位"),
        (CLAUSE % "rd in [heads..5]", "“万元”和“人”不是同一种单位"),
        (CLAUSE % "both > 3" + "define: {both: if p then rd + heads else rd}", "“万元”和“人”不是同一种单位"),
        (CLAUSE % "p" + PAID % "rd - sales", "“补贴”可能算出负数"),
        (CLAUSE % "rd - sales > 1 or p" + PAID % "rd - sales", "“补贴”可能算出负数"),
    ],
)
def test_what_is_hardly_meant_is_a_reminder(body: str, says: str) -> None:
    found = loaded(body)
    assert found.usable
    (hint,) = [problem for problem in found.problems if says in problem.says]
    assert hint.warning
    assert hint.line > 9


@pytest.mark.parametrize(
    "body",
    [
        CLAUSE % "heads * 10 >= rd",  # ten firms for one person
        CLAUSE % "rd / sales > 0.03 and heads > 3 and rd > sales * 0.03 and rd in [1..sales]",
        CLAUSE % "p" + PAID % "max(0, rd - sales)",
        CLAUSE % "rd - sales > 1" + PAID % "rd - sales",
    ],
)
def test_what_is_well_meant_is_no_reminder(body: str) -> None:
    assert loaded(body).problems == ()


def test_rows_of_a_unique_table_that_one_firm_can_meet_are_refused() -> None:
    table = "tables:\n  size:\n    hit: U\n    inputs: [rd]\n    rows:\n      - ['>= 10', '1']\n      - ['%s', '2']\n"
    body = CLAUSE % "size >= 1" + table
    found = loaded(body % "> 5")
    assert any("第 1 行和第 2 行会同时符合" in problem.says for problem in found.problems)
    assert not found.usable
    assert loaded(body % "< 10").usable
