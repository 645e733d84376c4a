"""One question of a version as a diagram over its axes, cut down to the cells a firm can be in.

The question is certain when one ending is left; an axis can change it exactly when it is still asked.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..outcomes.diagrams import Branch, Variable, identity
from .axes import Axis, NumberAxis, branches_of


@dataclass(frozen=True)
class Outcome:
    """What is left of a diagram: its endings, and which axes (by their place in the lattice) it still asks."""

    endings: tuple[Any, ...]
    asked: tuple[int, ...]


class Lattice:
    """A diagram with its axes; every combination of cells is cut once and looked up from then on."""

    def __init__(self, root: Any, of: dict[Variable, Axis]) -> None:
        self.root = root
        self.axes = list(dict.fromkeys(of[branch.variable] for branch in branches_of(root)))
        places = {axis: place for place, axis in enumerate(self.axes)}
        self._place = {id(b): places[of[b.variable]] for b in branches_of(root)}
        self._children = {id(b): _by_cell(b, of[b.variable]) for b in branches_of(root)}
        self._known: dict[tuple[int, ...], Outcome] = {}

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

    @property
    def endings(self) -> tuple[Any, ...]:
        return self.outcome([(1 << axis.cells) - 1 for axis in self.axes]).endings

    def outcome(self, bits: Sequence[int]) -> Outcome:
        """For firms that can be in these cells (bits) of each axis."""
        key = tuple(bits)
        if key not in self._known:
            self._known[key] = self._cut(key)
        return self._known[key]

    def _cut(self, bits: tuple[int, ...]) -> Outcome:
        done: dict[int, Any] = {}
        made: dict[Hashable, Any] = {}

        def cut(node: Any) -> Any:
            if node.__class__ is not Branch:
                return node
            if id(node) not in done:
                place, children = self._place[id(node)], self._children[id(node)]
                kept = [cut(child) for cell, child in enumerate(children) if bits[place] >> cell & 1]
                names = tuple(map(_name, kept))
                one = all(name == names[0] for name in names)
                done[id(node)] = kept[0] if one else made.setdefault((place, names), _Asked(place, kept))
            return done[id(node)]

        return _outcome_of(cut(self.root))


@dataclass(frozen=True, eq=False)
class _Asked:
    """A branch that has been cut down."""

    place: int
    children: list[Any]


def _name(value: Any) -> Hashable:
    return id(value) if value.__class__ is _Asked else identity(value)


def _outcome_of(root: Any) -> Outcome:
    endings: dict[Hashable, Any] = {}
    asked: set[int] = set()
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        name = _name(node)
        if name in seen:
            continue
        seen.add(name)
        if node.__class__ is _Asked:
            asked.add(node.place)
            waiting += node.children
        else:
            endings[name] = node
    return Outcome(tuple(endings[name] for name in sorted(endings, key=repr)), tuple(sorted(asked)))


def _by_cell(branch: Branch, axis: Axis) -> list[Any]:
    """The child for each cell of the axis: a branch may have fewer cuts than its axis."""
    found, place = [branch.children[0]], 0
    for cut in axis.cuts:
        place += cut in branch.breaks
        found.append(branch.children[place])
    return found
