"""Points over many firms: per item the least and the most, how finely its values lie, and which missing fact moves it.

Whether a missing fact can carry a sum over a bound is told without forming the sums. Let the fact move its item from
`low` to `high`: it decides when the others can come to a sum in [bound - high, bound - low). The others' sums lie
between two ends that are reached, and no two neighbours are further apart than their gap: an end inside the window, or
a window at least as wide as the gap between the ends, settles it. The gap of a sum of two sets is at most the greater of
one gap and the other gap less the first set's width.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from ..outcomes.terms import Term
from .axes import Axis, State
from .lattice import Asked, Waits, waits_of

UNIT = 10**6
"""Points are counted in millionths, so that a reviewer's 26.26 is whole."""

MOST_COMBINATIONS = 4096


@dataclass(frozen=True)
class Swing:
    """Pairs of points between which these facts alone can carry an item; `low` to `high` is the widest."""

    facts: frozenset[str]
    pairs: tuple[tuple[int, int], ...]

    @property
    def low(self) -> int:
        return self.pairs[0][0] if self.pairs else 0

    @property
    def high(self) -> int:
        return self.pairs[0][1] if self.pairs else 0


Stretches = tuple[tuple[int, int], ...]

STILL = Swing(frozenset(), ())


@dataclass(frozen=True)
class ItemOutcome:
    """Points one kind of firm can get for an item, in millionths.

    `stretches`: single values and ranges that are surely reached, in order; `possible` are those that may be, where
    `inner` facts carry the item along several axes at once.
    """

    stretches: Stretches
    swings: tuple[Swing, ...]
    waits: Waits
    possible: Stretches
    inner: frozenset[str] = frozenset()

    def swing(self, slot: int) -> Swing:
        return self.swings[slot] if slot < len(self.swings) else STILL

    @property
    def facts(self) -> frozenset[str]:
        return frozenset(fact for swing in self.swings for fact in swing.facts)

    @property
    def low(self) -> int:
        return self.stretches[0][0]

    @property
    def high(self) -> int:
        return self.stretches[-1][1]

    @property
    def gap(self) -> int:
        return max((b[0] - a[1] for a, b in pairwise(self.stretches)), default=0)


def item_outcome(judge: str) -> Any:
    """How a cut-down diagram of points is read; `judge` is the fact of the reviewer who awards inside ranges."""

    def read(root: Any, states: Mapping[Axis, State]) -> ItemOutcome:
        asked, endings = _walked(root)
        swings = [_swing(root, axis, asked, states) for axis in asked]
        ranges = [ends for ends in map(_ends, endings) if ends[0] != ends[1]]
        if ranges:
            swings.append(Swing(frozenset({judge}), _widest_first(ranges)))
        stretches = _merged(map(_ends, endings))
        waits = waits_of(asked, states)
        if any(not swing.pairs for swing in swings):
            waits = replace(waits, unsure=True)
        if len(waits.knots) == 1 and all(states[axis].facts == waits.knots for axis in asked) and not ranges:
            along = {_ends(_at_end(root, states, end)) for end in (0, 1)}
            if along == {stretches[0], stretches[-1]}:  # one fact carries it from the least to the most
                swing = Swing(waits.knots, ((stretches[0][0], stretches[-1][1]),))
                free = replace(waits, knots=frozenset())
                return ItemOutcome((stretches[0], stretches[-1]), (swing,), free, stretches, waits.knots)
        return ItemOutcome(stretches, tuple(swings), waits, stretches)

    return read


def _ends(value: Any) -> tuple[int, int]:
    if isinstance(value, Term):
        low, high = value.bounds
        assert low is not None and high is not None, "points are bounded by their bands"
        return int(low * UNIT), int(high * UNIT)
    points = int(Fraction(value or 0) * UNIT)
    return points, points


def _walked(root: Any) -> tuple[list[Axis], list[Any]]:
    asked: dict[Axis, None] = {}
    endings: list[Any] = []
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if node.__class__ is not Asked:
            endings.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            asked[node.axis] = None
            waiting += node.children
    return list(asked), endings


def _merged(found: Any) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(set(found)):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return tuple(merged)


def _swing(root: Any, axis: Axis, asked: list[Axis], states: Mapping[Axis, State]) -> Swing:
    """Every change of points by this axis alone, whatever the others are; none when there are too many."""
    others = [a for a in asked if a is not axis]
    counts = [states[a].cells.bit_count() for a in others]
    mine = range(states[axis].cells.bit_count())
    found = set()
    for chosen in product(*map(range, counts)) if _size(counts) <= MOST_COMBINATIONS else ():
        cells = dict(zip(others, chosen, strict=True))
        ends = [_ends(_at(root, {**cells, axis: cell})) for cell in mine]
        found.add((min(e[0] for e in ends), max(e[1] for e in ends)))
    return Swing(states[axis].facts, _widest_first(pair for pair in found if pair[0] != pair[1]))


def _widest_first(pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(set(pairs), key=lambda pair: (pair[0] - pair[1], pair)))


def _size(counts: list[int]) -> int:
    total = 1
    for count in counts:
        total *= count
    return total


def _at(node: Any, cells: Mapping[Axis, int]) -> Any:
    while node.__class__ is Asked:
        node = node.children[cells[node.axis]]
    return node


def _at_end(node: Any, states: Mapping[Axis, State], end: int) -> Any:
    """What the diagram gives with every axis at its least (0) or its greatest (1) value of the missing fact."""
    while node.__class__ is Asked:
        state = states[node.axis]
        assert state.ends is not None
        cell = state.ends[end]
        node = node.children[(state.cells & ((1 << cell) - 1)).bit_count()]
    return node
