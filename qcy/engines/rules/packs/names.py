"""Which names a version uses, and in which of its trees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..feel import tree as t
from ..scope import POINTS, TOTAL
from ..tables import Table
from .model import ScoreGroup, ScoreItem, Version


def trees_of(version: Version) -> Iterator[t.Node]:
    """Every tree of the version, in the order of the file."""
    yield from (definition.tree for definition in version.definitions.values())
    for table in version.tables.values():
        yield from table_trees(table)
    yield from (clause.when for clause in version.clauses)
    yield from (option.when for route in version.routes for option in route.options)
    yield from _score_trees(version)
    yield from (amount.value for amount in version.amounts)
    yield from (flag.when for flag in version.flags)
    if version.category:
        yield version.category.value


def table_trees(table: Table) -> list[t.Node]:
    """Conditions and results of a decision table, and what it gives when no row fits."""
    rows = [tree for row in table.rows for tree in (*row.conditions, *row.outputs)]
    return rows + [output.default for output in table.outputs if output.default is not None]


def _score_trees(version: Version) -> Iterator[t.Node]:
    for group in version.groups:
        yield from _group_trees(group)


def score_names_of(group: ScoreGroup) -> set[str]:
    """Names a group of points uses, its judge included."""
    used = {node.id for tree in _group_trees(group) for node in tree.walk() if isinstance(node, t.Name)}
    return used | ({group.judge} if group.judge else set())


def _group_trees(group: ScoreGroup) -> Iterator[t.Node]:
    for item in group.items:
        yield from item_trees(item)


def item_trees(item: ScoreItem) -> Iterator[t.Node]:
    if item.formula is not None:
        yield item.formula
    for ladder in item.ladders:
        yield ladder.measure
        yield from (band.test for band in ladder.bands)


def names_of(version: Version) -> set[str]:
    """Names in the trees, and the facts that hold reviewers' points."""
    used = {node.id for tree in trees_of(version) for node in tree.walk() if isinstance(node, t.Name)}
    return used | {group.judge for group in version.groups if group.judge}


def reached_names(version: Version, trees: Iterable[t.Node]) -> set[str]:
    """Names the trees lead to, through definitions, tables and points."""
    found: set[str] = set()
    waiting = [node.id for tree in trees for node in tree.walk() if isinstance(node, t.Name)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _inside(version, name)
    return found


def _inside(version: Version, name: str) -> Iterator[str]:
    trees: list[t.Node] = []
    if name in version.definitions:
        trees = [version.definitions[name].tree]
    elif name in version.tables:
        trees = table_trees(version.tables[name])
    elif name == TOTAL:
        yield from (POINTS + group.id for group in version.groups)
    elif name.startswith(POINTS):
        yield from _inside_points(version.groups, name.removeprefix(POINTS))
    yield from (node.id for tree in trees for node in tree.walk() if isinstance(node, t.Name))


def _inside_points(groups: tuple[ScoreGroup, ...], name: str) -> Iterator[str]:
    for group in groups:
        if group.id == name or any(item.id == name for item in group.items):
            yield from score_names_of(group)
