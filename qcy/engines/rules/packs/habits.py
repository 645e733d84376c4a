"""What is allowed but hardly meant: told as a reminder, with the place and what was probably wanted."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import inf
from typing import NamedTuple

from ..facts import Dictionary
from ..feel import tree as t
from ..outcomes.diagrams import TooOpen, endings
from ..scope import Names
from ..tables import Table, row_applies
from . import model as m
from .ladders import intervals
from .names import table_trees, trees_of
from .signs import Signs, positive_if

MOST_ROWS = 60
"""Rows of a table that are compared with one another."""


class Hint(NamedTuple):
    """Section and entry of the version, and the sentence."""

    section: str
    id: str
    says: str


def hints(version: m.Version, dictionary: Dictionary) -> Iterator[Hint]:
    yield from _unused(version)
    yield from _percents(version, dictionary)
    yield from _open_ladders(version, dictionary)
    yield from _below_zero(version, dictionary)


def _unused(version: m.Version) -> Iterator[Hint]:
    """Definitions and tables that no clause, item, amount, flag or class leads to."""
    written = {**{n: [d.tree] for n, d in version.definitions.items()}}
    written |= {name: table_trees(table) for name, table in version.tables.items()}
    inner = {id(tree) for trees in written.values() for tree in trees}
    used = {line for amount in version.amounts for line in amount.lines}
    waiting = _names(tree for tree in trees_of(version) if id(tree) not in inner) | used
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting |= _names(written.get(name, ()))
    for name in written:
        if name not in reached:
            section = "define" if name in version.definitions else "tables"
            yield Hint(section, name, f"“{name}”写了没有用到，请删去，或者核对用它的地方名字是否写对。")


def _names(trees: object) -> set[str]:
    return {node.id for tree in trees for node in tree.walk() if isinstance(node, t.Name)}  # type: ignore[attr-defined]


def _percents(version: m.Version, dictionary: Dictionary) -> Iterator[Hint]:
    """`研发费用 / 营业收入 >= 5`: a share of one amount in another is seldom more than the whole."""
    for clause in version.clauses:
        for node in clause.when.walk():
            if isinstance(node, t.Comparison) and isinstance(node.right, t.Literal):
                value = node.right.value
                if _is_share(version, dictionary, node.left) and isinstance(value, int) and value >= 2:
                    says = f"两个金额相除再和 {value} 比：如果是 {value}%，请写成 {value / 100:g}。"
                    yield Hint("clauses", clause.id, says)


def _is_share(version: m.Version, dictionary: Dictionary, node: t.Node) -> bool:
    while isinstance(node, t.Name) and node.id in version.definitions:
        node = version.definitions[node.id].tree
    if not isinstance(node, t.Arithmetic) or node.op != "/":
        return False
    units = {
        dictionary[part.id].unit
        for part in (node.left, node.right)
        if isinstance(part, t.Name) and part.id in dictionary
    }
    return len(units) == 1 and isinstance(node.left, t.Name) and isinstance(node.right, t.Name)


def _open_ladders(version: m.Version, dictionary: Dictionary) -> Iterator[Hint]:
    for group in version.groups:
        for item in group.items:
            for ladder in item.ladders:
                top = _uncovered_above(ladder, dictionary)
                if top is not None:
                    says = (
                        f"“{item.title}”大于 {_shown(top)} 的没有档次，会得 {_shown(ladder.otherwise)} 分。"
                    )
                    yield Hint("scores", group.id, says)


def _uncovered_above(ladder: m.Ladder, dictionary: Dictionary) -> Fraction | None:
    """The value above which no band accepts anything, unless the fact ends there."""
    parts = [part for band in ladder.bands for part in intervals(band) or ()]
    ends = [part.end[0] for part in parts]
    if not ends or max(ends) == inf:
        return None
    top = Fraction(max(ends))
    kind = dictionary.kinds.get(ladder.measure.id) if isinstance(ladder.measure, t.Name) else None
    return None if kind is not None and kind.high is not None and kind.high <= top else top


def _shown(value: Fraction | int) -> str:
    return f"{float(value):g}"


def _below_zero(version: m.Version, dictionary: Dictionary) -> Iterator[Hint]:
    """Payments; an amount that is always calculated may be an income, which can be a loss."""
    signs = Signs(version, dictionary)
    needed = [clause.when for clause in version.clauses if not version.routes_for(clause.id)]
    proved = frozenset(node for condition in needed for node in positive_if(condition))
    for amount in version.amounts:
        if not amount.always and not signs.never_negative(amount.value, proved):
            says = f"“{amount.title}”可能算出负数，请写成 max(0, …)，或者核对减去的数。"
            yield Hint("amounts", amount.id, says)


def overlaps(version: m.Version, names: Names) -> Iterator[Hint]:
    """Two rows of a table with hit policy U that one firm can meet: the table would then give nothing."""
    for name, table in version.tables.items():
        if table.hit == "U" and len(table.rows) <= MOST_ROWS:
            pair = _both_apply(table, names)
            if pair:
                says = f"第 {pair[0]} 行和第 {pair[1]} 行会同时符合，hit: U 只许一行符合。请改条件，或改用 hit: F。"
                yield Hint("tables", name, says)


def _both_apply(table: Table, names: Names) -> tuple[int, int] | None:
    try:
        applies = [row_applies(names.run, row) for row in table.rows]
        for n, one in enumerate(applies):
            for k in range(n + 1, len(applies)):
                if True in endings(names.run.both(one, applies[k])):
                    return n + 1, k + 1
    except TooOpen:
        return None
    return None
