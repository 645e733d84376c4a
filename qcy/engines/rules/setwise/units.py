"""A version taken apart into pieces that have no fact in common: each is settled by itself.

A policy holds when all its pieces hold, and a missing fact decides exactly when it decides its piece and no other
piece fails. A piece of four facts leaves few kinds of firms to look at; the whole policy leaves nearly as many as firms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ..feel import tree as t
from ..packs.model import Clause, ScoreGroup, Version
from ..packs.names import score_names_of, table_trees
from ..scope import POINTS, TOTAL

VERDICT, POINTS_OF, REST = "verdict", "points", "rest"


@dataclass(frozen=True)
class Unit:
    """A piece: what it settles, and a version that has nothing else in it."""

    settles: str
    version: Version


def units_of(version: Version, is_fact: Callable[[str], bool]) -> list[Unit]:
    """Pieces of the verdict, one piece per group of points, and the rest (flags, class, amounts) by itself."""
    bare = replace(version, clauses=(), routes=(), flags=(), amounts=(), category=None)
    verdict = [
        Unit(VERDICT, _with_clauses(bare, version, clauses)) for clauses in _connected(version, is_fact)
    ]
    points = [Unit(POINTS_OF, replace(bare, groups=(group,))) for group in version.groups]
    rest = [Unit(REST, replace(bare, groups=(), flags=(flag,))) for flag in version.flags]
    if version.category is not None:
        rest.append(Unit(REST, replace(bare, groups=(), category=version.category)))
    return [*verdict, *points, *rest]


def _with_clauses(bare: Version, version: Version, clauses: tuple[Clause, ...]) -> Version:
    ids = {clause.id for clause in clauses}
    routes = tuple(route for route in version.routes if ids & set(route.replaces))
    return replace(bare, clauses=clauses, routes=routes)


def _connected(version: Version, is_fact: Callable[[str], bool]) -> list[tuple[Clause, ...]]:
    """Clauses grouped so that clauses of different groups share no fact."""
    groups: list[tuple[set[str], list[Clause]]] = []
    for clause in version.clauses:
        facts, members = _facts_of(version, clause, is_fact), [clause]
        apart = []
        for other_facts, other_members in groups:
            if facts & other_facts:
                facts, members = facts | other_facts, [*other_members, *members]
            else:
                apart.append((other_facts, other_members))
        groups = [*apart, (facts, members)]
    order = {clause.id: place for place, clause in enumerate(version.clauses)}
    return [tuple(sorted(members, key=lambda c: order[c.id])) for _, members in groups]


def _facts_of(version: Version, clause: Clause, is_fact: Callable[[str], bool]) -> set[str]:
    return {name for name in reached_names(version, clause) if is_fact(name)}


def reached_names(version: Version, clause: Clause) -> set[str]:
    """Names a clause and its routes lead to."""
    routes = [option.when for route in version.routes_for(clause.id) for option in route.options]
    return _reached(version, [clause.when, *routes])


def _reached(version: Version, trees: Iterable[t.Node]) -> set[str]:
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


def facts_of(version: Version, is_fact: Callable[[str], bool]) -> list[str]:
    """Facts the version's clauses, flags, class and amounts lead to; all of its points' facts if it has no clauses."""
    trees = [clause.when for clause in version.clauses]
    trees += [option.when for route in version.routes for option in route.options]
    trees += [flag.when for flag in version.flags] + [amount.value for amount in version.amounts]
    trees += [version.category.value] if version.category else []
    reached = _reached(version, trees)
    if not trees:
        names = {name for group in version.groups for name in score_names_of(group)}
        reached = names | _reached(version, [t.Name(name) for name in names])
    return sorted(name for name in reached if is_fact(name))
