"""From a YAML file to a Pack, with every problem found on the way: file, line, column and what to write."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..facts import Dictionary
from ..feel.parse import FeelError, expression, unary_tests
from ..feel.tree import Literal, Name, Node
from ..feel.types import BOOLEAN
from ..outcomes.terms import plain
from ..tables import Output, Row, Table
from . import model as m
from .check import Placed, check_version, problem_at
from .shapes import SHAPES, Field
from .written import Problem, Unreadable, Written, read_file, read_text


@dataclass(frozen=True)
class Loaded:
    """A pack, or None when it cannot be used; the problems that are not warnings are the reason."""

    pack: m.Pack | None
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        return self.pack is not None and not any(not problem.warning for problem in self.problems)


def load_pack(source: Path | str, dictionary: Dictionary, file: str = "") -> Loaded:
    """The pack in a file, or in a text (then `file` names it in the problems)."""
    try:
        written = read_file(source) if isinstance(source, Path) else read_text(source, file)
    except Unreadable as wrong:
        return Loaded(None, (wrong.problem,))
    reader = _Reader(str(source) if isinstance(source, Path) else file, dictionary)
    pack = reader.pack(written)
    problems = sorted(reader.problems, key=lambda p: (p.line, p.column))
    return Loaded(pack, tuple(dict.fromkeys(problems)))


_NOTHING = Literal(None)


_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


class _Reader:
    """Reads by the tables of `shapes.py`; a wrong field becomes a problem and a harmless value."""

    def __init__(self, file: str, dictionary: Dictionary) -> None:
        self.file, self.dictionary = file, dictionary
        self.problems: list[Problem] = []
        self.placed: list[Placed] = []

    def wrong(self, at: Written, says: str, *, warning: bool = False) -> None:
        self.problems.append(Problem(self.file, at.line, at.column, says, warning))

    # -- fields ---------------------------------------------------------------

    def shape(self, name: str, written: Written) -> dict[str, Any]:
        """Every field of the shape, read; None for those that are not there."""
        fields = SHAPES[name]
        if not isinstance(written.value, dict):
            self.wrong(written, f"这里应有若干栏：{'、'.join(n for n, f in fields.items() if f.required)}。")
            return {n: self._empty(f) for n, f in fields.items()}
        self._refuse_unknown(written, fields)
        return {n: self._field(written, n, f) for n, f in fields.items()}

    def _refuse_unknown(self, written: Written, fields: dict[str, Field]) -> None:
        for name, part in written.items():
            if name not in fields:
                near = get_close_matches(name, fields, n=1)
                hint = f"是不是“{near[0]}”？" if near else f"可用的有：{'、'.join(fields)}。"
                self.wrong(part, f"没有“{name}”这一栏，{hint}")

    def _field(self, written: Written, name: str, field: Field) -> Any:
        part = written.get(name)
        if part is None or part.value is None:
            if field.required:
                self.wrong(part or written, f"缺少“{name}”：{field.says}。")
            return self._empty(field)
        return self._value(part, field)

    def _empty(self, field: Field) -> Any:
        return {"list": (), "table": {}, "text": "", "flag": False}.get(
            field.kind, _NOTHING if field.required and field.kind == "expression" else None
        )

    def _value(self, part: Written, field: Field) -> Any:
        if field.kind == "list":
            return tuple(self._one(item, field) for item in part.list())
        if field.kind == "table":
            return {name: self._one(item, field) for name, item in part.items()}
        return self._kind(part, field.kind, field)

    def _one(self, part: Written, field: Field) -> Any:
        return self._kind(part, field.of, field)

    def _kind(self, part: Written, kind: str, field: Field) -> Any:
        return _READERS[kind](self, part, field)

    def text(self, part: Written, field: Field) -> str:
        if not part.is_scalar:
            self.wrong(part, "这里应写一段文字。")
        elif field.options and part.text not in field.options:
            self.wrong(part, f"“{part.text}”不能用，可选：{'、'.join(field.options)}。")
        return part.text

    def number(self, part: Written, field: Field) -> m.Number:
        if not _NUMBER.fullmatch(part.text.strip()):
            self.wrong(part, f"“{part.text[:40]}”不是数字，或者超过 15 位。")
            return 0
        return plain(Fraction(part.text.strip()))

    def date(self, part: Written, field: Field) -> date | None:
        try:
            return date.fromisoformat(part.text)
        except ValueError:
            self.wrong(part, f"“{part.text}”不是日期，请写成 2026-06-15 的样子。")
            return None

    def flag(self, part: Written, field: Field) -> bool:
        if not isinstance(part.value, bool):
            self.wrong(part, "请写 true 或 false。")
        return part.value is True

    def expression(self, part: Written, field: Field | None = None) -> Node:
        return self._parsed(part, lambda: expression(part.text), field.gives if field else "")

    def _parsed(self, part: Written, read: Callable[[], Node], gives: str) -> Node:
        if not part.is_scalar:
            self.wrong(part, "这里应写一个表达式。")
            return _NOTHING
        try:
            tree = read()
        except FeelError as wrong:
            self.problems.append(problem_at(self.file, part, wrong))
            return _NOTHING
        self.placed.append(Placed(tree, part, gives))
        return tree

    def points(self, part: Written, field: Field) -> tuple[m.Number, m.Number]:
        """One number, or the lower and the upper end of what a reviewer may award."""
        ends = [self.number(end, field) for end in part.list()]
        if len(ends) not in {1, 2} or ends[0] > ends[-1]:
            self.wrong(part, "请写一个分数，或由低到高的两个分数 [低, 高]。")
            return 0, 0
        return ends[0], ends[-1]

    # -- shapes ---------------------------------------------------------------

    def pack(self, written: Written) -> m.Pack | None:
        f = self.shape("pack", written)
        versions = tuple(v for v in f.pop("versions") if v)
        self._refuse_overlaps(written, versions)
        if not versions:
            if not self.problems:
                self.wrong(written.get("versions") or written, "至少要有一个版本。")
            return None
        return m.Pack(versions=versions, **{n: f[n] or "" for n in f})

    def _refuse_overlaps(self, written: Written, versions: tuple[m.Version, ...]) -> None:
        """One day and kind may belong to one version only."""
        for n, a in enumerate(versions):
            for b in versions[n + 1 :]:
                shared = set(a.kinds) & set(b.kinds)
                if shared and a.start <= (b.end or date.max) and b.start <= (a.end or date.max):
                    self.wrong(
                        written, f"版本 {a.id} 与 {b.id} 的适用日期重叠（{'、'.join(sorted(shared))}）。"
                    )

    def version(self, written: Written, field: Field) -> m.Version | None:
        f = self.shape("version", written)
        if f["from"] is None or not f["version"]:
            return None
        version = m.Version(
            id=f["version"],
            start=f["from"],
            end=f["until"],
            kinds=f["kinds"] or m.KINDS,
            status=f["status"],
            fingerprint=fingerprint(written.plain()),
            definitions=self._definitions(written, f["define"]),
            tables=f["tables"],
            clauses=f["clauses"],
            routes=f["routes"],
            groups=f["scores"],
            amounts=f["amounts"],
            flags=f["flags"],
            category=f["category"],
            cases=f["tests"],
            note=f["note"],
        )
        self._demand_order(written, version)
        self.problems += self._checked(version, written)
        self.placed = []
        return version

    def _demand_order(self, written: Written, version: m.Version) -> None:
        if version.end is not None and version.end < version.start:
            self.wrong(written.get("until") or written, "截止日早于开始日，这个版本永远不适用。")

    def _checked(self, version: m.Version, written: Written) -> list[Problem]:
        try:
            return check_version(version, self.dictionary, self.placed, written, self.file)
        except RecursionError:
            return [
                Problem(
                    self.file,
                    written.line,
                    written.column,
                    "算式互相引用成了环，或者一层套一层太深，请拆开。",
                )
            ]

    def _definitions(self, written: Written, trees: dict[str, Any]) -> dict[str, m.Definition]:
        section = written.get("define")
        return {
            name: self._definition(name, tree, section.get(name) if section else None)
            for name, tree in trees.items()
        }

    def _definition(self, name: str, tree: Any, part: Written | None) -> m.Definition:
        value = part.get("value") if part else None
        title = part.get("title") if part else None
        return m.Definition(name, tree, (value or part).text if part else "", title.text if title else "")

    def definition(self, part: Written, field: Field) -> Node:
        return self.expression(part) if part.is_scalar else self.shape("definition", part)["value"]

    def clause(self, part: Written, field: Field) -> m.Clause:
        f = self.shape("clause", part)
        return m.Clause(
            f["id"], f["title"], f["when"], _text(part, "when"), f["unmet"], f["source"], f["grade"] or ""
        )

    def route(self, part: Written, field: Field) -> m.Route:
        f = self.shape("route", part)
        return m.Route(f["id"], f["title"], f["replaces"], f["any"], f["source"])

    def group(self, part: Written, field: Field) -> m.ScoreGroup:
        f = self.shape("group", part)
        return m.ScoreGroup(f["id"], f["title"], f["items"], f["highest"], f["judge"], f["show_items"])

    def item(self, part: Written, field: Field) -> m.ScoreItem:
        f = self.shape("item", part)
        ladders = f["better_of"] or ((self._ladder(part, f),) if f["measure"] is not None else ())
        awarded = self._awarded(part, f["awarded"])
        if sum(map(bool, (ladders, f["formula"] is not None, awarded))) != 1:
            self.wrong(part, "一项得分只能用一种写法：measure 加 bands、better_of、formula 或 awarded。")
        return m.ScoreItem(f["id"], f["title"], ladders, f["formula"], awarded, f["source"], f["grade"] or "")

    def _awarded(self, part: Written, ends: tuple[m.Number, ...]) -> tuple[m.Number, m.Number] | None:
        if ends and (len(ends) != 2 or ends[0] > ends[1]):
            self.wrong(part.get("awarded") or part, "请由低到高写两个分数 [低, 高]。")
            return None
        return (ends[0], ends[1]) if ends else None

    def ladder(self, part: Written, field: Field) -> m.Ladder:
        return self._ladder(part, self.shape("ladder", part))

    def _ladder(self, part: Written, f: dict[str, Any]) -> m.Ladder:
        section = part.get("bands")
        if section is None or not f["bands"]:
            self.wrong(part, "缺少“bands”：写出各档的范围和分数。")
        bands = tuple(self._band(range_, points, section or part) for range_, points in f["bands"].items())
        return m.Ladder(f["measure"] or _NOTHING, _text(part, "measure"), bands, f["otherwise"] or 0)

    def _band(self, range_: str, points: tuple[m.Number, m.Number], section: Written) -> m.Band:
        at = section.get(range_) or section
        place = Written(range_, at.line, 1)
        return m.Band(
            self._parsed(place, lambda: unary_tests(range_, Name(m.MEASURED)), BOOLEAN), range_, points
        )

    def amount(self, part: Written, field: Field) -> m.Amount:
        f = self.shape("amount", part)
        text = _text(part, "value")
        return m.Amount(
            f["id"], f["title"], f["value"], text, f["lines"], f["always"], f["source"], f["grade"] or ""
        )

    def flag_shape(self, part: Written, field: Field) -> m.Flag:
        f = self.shape("warning", part)
        return m.Flag(f["id"], f["title"], f["when"], _text(part, "when"))

    def category(self, part: Written, field: Field) -> m.Category:
        f = self.shape("category", part)
        return m.Category(f["value"], f["order"])

    def decision_table(self, part: Written, field: Field) -> Table:
        f = self.shape("decision_table", part)
        rows = tuple(self._row(row, f["inputs"]) for row in f["rows"])
        outputs = (Output("", tuple(map(_constant, f["priority"])), f["otherwise"]),)
        return Table(f["hit"] or "U", outputs, tuple(row for row in rows if row))

    def _row(self, row: Written, inputs: tuple[Node, ...]) -> Row | None:
        *cells, result = row.list() or (row,)
        if len(cells) != len(inputs):
            self.wrong(row, f"这一行应有 {len(inputs)} 个条件和一个结果，写了 {len(cells)} 个条件。")
            return None
        conditions = [self._cell(c, i) for c, i in zip(cells, inputs, strict=True)]
        return Row(tuple(conditions), (self.expression(result),))

    def _cell(self, cell: Written, measured: Node) -> Node:
        return self._parsed(cell, lambda: unary_tests(cell.text, measured), BOOLEAN)

    def test(self, part: Written, field: Field) -> m.WorkedCase:
        f = self.shape("test", part)
        facts = {name: value.plain() for name, value in f["facts"].items()}
        expect = {name: value.plain() for name, value in f["expect"].items()}
        return m.WorkedCase(f["name"], facts, expect, f["on"] or date.min, f["kind"] or "new", part.line)


_READERS: dict[str, Callable[[_Reader, Written, Field], Any]] = {
    "text": _Reader.text,
    "choice": _Reader.text,
    "number": _Reader.number,
    "date": _Reader.date,
    "flag": _Reader.flag,
    "expression": _Reader.expression,
    "points": _Reader.points,
    "row": lambda reader, part, field: part,
    "any": lambda reader, part, field: part,
    "version": _Reader.version,
    "clause": _Reader.clause,
    "route": _Reader.route,
    "group": _Reader.group,
    "item": _Reader.item,
    "ladder": _Reader.ladder,
    "definition": _Reader.definition,
    "amount": _Reader.amount,
    "warning": _Reader.flag_shape,
    "category": _Reader.category,
    "decision_table": _Reader.decision_table,
    "test": _Reader.test,
}


def _constant(word: str) -> Any:
    """A listed result as the rows write it: a number, a text in quotation marks, or a bare word."""
    try:
        tree = expression(word)
    except FeelError:
        return word
    return tree.value if isinstance(tree, Literal) else word


def _text(part: Written, name: str) -> str:
    inner = part.get(name)
    return inner.text if inner else ""


def fingerprint(content: Any) -> str:
    """Of a version's content: the same content gives the same text, on every machine."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
