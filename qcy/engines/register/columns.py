"""Which column of an uploaded table means what. Pure; what is not recognised is named, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import half_width

from .cells import EARLIEST_YEAR, LATEST_YEAR, Cell, plain
from .dictionary import FactKind, dictionary
from .enums import ImportKind, Of

HEAD_WITHIN = 10  # a title or a note may stand above the head of a table
LINE_HEADER, REASON_HEADER = "原文件行号", "没有导入的原因"
SILENT = {"序号", "备注", LINE_HEADER, REASON_HEADER}  # known to mean nothing here
CODE, NAME, KIND, YEAR = "code", "name", "kind", "year"
TITLE, NUMBER, GRANTED, VALID = "title", "number", "granted_on", "valid_to"
WORDS = {  # what people write at the head of a column, the template's word first
    CODE: ("统一社会信用代码", "社会信用代码", "信用代码", "code"),
    NAME: ("企业名称", "单位名称", "机构名称", "名称", "name"),
    KIND: ("机构类型", "单位类型", "企业类型", "kind"),
    YEAR: ("年度", "年份", "year"),
    TITLE: ("称号", "资质称号", "资质名称", "title"),
    NUMBER: ("证书编号", "编号", "number"),
    GRANTED: ("认定日期", "发证日期", "granted_on"),
    VALID: ("有效期至", "有效期止", "valid_to"),
}
OWN: Mapping[ImportKind, tuple[str, ...]] = {
    ImportKind.FIRMS: (CODE, NAME, KIND),
    ImportKind.FACTS: (CODE, YEAR),
    ImportKind.TITLES: (CODE, TITLE, NUMBER, GRANTED, VALID),
}
NEEDED: Mapping[ImportKind, tuple[str, ...]] = {
    ImportKind.FIRMS: (CODE, NAME),
    ImportKind.FACTS: (CODE,),
    ImportKind.TITLES: (CODE, TITLE, GRANTED),
}
IN_BRACKETS = re.compile(r"\(([^()]*)\)")
YEAR_WORD = re.compile(r"((?:19|20)\d{2})年?度?", re.ASCII)
UNITS = {
    "元",
    "万元",
    "亿元",
    "千元",
    "人",
    "件",
    "项",
    "家",
    "个",
    "位",
    "级",
    "年",
    "月",
    "天",
    "次",
    "分",
    "场",
    "㎡",
    "%",
}


@dataclass(frozen=True)
class Column:
    place: int  # index in the row
    header: str  # as written
    target: str  # one of WORDS, or the name of a fact
    year: int | None = None


@dataclass(frozen=True)
class Layout:
    columns: tuple[Column, ...]
    ignored: tuple[str, ...]  # headers that are not taken over, each with why

    def of(self, target: str) -> Column | None:
        return next((column for column in self.columns if column.target == target), None)


def find_head(kind: ImportKind, rows: Sequence[Sequence[Cell]]) -> int:
    """The row that names the columns: the first one with a column for the code; raises Refused."""
    for place, row in enumerate(rows[:HEAD_WITHIN]):
        if any(_own(kind, _normal(plain(cell))) == CODE for cell in row):
            return place
    why = f"前 {HEAD_WITHIN} 行里没有找到“统一社会信用代码”这一列。"
    raise Refused(Refusal("no_code_column", why, "请下载模板，对照模板的列名修改后重新上传。"))


def read_layout(kind: ImportKind, head: Sequence[Cell]) -> Layout:
    """Raises Refused when a column that is needed is missing."""
    found = [_column(kind, place, plain(cell)) for place, cell in enumerate(head)]
    columns, ignored = _first_of_each([entry for entry in found if entry is not None])
    if kind == ImportKind.FACTS:
        columns, ignored = _with_years(columns, ignored)
    _demand(kind, columns)
    return Layout(tuple(columns), tuple(ignored))


def header_of(kind: FactKind, year: int | None = None) -> str:
    """As the templates and the list of refused rows write it; read back by `read_layout`."""
    unit = "" if kind.is_ratio or not kind.unit else f"({kind.unit})"
    return f"{kind.label}{f'({year})' if year else ''}{unit}"


Found = Column | str  # a column, or why it is left out


def _column(kind: ImportKind, place: int, header: str) -> Found | None:
    name = _normal(header)
    if not name or name in SILENT:
        return None
    if own := _own(kind, name):
        return Column(place, header, own)
    if kind != ImportKind.FACTS:
        return None if name in WORDS[NAME] else header
    return None if name in WORDS[NAME] else _fact_column(place, header, name)


def _fact_column(place: int, header: str, name: str) -> Found:
    year, unit, bare = _taken_apart(name)
    kind = _facts_by_word().get(bare)
    if kind is None:
        return header
    if unit and unit != kind.unit:
        return f"{header}（单位应为{'小数或带 % 的比例' if kind.is_ratio else kind.unit or '无'}）"
    if year and kind.of != Of.YEAR:
        return f"{header}（不是年度数据，列名不要写年度）"
    return Column(place, header, kind.name, year)


def _taken_apart(name: str) -> tuple[int | None, str, str]:
    """营业收入(2025)(万元), 2025年营业收入(万元) -> 2025, 万元, 营业收入."""
    year, unit = None, ""
    for part in re.split(r"[,、;/\s]", ",".join(IN_BRACKETS.findall(name))):
        if match := YEAR_WORD.fullmatch(part):
            year = int(match[1])
        elif part in UNITS:
            unit = part
        elif part:
            return None, "", name  # something else stands in the brackets: not ours to guess
    bare = IN_BRACKETS.sub("", name)
    if match := YEAR_WORD.match(bare):
        year, bare = int(match[1]), bare[match.end() :]
    return (year if year and EARLIEST_YEAR <= year <= LATEST_YEAR else None), unit, bare


@cache
def _facts_by_word() -> Mapping[str, FactKind]:
    stored = dictionary().stored
    return {_normal(kind.label): kind for kind in stored} | {kind.name: kind for kind in stored}


def _first_of_each(found: Sequence[Found]) -> tuple[list[Column], list[str]]:
    columns: dict[tuple[str, int | None], Column] = {}
    ignored = []
    for entry in found:
        if isinstance(entry, str):
            ignored.append(entry)
        elif (entry.target, entry.year) in columns:
            ignored.append(f"{entry.header}（前面已有这一列）")
        else:
            columns[entry.target, entry.year] = entry
    return list(columns.values()), ignored


def _with_years(columns: list[Column], ignored: list[str]) -> tuple[list[Column], list[str]]:
    """A value of a year needs its year: in the head of its column, or in a column of its own."""
    facts = dictionary().facts
    if any(column.target == YEAR for column in columns):
        return columns, ignored
    kept, left = [], list(ignored)
    for column in columns:
        kind = facts.get(column.target)
        if kind and kind.of == Of.YEAR and column.year is None:
            left.append(f"{column.header}（缺年度，请写成 {kind.label}(2025)，或加一列“年度”）")
        else:
            kept.append(column)
    return kept, left


def _demand(kind: ImportKind, columns: Sequence[Column]) -> None:
    targets = {column.target for column in columns}
    missing = [WORDS[target][0] for target in NEEDED[kind] if target not in targets]
    if missing:
        why = f"缺少这些列：{'、'.join(missing)}。"
        raise Refused(Refusal("columns_missing", why, "请对照模板的列名修改后重新上传。"))
    if kind == ImportKind.FACTS and not targets - {CODE, YEAR}:
        why = "没有认出任何一列数据。"
        raise Refused(Refusal("no_fact_column", why, "请对照模板的列名修改，例如“营业收入(2025)(万元)”。"))


def _own(kind: ImportKind, name: str) -> str:
    return next((target for target in OWN[kind] if name in WORDS[target]), "")


def _normal(header: str) -> str:
    return re.sub(r"[\s*＊]", "", half_width(header)).lower()


def known_headers(kind: ImportKind) -> Iterator[str]:
    yield from (WORDS[target][0] for target in OWN[kind])
    if kind == ImportKind.FACTS:
        yield from (header_of(fact) for fact in dictionary().stored if not fact.judged_by)
