"""One question of a version as a diagram over its axes, cut down to the cells a firm can be in.

The question is certain when one ending is left; an axis can change it exactly when it is still asked.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from ..outcomes.diagrams import Branch, Variable, identity
from .axes import Axis, NumberAxis, branches_of


@dataclass(frozen=True)
class Outcome:
    """What is left of a diagram: its endings, and which axes (by their place in the lattice) it still asks."""

    endings: tuple[Any, ...]
    asked: tuple[int, ...]


Cut = tuple[int, int, int]
"""A diagram that has been cut down: its number (equal ones have the same), its endings and the axes it asks, as bits."""

MOST_KEPT = 200_000
"""Parts of cut diagrams that are kept; beyond that they are worked out anew."""


class Lattice:
    """A diagram with its axes, in the order in which it asks them."""

    def __init__(self, root: Any, of: dict[Variable, Axis]) -> None:
        self.root, branches = root, branches_of(root)
        ranks = {of[branch.variable]: branch.rank for branch in branches}
        self.axes = sorted(ranks, key=ranks.__getitem__)
        places = {axis: place for place, axis in enumerate(self.axes)}
        self._place = {id(b): places[of[b.variable]] for b in branches}
        self._children = {id(b): _by_cell(b, of[b.variable]) for b in branches}
        leaves = [root, *(child for branch in branches for child in branch.children)]
        found = {identity(leaf): leaf for leaf in leaves if leaf.__class__ is not Branch}
        self.endings = tuple(found.values())
        self._ending = {name: place for place, name in enumerate(found)}
        self._numbers: dict[Hashable, int] = {}
        self._cuts: dict[Hashable, Cut] = {}
        self._outcomes: dict[tuple[int, int], Outcome] = {}
        self._one_at_a_time = Lock()

    @cached_property
    def splits(self) -> list[tuple[int, list[int]]]:
        """Places of numbers that are asked by themselves and inside quotients, with the places of those quotients."""
        found = []
        for place, axis in enumerate(self.axes):
            if isinstance(axis, NumberAxis):
                (fact,) = axis.facts
                inside = [n for n, other in enumerate(self.axes) if n != place and fact in other.facts]
                found += [(place, inside)] if inside else []
        return found

    def outcome(self, bits: Sequence[int]) -> Outcome:
        """For firms that can be in these cells (bits) of each axis."""
        with self._one_at_a_time:  # a number given twice would make different diagrams the same
            if len(self._cuts) > MOST_KEPT:
                self._cuts.clear()
                self._numbers.clear()
            _, ends, axes = self._cut(self.root, tuple(bits))
        if (ends, axes) not in self._outcomes:
            endings = tuple(ending for place, ending in enumerate(self.endings) if ends >> place & 1)
            asked = tuple(place for place in range(len(self.axes)) if axes >> place & 1)
            self._outcomes[ends, axes] = Outcome(endings, asked)
        return self._outcomes[ends, axes]

    def _cut(self, node: Any, bits: tuple[int, ...]) -> Cut:
        if node.__class__ is not Branch:
            place = self._ending[identity(node)]
            return -1 - place, 1 << place, 0
        place, name = self._place[id(node)], id(node)
        key = (name, bits[place:])  # what lies below asks later axes only
        found = self._cuts.get(key)
        if found is None:
            cells, children = bits[place], self._children[name]
            kept = [self._cut(child, bits) for cell, child in enumerate(children) if cells >> cell & 1]
            found = self._cuts[key] = self._joined(place, kept)
        return found

    def _joined(self, place: int, kept: list[Cut]) -> Cut:
        """Where all cells lead to the same, nothing is asked."""
        numbers = tuple(number for number, _, _ in kept)
        if numbers.count(numbers[0]) == len(numbers):
            return kept[0]
        ends, axes = 0, 1 << place
        for _, more_ends, more_axes in kept:
            ends, axes = ends | more_ends, axes | more_axes
        return self._numbers.setdefault((place, numbers), len(self._numbers)), ends, axes


def _by_cell(branch: Branch, axis: Axis) -> list[Any]:
    """The child for each cell of the axis: a branch may have fewer cuts than its axis."""
    found, place = [branch.children[0]], 0
    for cut in axis.cuts:
        place += cut in branch.breaks
        found.append(branch.children[place])
    return found
