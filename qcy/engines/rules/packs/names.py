"""Which names a version uses, and in which of its trees."""

from __future__ import annotations

from collections.abc import Iterator

from ..feel import tree as t
from ..tables import Table
from .model import ScoreGroup, Version


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
        if item.formula is not None:
            yield item.formula
        for ladder in item.ladders:
            yield ladder.measure
            yield from (band.test for band in ladder.bands)


def names_of(version: Version) -> set[str]:
    """Names in the trees, and the facts that hold reviewers' points."""
    used = {node.id for tree in trees_of(version) for node in tree.walk() if isinstance(node, t.Name)}
    return used | {group.judge for group in version.groups if group.judge}
