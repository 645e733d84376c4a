"""The sums that items can come to, counted out: for the few firms of which ends and gaps do not tell what decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import gcd

from .lattice import Lattice
from .scoring import ItemOutcome, Stretches, Swing

MOST_SUMS = 20_000
"""Combinations of several sums that are followed."""

Kinds = tuple[int | None, ...]
"""Per item the place of its kind in its lattice; None where a reviewer has given the points."""


@dataclass(frozen=True)
class Found:
    """The facts that decide; `told`: and no others do."""

    facts: frozenset[str]
    told: bool


Items = dict[int, ItemOutcome]
Points = dict[int, Stretches]


class Reachable:
    """Sums over items, each against its bound. `members[i]` are the sums that item i counts in."""

    def __init__(self, lattices: list[Lattice], members: list[tuple[int, ...]], bounds: list[int]) -> None:
        self.lattices, self.members, self.bounds = lattices, members, bounds
        self.deciding = lru_cache(maxsize=200_000)(self._deciding)

    def _deciding(self, kinds: Kinds, shifts: tuple[int, ...]) -> Found:
        """Which missing facts can carry a firm over, whose sums start from `shifts`."""
        items = {
            n: self.lattices[n].outcomes[kind]
            for n, kind in enumerate(kinds)
            if kind is not None and self.members[n]
        }
        bounds = [bound - shift for bound, shift in zip(self.bounds, shifts, strict=True)]
        surely = self._counted(items, {n: item.stretches for n, item in items.items()}, bounds)
        if surely is None or all(item.stretches == item.possible for item in items.values()):
            return Found(surely or frozenset(), surely is not None)
        perhaps = self._counted(items, {n: item.possible for n, item in items.items()}, bounds)
        return Found(surely, surely == perhaps)

    def _counted(self, items: Items, points: Points, bounds: list[int]) -> frozenset[str] | None:
        """The facts that decide if the items can come to just these points; None where that is not followed."""
        if len(bounds) == 1:
            return self._one_sum(items, points, bounds[0])
        ranged = any(low != high for stretches in points.values() for low, high in stretches)
        return None if ranged else self._several(items, points, bounds)

    # -- one sum ------------------------------------------------------------------

    def _one_sum(self, items: Items, points: Points, bound: int) -> frozenset[str] | None:
        """Sums as the bits of a number; ranges of reviewers widen each of them alike."""
        if any(len(found) > 1 and any(low != high for low, high in found) for found in points.values()):
            return None
        width = {n: found[0][1] - found[0][0] if len(found) == 1 else 0 for n, found in points.items()}
        starts = {n: [low for low, _ in found] for n, found in points.items()}
        unit = gcd(*(low for values in starts.values() for low in values)) or 1
        facts: set[str] = set()
        for n, item in items.items():
            if item.swings:
                sums = _sums([starts[m] for m in items if m != n], unit)
                more = sum(w for m, w in width.items() if m != n)
                facts |= _facts(item.swings, partial(_hits, sums, unit, bound, more))
        return frozenset(facts)

    # -- several sums -------------------------------------------------------------

    def _several(self, items: Items, points: Points, bounds: list[int]) -> frozenset[str] | None:
        facts: set[str] = set()
        for n, item in items.items():
            if item.swings:
                reached = self._combinations([m for m in items if m != n], points, bounds)
                if reached is None:
                    return None
                mine = self.members[n]
                facts |= _facts(item.swings, partial(_carries, reached, bounds, mine))
        return frozenset(facts)

    def _combinations(
        self, others: Sequence[int], points: Points, bounds: list[int]
    ) -> set[tuple[int, ...]] | None:
        """What the sums can come to together; above its bound a sum counts as at the bound."""
        reached = {(0,) * len(bounds)}
        for n in others:
            values, mine = [low for low, _ in points[n]], self.members[n]
            reached = {
                tuple(min(s + v * (k in mine), bounds[k]) for k, s in enumerate(sums))
                for sums in reached
                for v in values
            }
            if len(reached) > MOST_SUMS:
                return None
        return reached


def _facts(swings: Iterable[Swing], carries: Callable[[int, int], bool]) -> set[str]:
    return {
        fact
        for swing in swings
        if any(carries(low, high) for low, high in swing.pairs)
        for fact in swing.facts
    }


def _sums(values: Iterable[list[int]], unit: int) -> int:
    total = 1
    for steps in values:
        total = _or_all(total << (value // unit) for value in steps)
    return total


def _or_all(numbers: Iterable[int]) -> int:
    result = 0
    for number in numbers:
        result |= number
    return result


def _hits(sums: int, unit: int, bound: int, more: int, low: int, high: int) -> bool:
    """Whether some sum, raised by up to `more`, fails with `low` added and holds with `high`."""
    first, last = max(0, -(-(bound - high - more) // unit)), -(-(bound - low) // unit)
    return last > first and bool(sums >> first & ((1 << (last - first)) - 1))


def _carries(
    reached: Iterable[tuple[int, ...]], bounds: list[int], mine: tuple[int, ...], low: int, high: int
) -> bool:
    """Whether some of these sums fail with `low` added and hold with `high`."""

    def holds(sums: tuple[int, ...], points: int) -> bool:
        return all(s + points * (k in mine) >= bounds[k] for k, s in enumerate(sums))

    return any(holds(sums, high) and not holds(sums, low) for sums in reached)
