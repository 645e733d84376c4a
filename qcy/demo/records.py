"""What the demo register holds: three years of figures and some titles, imported as a node imports them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from qcy.engines.register.enums import Grade, ImportKind
from qcy.engines.register.importing import Statement, confirm_import, start_import
from qcy.engines.register.models import Fact, ImportBatch, Title
from qcy.engines.register.sheets import write_table
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Organisation

from .aftermath import work_everything_off
from .plan import FIELDS, DemoFirm, institution_codes
from .turns import do

SOURCE = "演示统计年报"
CODE = "统一社会信用代码"
PER_YEAR = (
    "营业收入({})(万元)",
    "销售收入({})(万元)",
    "研发费用({})(万元)",
    "净利润({})(万元)",
    "职工总数({})(人)",
    "科技人员数({})(人)",
)
AT_DAY = ("制造业", "Ⅱ类知识产权数(件)", "划型行业")
Table = tuple[Sequence[str], list[Sequence[str]]]


def fill_register(firms: Sequence[DemoFirm], manager: Actor, today: date, now: datetime) -> None:
    """Three tables taken over, and one that waits for somebody to look at its mistakes."""
    _import(ImportKind.FIRMS, _names(firms), "演示名单.xlsx", manager, today, now, confirmed=True)
    years = (today.year - 1, today.year - 2, today.year - 3)
    _import(ImportKind.FACTS, _facts(firms, years), "演示年报.xlsx", manager, today, now, confirmed=True)
    _import(
        ImportKind.TITLES, _titles(firms, today), "演示称号名单.xlsx", manager, today, now, confirmed=True
    )
    waiting = _with_mistakes(firms[:12], years[0])
    _import(ImportKind.FACTS, waiting, "演示补报.xlsx", manager, today, now, confirmed=False)
    for model in (Fact, Title, Organisation):
        model.objects.update(is_demo=True)


def _import(
    kind: ImportKind, table: Table, name: str, manager: Actor, today: date, now: datetime, *, confirmed: bool
) -> ImportBatch:
    batch: ImportBatch = do(
        start_import,
        manager,
        node_id=manager.mandates[0].node_id,
        says=Statement(kind, SOURCE, today, Grade.B),
        name=name,
        chunks=[write_table(*table)],
        now=now,
    )
    work_everything_off(now)
    if confirmed:
        do(confirm_import, manager, batch_id=batch.pk, now=now)
        work_everything_off(now)
    return batch


def _names(firms: Sequence[DemoFirm]) -> Table:
    """Every firm, and the institutions that came to serve them (30 by the press conference of 2021-12-14)."""
    rows = [[firm.code, firm.name, "企业"] for firm in firms]
    rows += [
        [code, f"演示服务机构 {n:02d}", "服务机构"] for n, code in enumerate(institution_codes(), start=1)
    ]
    return [CODE, "企业名称", "机构类型"], rows


def _facts(firms: Sequence[DemoFirm], years: Sequence[int]) -> Table:
    heads = [head.format(year) for year in years for head in PER_YEAR]
    return [CODE, *heads, *AT_DAY], [[firm.code, *_years(firm, len(years)), *_day(firm)] for firm in firms]


def _years(firm: DemoFirm, count: int) -> Iterator[str]:
    """Every year back a little smaller; every fifth firm lost money in the year before."""
    for back in range(count):
        share = Decimal(100 - 14 * back) / 100
        money = [_money(firm.sales, share * part) for part in (Decimal(1), Decimal("0.98"))]
        profit = _money(firm.sales, share * Decimal("-0.03" if back == 1 and firm.index % 5 == 0 else "0.08"))
        yield from (*money, _money(firm.rd, share), profit)
        yield from (str(round(firm.headcount * share)), str(round(firm.tech_staff * share)))


def _day(firm: DemoFirm) -> tuple[str, str, str]:
    software = FIELDS[firm.index % len(FIELDS)] == "工业软件"
    return "否" if software else "是", str(firm.patents), "软件和信息技术服务业" if software else "工业"


def _money(amount: str, share: Decimal) -> str:
    return str(round(Decimal(amount.replace(",", "")) * share, 2))


def _titles(firms: Sequence[DemoFirm], today: date) -> Table:
    """One ends soon, one is over, most are in force."""
    rows = []
    for firm in firms[::2]:
        granted = today - timedelta(days=3 * 365 - 40 - 60 * (firm.index % 14))
        rows.append([firm.code, "高新技术企业", f"演示GR{firm.index:04d}", granted.isoformat(), ""])
    for firm in firms[::5]:
        rows.append(
            [firm.code, "专精特新", "", (today - timedelta(days=1200 - 90 * firm.index)).isoformat(), ""]
        )
    past = [row for row in rows if row[3] <= today.isoformat()]
    return [CODE, "称号", "证书编号", "认定日期", "有效期至"], past


def _with_mistakes(firms: Sequence[DemoFirm], year: int) -> Table:
    rows = [
        [f.code, _money(f.sales, Decimal("1.02")), str(f.headcount), _money(f.rd, Decimal(1))] for f in firms
    ]
    rows[2][1], rows[4][0], rows[6][2], rows[7][0] = "不详", "9.1E+17", "12.5", rows[1][0]
    return [
        CODE,
        f"营业收入({year})(万元)",
        f"职工总数({year})(人)",
        f"研发费用({year})(万元)",
        "负责人爱好",
    ], rows
