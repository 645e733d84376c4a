"""Spreadsheets: read with python-calamine, written with xlsxwriter. What comes in is hostile, what goes out is text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from qcy.kernel.refusals import Refusal, Refused

from .cells import NUMBER, Cell
from .columns import CODE, WORDS, find_head, header_of, known_headers, read_layout
from .dictionary import dictionary, title_kinds
from .enums import FactType, ImportKind, Of, OrganisationKind
from .rows import ReadRow, read_rows

MOST_ROWS, MOST_COLUMNS = 20_000, 400
MERGED_SEARCHED = 50_000  # more merged areas than this is no table
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNREADABLE = Refusal(
    "unreadable",
    "这个文件打不开，可能已损坏或加了密码。",
    "请用表格软件打开，另存为不加密的 .xlsx 后重新上传。",
)


@dataclass(frozen=True)
class Table:
    rows: tuple[ReadRow, ...]  # those that were asked for
    total: int
    ignored: tuple[str, ...]


def read_table(
    path: Path,
    kind: ImportKind,
    *,
    start: int = 0,
    count: int = MOST_ROWS,
    earlier: Iterable[ReadRow] = (),
) -> Table:
    """`count` rows of the first sheet from the `start`th on; raises Refused when it is no table of this kind.

    A large table is read in parts, each in a transaction of its own: `earlier` are the rows taken before.
    """
    cells, above, merged = _cells(path)
    head = find_head(kind, cells)
    layout = read_layout(kind, cells[head])
    body = enumerate(cells[head + 1 :], start=above + head + 2)  # spreadsheets count from 1
    filled = [(line, row) for line, row in body if not all(_is_blank(cell) for cell in row)]
    rows = read_rows(kind, layout, filled[start : start + count], merged, earlier)
    return Table(tuple(rows), len(filled), layout.ignored)


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _cells(path: Path) -> tuple[list[list[Cell]], int, frozenset[int]]:
    """All cells, how many empty rows were left out above them, and the lines with merged cells."""
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        if sheet.height > MOST_ROWS + 20 or sheet.width > MOST_COLUMNS:
            raise Refused(_too_large(sheet.height, sheet.width))
        cells: Any = sheet.to_python(skip_empty_area=True)
    except (CalamineError, IndexError, ValueError, OSError) as fault:
        raise Refused(UNREADABLE) from fault
    start = sheet.start[0] if sheet.start else 0
    return cells, start, frozenset(_merged_lines(sheet))


def _merged_lines(sheet: Any) -> Iterator[int]:
    """The first row of an area that goes down keeps its value; the rows below, and areas across, are unclear."""
    for (top, left), (bottom, right) in (sheet.merged_cell_ranges or ())[:MERGED_SEARCHED]:
        across = right > left
        lowest = min(bottom, MOST_ROWS + 20)
        yield from (row + 1 for row in range(top if across else top + 1, lowest + 1))


def _too_large(height: int, width: int) -> Refusal:
    if width > MOST_COLUMNS:
        return Refusal("columns", f"表里有 {width} 列，最多 {MOST_COLUMNS} 列。", "请删去用不到的列。")
    return Refusal("rows", f"表里有 {height:,} 行，一次最多 {MOST_ROWS:,} 行。", "请拆成几个文件分别上传。")


# ---------------------------------------------------------------- written
def write_table(headers: Sequence[str], rows: Iterable[Sequence[str]], notes: Any = ()) -> bytes:
    """One sheet of text cells; with `notes` a second one that explains the columns."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#EAF3F7", "text_wrap": True})
        sheet = book.add_worksheet("数据")
        sheet.set_column(
            0, max(len(headers) - 1, 0), 18, text
        )  # text from the start: codes keep their digits
        sheet.freeze_panes(1, 1)
        _fill(sheet, [headers], head)
        _fill(sheet, rows, text, below=1)
        if notes:
            page = book.add_worksheet("填写说明")
            page.set_column(0, 3, 28, text)
            _fill(page, notes, text)
    return target.getvalue()


def _fill(sheet: Any, rows: Iterable[Sequence[str]], style: Any, below: int = 0) -> None:
    for place, row in enumerate(rows, start=below):
        for column, value in enumerate(row):
            sheet.write_string(place, column, harmless(value), style)


def harmless(value: str) -> str:
    """Never a formula, in whatever program the table is opened next; a negative number stays a number."""
    starts = value.startswith(STARTS_FORMULA) and not NUMBER.fullmatch(value)
    return f"'{value}" if starts else value


def template(kind: ImportKind) -> bytes:
    return write_table(list(known_headers(kind)), (), [("列名", "单位", "填什么", "说明"), *_notes(kind)])


def _notes(kind: ImportKind) -> Iterator[tuple[str, str, str, str]]:
    yield WORDS[CODE][0], "", "18 位代码", "这一列请保持文本格式；用不到的列可以删除，列的顺序可以调整"
    match kind:
        case ImportKind.FIRMS:
            yield "机构类型", "", "、".join(str(k.label) for k in OrganisationKind), "不填为企业"
        case ImportKind.TITLES:
            yield "称号", "", "、".join(k.label for k in title_kinds().values()), ""
            yield "有效期至", "", "日期", "不填时按称号的有效年限推算"
        case ImportKind.FACTS:
            yield "年度", "", "四位年份", "也可以去掉这一列，把年度写在列名里，例如 营业收入(2025)(万元)"
            for fact in dictionary().stored:
                if not fact.judged_by:
                    yield header_of(fact), _unit(fact), _what(fact), "按年度" if fact.of == Of.YEAR else ""


def _unit(fact: Any) -> str:
    return "比例，例如 0.125 或 12.5%" if fact.is_ratio else fact.unit


def _what(fact: Any) -> str:
    return "、".join(fact.options.values()) if fact.type == FactType.ENUM else str(FactType(fact.type).label)
