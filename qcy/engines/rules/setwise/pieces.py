"""A version taken apart for arrays: conditions that must all hold, each a lattice, and what they say of missing facts.

A condition on one number or one quotient alone (`employees <= 500`) narrows it for all the others: where it is missing,
the others are asked within what the condition leaves. So two conditions that ask the same need not be untangled.
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
from ..outcomes.terms import Leaf, Term
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
    """`alone`: conditions on one number each, `quotients` on one quotient each; `others`: the rest, asked inside `domain`
    as far as these leave it; `scored`: those on points."""

    alone: list[Lattice]
    quotients: list[Lattice]
    others: list[Lattice]
    domain: Domain
    scored: list[Clause]


def pieces_of(question: Question, clauses: Iterable[Clause]) -> Pieces:
    """The clauses as lattices. NotCertain when arrays cannot follow one of them."""
    names, version = question.names, question.version
    plain: list[Clause] = []
    scored: list[Clause] = []
    for clause in clauses:
        asks_points = any(name.startswith(POINTS) for name in reached_names(version, clause))
        (scored if asks_points else plain).append(clause)
    try:
        found = [root for clause in plain for root in _conditions(version, names, clause)]
    except TooOpen:
        raise NotCertain from None
    on_numbers = {id(root): number for root in found if (number := _number(root))}
    on_quotients = {id(root): quotient for root in found if (quotient := _quotient(root))}
    numbers = _domain(on_numbers.values())
    domain = numbers | _first(on_quotients.values())
    rest = [root for root in found if id(root) not in on_numbers and id(root) not in on_quotients]

    def lattices(roots: Iterable[Any], domain: Domain) -> list[Lattice]:
        return [Lattice(root, question.dictionary, question.axes, domain) for root in roots]

    return Pieces(
        lattices([root for root in found if id(root) in on_numbers], {}),
        lattices([root for root in found if id(root) in on_quotients], numbers),
        lattices(_joined(names, rest), domain),
        domain,
        scored,
    )


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


def _held(root: Any) -> list[bool] | None:
    """Which cells are accepted, when the condition asks one thing only."""
    if root.__class__ is not Branch or any(child.__class__ is Branch for child in root.children):
        return None
    return [child is True for child in root.children]


def _number(root: Any) -> tuple[str, int | None, int | None] | None:
    """(fact, least, most) when the condition is that one number lies between two bounds."""
    held = _held(root)
    if held is None or not isinstance(root.variable.key, Leaf) or not root.variable.key.grid:
        return None
    first, last = held.index(True), len(held) - 1 - held[::-1].index(True)
    if not all(held[first : last + 1]):
        return None
    least = root.breaks[first - 1] if first else None
    return root.variable.key.id, least, root.breaks[last] - 1 if last < len(root.breaks) else None


def _quotient(root: Any) -> tuple[Any, tuple[tuple[Any, Any], ...]] | None:
    """(variable, accepted stretches between cuts) when the condition is on one quotient."""
    held = _held(root)
    if held is None or not isinstance(root.variable.key, Term):
        return None
    starts, ends = (None, *root.breaks), (*root.breaks, None)
    return root.variable, tuple((a, b) for a, b, ok in zip(starts, ends, held, strict=True) if ok)


def _first(found: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Where two conditions are on the same quotient one of them narrows it for the others."""
    return dict(reversed(list(found)))


def _domain(narrowed: Iterable[tuple[str, int | None, int | None]]) -> dict[Any, Any]:
    found: dict[str, tuple[int | None, int | None]] = {}
    for fact, least, most in narrowed:
        low, high = found.get(fact, (None, None))
        low = least if low is None else low if least is None else max(low, least)
        high = most if high is None else high if most is None else min(high, most)
        found[fact] = low, high
    empty = [
        fact for fact, (low, high) in found.items() if low is not None and high is not None and low > high
    ]
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
