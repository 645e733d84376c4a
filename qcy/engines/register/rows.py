"""One row of an uploaded table as values to be written, or why it cannot be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qcy.foundation.parties.services import checked_name
from qcy.kernel.refusals import Refusal, Refused

from .cells import Cell, is_empty, parse_choice, parse_code, parse_day, parse_value, parse_year, plain
from .columns import CODE, GRANTED, KIND, NAME, NUMBER, TITLE, VALID, YEAR, Column, Layout
from .dictionary import dictionary, title_kinds
from .enums import ImportKind, Of, OrganisationKind

LONGEST_REASON = 300
LONGEST_NUMBER = 60
UNMERGE = "请取消合并单元格，每一行都填完整后重新上传。"
MERGED = Refusal("merged", "这一行有合并的单元格，看不出每一格的值。", UNMERGE)
CODE_ABOVE = Refusal("code_merged", "缺少统一社会信用代码，可能和上一行合并在一起了。", UNMERGE)
NO_VALUES = Refusal("no_values", "这一行没有可以导入的数据。")
Values = Mapping[str, str]


@dataclass(frozen=True)
class ReadRow:
    line: int  # as the spreadsheet counts
    code: str = ""
    values: Values = field(default_factory=dict)  # canonical; of a refused row what stood in the table
    refusal: Refusal | None = None

    @property
    def reason(self) -> str:
        return str(self.refusal)[:LONGEST_REASON] if self.refusal else ""


def key_of(name: str, year: int | None) -> str:
    """How a fact and its year stand in an import row: revenue@2025, ip1."""
    return f"{name}@{year}" if year else name


def name_and_year(key: str) -> tuple[str, int | None]:
    name, _, year = key.partition("@")
    return name, int(year) if year else None


def read_rows(
    kind: ImportKind,
    layout: Layout,
    rows: Iterable[tuple[int, Sequence[Cell]]],
    merged: frozenset[int],
    earlier: Iterable[ReadRow] = (),
) -> Iterator[ReadRow]:
    """Each row judged by itself and against the rows before it, of which `earlier` were read in another part."""
    first = {key: row.line for row in earlier for key in _identities(kind, row)}
    above_had_code = bool(first)
    for line, cells in rows:
        row = _read(kind, layout, line, cells, line in merged, above_had_code)
        above_had_code = above_had_code or not row.refusal
        yield _once(kind, row, first) if row.refusal is None else row


def _read(
    kind: ImportKind, layout: Layout, line: int, cells: Sequence[Cell], merged: bool, above: bool
) -> ReadRow:
    code_column = layout.of(CODE)
    assert code_column is not None
    code_cell = _at(cells, code_column)
    try:
        if merged:
            raise Refused(MERGED)
        if above and is_empty(code_cell):
            raise Refused(CODE_ABOVE)
        return ReadRow(line, parse_code(code_cell), _READERS[kind](layout, cells))
    except Refused as refused:
        typed = {c.header: plain(_at(cells, c))[:200] for c in layout.columns}
        return ReadRow(line, plain(code_cell)[:40], typed, refused.refusal)


def _once(kind: ImportKind, row: ReadRow, first: dict[str, int]) -> ReadRow:
    """A firm stands in a table once (for each year, for each title); the first row is taken."""
    twice = [first[key] for key in _identities(kind, row) if key in first]
    if twice:
        why = f"和第 {twice[0]} 行重复。"
        typed = {CODE: row.code, **row.values}
        return ReadRow(
            row.line, row.code, typed, Refusal("twice", why, f"只导入第 {twice[0]} 行；请核对后留一行。")
        )
    for key in _identities(kind, row):
        first[key] = row.line
    return row


def _identities(kind: ImportKind, row: ReadRow) -> list[str]:
    match kind:
        case ImportKind.FACTS:
            return [f"{row.code}:{year or ''}" for year in {name_and_year(key)[1] for key in row.values}]
        case ImportKind.TITLES:
            return [f"{row.code}:{row.values[TITLE]}:{row.values[GRANTED]}"]
        case _:
            return [row.code]


def _at(cells: Sequence[Cell], column: Column) -> Cell:
    return cells[column.place] if column.place < len(cells) else None


# ---------------------------------------------------------------- what a row of each kind says
def _firm(layout: Layout, cells: Sequence[Cell]) -> Values:
    given = _given(layout, cells)
    name = checked_name(str(given.get(NAME, "")))  # full-width brackets belong to the name on a licence
    kinds = {kind.value: str(kind.label) for kind in OrganisationKind}
    kind = parse_choice("机构类型", kinds, given[KIND]) if KIND in given else OrganisationKind.FIRM.value
    return {NAME: name, KIND: kind}


def _facts(layout: Layout, cells: Sequence[Cell]) -> Values:
    """All cells of a row or none; every mistake of the row is named at once."""
    facts, values, wrong = dictionary().facts, {}, []
    try:
        year = _year_of_row(layout, cells)
    except Refused as refused:
        year, wrong = None, [refused.refusal]
    for column in layout.columns:
        cell, kind = _at(cells, column), facts.get(column.target)
        if kind is None or is_empty(cell):
            continue
        of_year = (column.year or year) if kind.of == Of.YEAR else None
        try:
            if kind.of == Of.YEAR and of_year is None and not wrong:
                raise Refused(Refusal("year_missing", "缺少年度。", "请填写四位年份，例如 2025。"))
            values[key_of(kind.name, of_year)] = parse_value(kind, cell)
        except Refused as refused:
            wrong.append(refused.refusal)
    if wrong:
        raise Refused(_together(wrong))
    if not values:
        raise Refused(NO_VALUES)
    return values


def _year_of_row(layout: Layout, cells: Sequence[Cell]) -> int | None:
    column = layout.of(YEAR)
    cell = _at(cells, column) if column else None
    return None if is_empty(cell) else parse_year(cell)


def _title(layout: Layout, cells: Sequence[Cell]) -> Values:
    given = _given(layout, cells)
    if TITLE not in given or GRANTED not in given:
        raise Refused(Refusal("title_missing", "称号和认定日期都要填写。"))
    words = {k.code: k.label for k in title_kinds().values()}
    also = {word: k.code for k in title_kinds().values() for word in k.also}
    kind = title_kinds()[also.get(plain(given[TITLE])) or parse_choice("称号", words, given[TITLE])]
    granted = parse_day("认定日期", given[GRANTED])
    ends = parse_day("有效期至", given[VALID]) if VALID in given else kind.last_day(granted)
    if ends and ends < granted:
        raise Refused(Refusal("title_days", f"有效期至 {ends} 早于认定日期 {granted}。", "请核对。"))
    number = plain(given.get(NUMBER))[:LONGEST_NUMBER]
    return {TITLE: kind.code, NUMBER: number, GRANTED: granted.isoformat(), VALID: str(ends or "")}


def _given(layout: Layout, cells: Sequence[Cell]) -> dict[str, Cell]:
    found = {column.target: _at(cells, column) for column in layout.columns}
    return {target: cell for target, cell in found.items() if not is_empty(cell)}


def _together(wrong: Sequence[Refusal]) -> Refusal:
    if len(wrong) == 1:
        return wrong[0]
    return Refusal("several", "".join(f"（{n}）{refusal}" for n, refusal in enumerate(wrong, start=1)))


_READERS: Mapping[ImportKind, Callable[[Layout, Sequence[Cell]], Values]] = {
    ImportKind.FIRMS: _firm,
    ImportKind.FACTS: _facts,
    ImportKind.TITLES: _title,
}
