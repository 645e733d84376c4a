"""Tables become facts row by row: each row whole or not at all, each with its verdict and why."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from qcy.demo.aftermath import WITHOUT_PDF
from qcy.engines.register import importing
from qcy.engines.register.enums import ImportKind, ImportState
from qcy.engines.register.importing import Statement, cancel_import, confirm_import, start_import
from qcy.engines.register.models import Fact, ImportBatch, ImportRow, TimelineEntry, Title
from qcy.engines.register.queries import refused_table
from qcy.engines.register.sheets import harmless, read_table, template
from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.database.scope import scope, unscoped
from qcy.foundation.outbox.worker import work_off
from qcy.foundation.parties.models import Organisation
from tests.engines.tables import again, code, confirm, firms, upload, verdicts, xlsx
from tests.world import TODAY, World

HEAD = ("统一社会信用代码", "企业名称", "营业收入(2025)(万元)", "职工总数(2025)", "制造业")


def facts() -> list[tuple[Any, ...]]:
    with unscoped("test"):
        found = Fact.objects.filter(is_current=True).order_by("organisation__code", "name", "fiscal_year")
        return list(found.values_list("organisation__code", "name", "fiscal_year", "value"))


def everything() -> list[Any]:
    with unscoped("test"):
        return [list(m.objects.order_by("pk").values_list()) for m in (Fact, Title, TimelineEntry)]


def test_a_table_is_shown_first_and_written_when_somebody_confirms(world: World) -> None:
    firms([1, 2])
    rows = [
        (code(1), "一", "４，８２０．５０", 86.0, "是"),
        (code(2), "二", 1234.5, "", "否"),
        (code(3), "三", 1, 1, "是"),
    ]
    batch = upload(world, xlsx(HEAD, rows))
    assert (batch.state, batch.counts) == (ImportState.PREVIEW, {"new": 2, "refused": 1})
    assert facts() == []
    done = confirm(world, batch)
    assert (done.state, done.done, done.total) == (ImportState.DONE, 3, 3)
    assert sorted(facts()) == sorted(
        [
            (code(1), "employees", 2025, "86"),
            (code(1), "manufacturing", None, "true"),
            (code(1), "revenue", 2025, "4820.5"),
            (code(2), "manufacturing", None, "false"),
            (code(2), "revenue", 2025, "1234.5"),
        ]
    )
    assert "请先用“企业名单”导入" in verdicts(batch)[4][1]
    with unscoped("test"):
        assert AuditEvent.objects.filter(type="import.confirmed").count() == 1
        assert TimelineEntry.objects.filter(kind="facts").count() == 2
        fact = Fact.objects.get(organisation__code=code(1), name="revenue")
        assert (fact.source, fact.as_of, fact.grade, fact.batch_id) == ("统计年报", TODAY, "B", batch.pk)


def test_the_same_table_again_changes_nothing(world: World) -> None:
    firms([1])
    table = xlsx(HEAD, [(code(1), "一", 100, 5, "是")])
    confirm(world, upload(world, table))
    before = everything()
    second = upload(world, table)
    assert second.counts == {"unchanged": 1}
    assert confirm(world, second).state == ImportState.DONE
    assert everything() == before


def test_a_changed_value_supersedes_the_older_one_which_stays(world: World) -> None:
    firms([1])
    confirm(
        world, upload(world, xlsx(HEAD, [(code(1), "一", 100, 5, "是")]), as_of=TODAY - timedelta(days=9))
    )
    batch = upload(world, xlsx(HEAD, [(code(1), "一", 120, 5, None)]))
    assert batch.counts == {"changed": 1}
    confirm(world, batch)
    with unscoped("test"):
        held = Fact.objects.filter(name="revenue").order_by("recorded_at", "id")
        assert [(f.value, f.is_current) for f in held] == [("100", False), ("120", True)]
        assert Fact.objects.filter(name="employees").count() == 1


def test_older_statements_do_not_overwrite_newer_ones(world: World) -> None:
    firms([1])
    confirm(world, upload(world, xlsx(HEAD, [(code(1), "一", 100, 5, "是")])))
    batch = upload(world, xlsx(HEAD, [(code(1), "一", 90, 5, "是")]), as_of=date(2026, 1, 1))
    verdict, reason = verdicts(batch)[2]
    assert verdict == "refused" and "2026-07-08" in reason


def test_a_verdict_is_checked_again_when_it_is_written(world: World) -> None:
    firms([1, 2])
    early = upload(world, xlsx(HEAD, [(code(1), "一", 100, 5, "是"), (code(2), "二", 7, 7, "是")]))
    confirm(world, upload(world, xlsx(HEAD, [(code(1), "一", 100, 5, "是")])))
    done = confirm(world, early)
    assert done.counts == {"unchanged": 1, "new": 1}
    with unscoped("test"):
        assert Fact.objects.filter(organisation__code=code(1), name="revenue").count() == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ((code(1), "", "很多", 5, "是"), "营业收入应为数字"),
        ((code(1), "", -5, 5, "是"), "营业收入不能是负数，表里是 -5"),
        ((code(1), "", 5, 5.5, "是"), "职工总数应为整数"),
        ((code(1), "", 5, 5, "可能"), "制造业只能填“是”或“否”"),
        ((code(1), "", "12.5%", 5, "是"), "营业收入不是比例"),
        ((9.1e17, "", 5, 5, "是"), "该列请设为文本格式后重新粘贴"),
        (("9.1E+17", "", 5, 5, "是"), "该列请设为文本格式后重新粘贴"),
        ((code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1"), "", 5, 5, "是"), "没有通过校验"),
        ((code(1), "", None, None, None), "没有可以导入的数据"),
        ((None, "某企业", 5, 5, "是"), "缺少统一社会信用代码"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_a_sentence(world: World, row: Any, says: str) -> None:
    firms([1])
    verdict, reason = verdicts(upload(world, xlsx(HEAD, [row])))[2]
    assert verdict == "refused" and says in reason


def test_every_mistake_of_a_row_is_named_at_once(world: World) -> None:
    firms([1])
    reason = verdicts(upload(world, xlsx(HEAD, [(code(1), "", "很多", "不少", "是")])))[2][1]
    assert "营业收入应为数字" in reason and "职工总数应为数字" in reason


def test_merged_cells_are_refused_with_the_advice_to_unmerge(world: World) -> None:
    firms([1, 2])
    rows = [(code(1), "一", 1, 1, "是"), (None, None, 2, 2, "是"), (code(2), "二", 3, 3, "是")]
    found = verdicts(upload(world, xlsx(HEAD, rows, merged=["A2:A3"])))
    assert found[2][0] == "new" and found[4][0] == "new"
    assert found[3][0] == "refused" and "取消合并单元格" in found[3][1]
    across = verdicts(upload(world, xlsx(HEAD, rows[:1], merged=["C2:D2"])))
    assert across[2][0] == "refused" and "取消合并单元格" in across[2][1]


def test_a_code_that_is_missing_below_another_is_told_like_a_merged_one(world: World) -> None:
    firms([1])
    found = verdicts(upload(world, xlsx(HEAD, [(code(1), "一", 1, 1, "是"), (None, None, 2, 2, "是")])))
    assert "取消合并单元格" in found[3][1]


def test_a_firm_twice_in_one_table_is_taken_once(world: World) -> None:
    firms([1])
    found = verdicts(
        upload(world, xlsx(HEAD, [(code(1), "", 1, 1, "是"), (code(1).lower(), "", 2, 2, "是")]))
    )
    assert found[2][0] == "new" and found[3] == ("refused", "和第 2 行重复。只导入第 2 行；请核对后留一行。")


def test_years_stand_in_the_heads_or_in_a_column(world: World) -> None:
    firms([1])
    head = ("信用代码", "年度", "营业收入（万元）", "2024年研发费用")
    rows = [(code(1), "2023年", 10, 4), (code(1), 2025, 30, None), (code(1), "去年", 1, None)]
    batch = upload(world, xlsx(head, rows))
    assert verdicts(batch)[4][1].startswith("年度“去年”没有认出来")
    confirm(world, batch)
    assert sorted(f[1:] for f in facts()) == [
        ("rd", 2024, "4"),
        ("revenue", 2023, "10"),
        ("revenue", 2025, "30"),
    ]


def test_unknown_columns_are_named_and_left_out(world: World) -> None:
    firms([1])
    head = (
        "统一社会信用代码",
        "营业收入(2025)",
        "老板爱好",
        "研发费用",
        "研发费用(2025)(元)",
        "制造业(2025)",
    )
    batch = upload(world, xlsx(head, [(code(1), 1, "钓鱼", 2, 3, "是")]))
    assert batch.counts == {"new": 1}
    for words in ("老板爱好", "缺年度", "单位应为万元", "不是年度数据"):
        assert words in batch.problem
    confirm(world, batch)
    assert [f[1] for f in facts()] == ["revenue"]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (("企业", "收入"), "没有找到“统一社会信用代码”"),
        (("统一社会信用代码", "收入多少"), "没有认出任何一列数据"),
    ],
)
def test_a_table_of_another_kind_cannot_be_read(world: World, head: Any, says: str) -> None:
    batch = upload(world, xlsx(head, [(code(1), 1)]))
    assert batch.state == ImportState.UNREADABLE and says in batch.problem


def test_other_files_are_refused_before_anything_is_kept(world: World) -> None:
    details = {"node_id": world.node().pk, "says": Statement("facts", "年报", TODAY, "B")}
    for content, name in ((b"a,b\n1,2", "t.csv"), (b"", "t.xlsx"), (b"%PDF-1.4", "t.xlsx")):
        refusal = world.attempt(
            start_import, world.manager, name=name, chunks=[content], now=world.now, **details
        )
        assert refusal.code in ("file_kind", "file_empty")
    with unscoped("test"):
        assert not ImportBatch.objects.exists()


def test_only_a_manager_imports_and_only_at_their_own_node(world: World) -> None:
    says = Statement("facts", "年报", TODAY, "B")
    details = {"says": says, "name": "t.xlsx", "now": world.now}
    for actor, node in ((world.clerk, "FX"), (world.manager, "XX")):
        refusal = world.attempt(start_import, actor, node_id=world.node(node).pk, chunks=[b"PK"], **details)
        assert refusal.code == "needs_manager"
    firms([1])
    batch = upload(world, xlsx(HEAD, [(code(1), "", 1, 1, "是")]))
    with pytest.raises(ImportBatch.DoesNotExist):
        world.do(confirm_import, world.hub_clerk, batch_id=batch.pk, now=world.now)


def test_given_up_is_given_up(world: World) -> None:
    firms([1])
    batch = upload(world, xlsx(HEAD, [(code(1), "", 1, 1, "是")]))
    world.do(cancel_import, world.manager, batch_id=batch.pk, now=world.now)
    assert (
        world.attempt(confirm_import, world.manager, batch_id=batch.pk, now=world.now).code == "import_moved"
    )
    assert facts() == []


# ---------------------------------------------------------------- firms and titles
def test_a_list_of_firms_creates_and_renames(world: World) -> None:
    firms([1, 2])
    head = ("统一社会信用代码", "企业名称", "机构类型")
    rows = [
        (code(1), "企业1", None),
        (code(2), "新名称（陕西）有限公司", "科研院所"),
        (code(3), "三", "企业"),
        (code(4), None, None),
    ]
    batch = upload(world, xlsx(head, rows), ImportKind.FIRMS)
    assert batch.counts == {"unchanged": 1, "changed": 1, "new": 1, "refused": 1}
    confirm(world, batch)
    with unscoped("test"):
        held = {
            o.code: (o.name, o.kind)
            for o in Organisation.objects.filter(code__in=[code(n) for n in range(5)])
        }
    assert held[code(2)] == ("新名称（陕西）有限公司", "institute") and held[code(3)] == ("三", "firm")
    assert code(4) not in held


def test_titles_end_when_their_kind_says(world: World) -> None:
    firms([1])
    head = ("统一社会信用代码", "称号", "证书编号", "认定日期", "有效期至")
    rows = [
        (code(1), "高企", "GR2024", date(2024, 11, 1), None),
        (code(1), "专精特新小巨人", "", "2025.7.1", "2028年6月30日"),
        (code(1), "省级企业技术中心", "", "2025年2月31日", None),
        (code(1), "优秀企业", "", "2025-01-01", None),
    ]
    batch = upload(world, xlsx(head, rows), ImportKind.TITLES)
    found = verdicts(batch)
    assert "没有这一天" in found[4][1] and "没有“优秀企业”这个选项" in found[5][1]
    confirm(world, batch)
    with unscoped("test"):
        ends = dict(Title.objects.values_list("kind", "valid_to"))
    assert ends == {"hnte": date(2027, 10, 31), "little_giant": date(2028, 6, 30)}
    assert upload(world, xlsx(head, rows[:2]), ImportKind.TITLES).counts == {"unchanged": 2}


# ---------------------------------------------------------------- size, interruption, downloads
def big_table(size: int, wrong: int) -> bytes:
    step = size // wrong
    rows = []
    for n in range(size):
        bad = n % step == 0 and n // step < wrong
        rows.append((code(n), f"企业{n}", "不详" if bad else n + 0.5, n % 300, "是" if n % 2 else "否"))
    return xlsx(HEAD, rows)


def test_stopped_at_row_3000_it_goes_on_and_again_changes_nothing(world: World) -> None:
    firms(range(5_000))
    table = big_table(5_000, 300)
    batch = upload(world, table)
    assert batch.counts == {"new": 4_700, "refused": 300}
    world.do(confirm_import, world.manager, batch_id=batch.pk, now=world.now)
    work_off(WITHOUT_PDF, world.now, limit=6)
    stopped = again(batch)
    assert (stopped.state, stopped.done) == (ImportState.RUNNING, 3_000)

    # killed inside the next part: nothing of it stays, and the row is leased again when its lease is over
    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, unscoped("test"):
        before = Fact.objects.count()
        patch.setattr(ImportBatch, "save", fail)
        with pytest.raises(KeyboardInterrupt):
            work_off(WITHOUT_PDF, world.now, limit=1)
        assert Fact.objects.count() == before
    world.now += timedelta(minutes=3)
    world.work()
    done = again(batch)
    assert (done.state, done.done, done.counts) == (ImportState.DONE, 5_000, {"new": 4_700, "refused": 300})
    with unscoped("test"):
        assert Fact.objects.filter(is_current=True).count() == 4_700 * 3
        assert Counter(Fact.objects.values_list("is_current", flat=True)) == {True: 14_100}
    before_again = everything()
    with unscoped("test"):  # a part that is asked for twice does nothing
        importing.write_part({"batch": str(batch.pk), "from": 2_500}, world.now)
    assert confirm(world, upload(world, table)).counts == {"unchanged": 4_700, "refused": 300}
    assert everything() == before_again


def test_a_firm_twice_is_noticed_across_the_parts_in_which_a_table_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "READ_AT_ONCE", 2)
    firms([1, 2, 3])
    rows = [(code(n), "", n, n, "是") for n in (1, 2, 3, 2)] + [("", "", "", "", " ")]
    rows += [(None, "", 1, 1, "是"), (code(1), "", 5, 5, "是")]
    batch = upload(world, xlsx(HEAD, rows))
    found = verdicts(batch)
    assert [found[line][0] for line in (2, 3, 4)] == ["new"] * 3 and batch.total == 6
    assert found[5][1].startswith("和第 3 行重复") and found[8][1].startswith("和第 2 行重复")
    assert "合并" in found[7][1]


def test_the_refused_rows_come_back_with_their_reasons_and_can_be_uploaded_again(
    world: World, tmp_path: Path
) -> None:
    firms([1, 2])
    rows = [(code(1), "一", "=1+1很多", 5, "是"), (code(2), "二", 7, 7, "是"), (code(1), "", 9, 5, "是")]
    batch = upload(world, xlsx(HEAD, rows))
    with scope(world.manager.scope):
        path = tmp_path / "refused.xlsx"
        path.write_bytes(refused_table(world.manager, batch))
    again_read = read_table(path, ImportKind.FACTS)
    assert [row.code for row in again_read.rows] == [code(1)]
    assert again_read.ignored == ()
    assert "表里是“=1+1很多”" in again_read.rows[0].reason


def test_what_is_written_is_never_a_formula() -> None:
    assert harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)" and harmless("@x") == "'@x"
    assert harmless("-5.20") == "-5.20" and harmless("-5+cmd") == "'-5+cmd"


@pytest.mark.parametrize("kind", ImportKind)
def test_each_template_is_a_table_that_is_understood(kind: ImportKind, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template(kind))
    table = read_table(path, kind)
    assert (table.rows, table.ignored) == ((), ())
    assert path.stat().st_size < 100_000


def test_rows_of_an_import_are_seen_at_their_own_node_only(world: World) -> None:
    firms([1])
    batch = upload(world, xlsx(HEAD, [(code(1), "", 1, 1, "是")]))
    with scope(world.hub_clerk.scope):
        assert not ImportRow.objects.visible_to(world.hub_clerk).filter(batch=batch).exists()
