"""A version taken apart for arrays: conditions that must all hold, each a lattice, and what they say of missing facts.

A condition on one number alone (`employees <= 500`) narrows that number for all the others: where it is missing, the
others are asked within what the condition leaves. So two conditions on one missing fact need not be untangled.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import prod
from typing import Any

from ..facts import Dictionary
from ..feel import tree as t
from ..met import clause_met
from ..outcomes.diagrams import Branch, TooOpen
from ..outcomes.terms import Leaf
from ..packs.model import Clause, Version
from ..scope import POINTS, Names
from .axes import Axis, Domain, branches_of
from .lattice import Lattice
from .quantities import NotCertain
from .units import reached_names

JOINED = 1 << 13
"""Conditions that ask the same are put into one lattice while it has no more combinations of cells than this."""


@dataclass(frozen=True)
class Question:
    """A version on a day: what its expressions become with nothing known, and the axes they share."""

    version: Version
    dictionary: Dictionary
    on: date
    kind: str
    calendar: Any
    axes: dict[Hashable, Axis]

    @property
    def names(self) -> Names:
        return Names(self.version, self.dictionary, {}, self.on, self.kind, self.calendar)


@dataclass(frozen=True)
class Pieces:
    """`alone`: conditions on one number each; `others`: the rest, asked inside `domain`; `scored`: those on points."""

    alone: list[Lattice]
    others: list[Lattice]
    domain: Domain
    scored: list[Clause]


def pieces_of(question: Question, clauses: Iterable[Clause]) -> Pieces:
    """The clauses as lattices. NotCertain when arrays cannot follow one of them."""
    names, version = question.names, question.version
    plain, scored = [], []
    for clause in clauses:
        asks_points = any(name.startswith(POINTS) for name in reached_names(version, clause))
        (scored if asks_points else plain).append(clause)
    try:
        found = [root for clause in plain for root in _conditions(version, names, clause)]
    except TooOpen:
        raise NotCertain from None
    narrowing = {id(root): _narrows(root) for root in found}
    alone = [root for root in found if narrowing[id(root)]]
    domain = _domain([n for n in narrowing.values() if n])
    rest = _joined(names, [root for root in found if not narrowing[id(root)]])

    def lattice(root: Any, domain: Domain) -> Lattice:
        return Lattice(root, question.dictionary, question.axes, domain)

    return Pieces([lattice(r, {}) for r in alone], [lattice(r, domain) for r in rest], domain, scored)


def _conditions(version: Version, names: Names, clause: Clause) -> Iterator[Any]:
    """The diagrams that must all be true for the clause to be met."""
    if version.routes_for(clause.id):
        yield clause_met(version, names.run, clause)
        return
    for part in _conjuncts(clause.when):
        yield names.run.diagrams.lift(_is_true, names.run.value(part))


def _conjuncts(tree: t.Node) -> Iterator[t.Node]:
    if isinstance(tree, t.Both):
        for item in tree.items:
            yield from _conjuncts(item)
    else:
        yield tree


def _is_true(value: Any) -> bool:
    return value is True


def _narrows(root: Any) -> tuple[str, int | None, int | None] | None:
    """(fact, least, most) when the condition is that one number lies between two bounds."""
    if root.__class__ is not Branch or not isinstance(root.variable.key, Leaf):
        return None
    held = [child is True for child in root.children]
    if any(child.__class__ is Branch for child in root.children) or not root.variable.key.grid:
        return None
    first, last = held.index(True), len(held) - 1 - held[::-1].index(True)
    if not all(held[first : last + 1]):
        return None
    least = root.breaks[first - 1] if first else None
    return root.variable.key.id, least, root.breaks[last] - 1 if last < len(root.breaks) else None


def _domain(narrowed: Iterable[tuple[str, int | None, int | None]]) -> Domain:
    found: dict[str, tuple[int | None, int | None]] = {}
    for fact, least, most in narrowed:
        low, high = found.get(fact, (None, None))
        low = least if low is None else low if least is None else max(low, least)
        high = most if high is None else high if most is None else min(high, most)
        found[fact] = low, high
    empty = [fact for fact, (low, high) in found.items() if low is not None and high is not None and low > high]
    return {fact: ends for fact, ends in found.items() if fact not in empty}


def _joined(names: Names, roots: list[Any]) -> list[Any]:
    """Conditions that ask the same variable, put together as long as the lattice stays small."""
    done: list[Any] = []
    for root in roots:
        for place, other in enumerate(done):
            if _asked(root).keys() & _asked(other).keys():
                both = names.run.both(other, root)
                if prod(_asked(both).values()) <= JOINED:
                    done[place] = both
                    break
        else:
            done.append(root)
    return done


def _asked(root: Any) -> Mapping[Any, int]:
    """How many cells each variable of a diagram has, and one for "missing"."""
    cuts: dict[Any, set[Any]] = {}
    for branch in branches_of(root):
        cuts.setdefault(branch.variable, set()).update(branch.breaks)
    return {variable: len(found) + 2 for variable, found in cuts.items()}
