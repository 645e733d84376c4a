"""Points over many firms, in millionths: the least and the most that items come to, and who moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np

from ..lattice.axes import Axis, PointsAxis
from ..lattice.lattice import Lattice, Outcome
from ..lattice.ready import Counted, Ready
from ..outcomes.terms import Number, Term
from ..outcomes.totals import ends_of
from ..packs.model import ScoreGroup, ScoreItem
from .codes import Coder, SpanCoder, TooMany
from .columns import Array
from .layout import Layout
from .lookup import Lookup, Row
from .view import View

UNIT = 10**6
"""Points are counted in millionths, so that a reviewer's 26.26 is whole."""

HALF = 32
"""Bits for the least, with the most above them: items are added up two sums at a time."""

Sums = tuple[Array, Array]


class Points:
    """The items of a version. TooMany where one cannot be followed, or where points are no whole millionths."""

    def __init__(self, ready: Ready, layout: Layout, coder: Callable[[Axis], Coder]) -> None:
        self.ready, self.layout, self._coder = ready, layout, coder
        self._items: dict[int, Lookup] = {}

    def sums(self, view: View, name: str) -> Sums:
        """(least, most) of every firm."""
        found: Sums = view.once(("sums", name, *self.facts(name)), lambda view: self._added(view, name))
        return found

    def facts(self, name: str) -> frozenset[str]:
        """Everything these points hang on."""
        return frozenset().union(*map(self._hang_on, self.ready.counted(name)))

    def words(self, view: View, name: str) -> Array:
        """What moves the points of every firm, in the bits of the layout."""
        first, *more = [self._moved(view, part) for part in self.ready.counted(name)]
        for words in more:
            first = first | words
        return first

    def _moved(self, view: View, part: Counted) -> Array:
        """What moves some items; nothing where they have their maximum already, or a reviewer has given the points."""
        found: Array = view.once(
            ("moved", id(part), *self._hang_on(part)), lambda view: self._words_of(view, part)
        )
        return found

    def _words_of(self, view: View, part: Counted) -> Array:
        words = np.zeros(view.count, np.uint64)
        for item in part.items:
            words |= self.item(part.group, item).taken(view, 1)
        if part.judge or self._highest(part) is not None:
            low, high = self._counted(view, part)
            words *= low < high
        return words

    def _highest(self, part: Counted) -> int | None:
        """The maximum in millionths, where the items can come to more."""

        def found() -> int | None:
            items = [self.item(part.group, item).lattice.endings for item in part.items]
            most = sum(max(_ends(ending)[1] for ending in endings) for endings in items)
            return None if part.highest is None or most <= _whole(part.highest) else _whole(part.highest)

        highest: int | None = self.ready.once(("highest", id(part)), found)
        return highest

    def item(self, group: ScoreGroup, item: ScoreItem) -> Lookup:
        """Columns: the ends; what moves the item."""
        if id(item) not in self._items:
            lattice = self.ready.item(group, item).lattice
            if lattice is None:
                raise TooMany
            coders = [self._coder(axis) for axis in lattice.axes]
            for axis in lattice.axes:
                self.layout.axis(axis)
            read = self._reader(lattice, self.layout.of([group.judge]) if group.judge else 0)
            self._items[id(item)] = Lookup(lattice, coders, read, width=2)
        return self._items[id(item)]

    def _reader(self, lattice: Lattice, judge: int) -> Callable[[Outcome], Row]:
        def read(outcome: Outcome) -> Row:
            ends = [_ends(ending) for ending in outcome.endings]
            low, high = min(low for low, _ in ends), max(high for _, high in ends)
            asked = self.layout.asked(lattice, outcome)
            asked |= judge if any(a != b for a, b in ends) else 0
            return low | high << HALF, asked if low < high else 0

        return read

    def _added(self, view: View, name: str) -> Sums:
        (low, high), *more = [self._counted(view, part) for part in self.ready.counted(name)]
        for least, most in more:
            low, high = low + least, high + most
        return low, high

    def _counted(self, view: View, part: Counted) -> Sums:
        return view.once(("counted", id(part), *self._hang_on(part)), lambda view: self._sum(view, part))

    def _hang_on(self, part: Counted) -> frozenset[str]:
        def facts() -> frozenset[str]:
            items = [self.ready.item(part.group, item).facts for item in part.items]
            return frozenset({part.judge}).union(*items)

        found: frozenset[str] = self.ready.once(("facts", id(part)), facts)
        return found

    def _sum(self, view: View, part: Counted) -> Sums:
        both = np.zeros(view.count, np.uint64)
        for item in part.items:
            both += self.item(part.group, item).taken(view)
        low, high = (both & np.uint64(2**HALF - 1)).view(np.int64), (both >> np.uint64(HALF)).view(np.int64)
        highest = self._highest(part)
        if highest is not None:
            low, high = np.minimum(low, highest), np.minimum(high, highest)
        return self._given(view, part.judge, (low, high))

    def _given(self, view: View, judge: str, sums: Sums) -> Sums:
        """Points a reviewer has given count as they are."""
        values = view.values(judge) if judge else None
        if values is None:
            return sums
        known = ~np.isnan(values)
        scale = UNIT if view.firms.columns[judge].kind.type == "int" else 1
        given = np.where(known, values, 0.0).astype(np.int64) * scale
        return np.where(known, given, sums[0]), np.where(known, given, sums[1])

    def check(self, names: Iterable[str]) -> None:
        """Refuses points that do not fit: below 0, no whole millionths, or more than 2,000 together."""
        for name in names:
            parts = [(part.group, item) for part in self.ready.counted(name) for item in part.items]
            ends = [
                _ends(ending) for group, item in parts for ending in self.item(group, item).lattice.endings
            ]
            if any(low < 0 for low, _ in ends) or sum(high for _, high in ends) >= 2**31:
                raise TooMany


def _ends(ending: Any) -> tuple[int, int]:
    """TooMany for a formula of facts: its points differ from firm to firm."""
    if isinstance(ending, Term) and any(leaf.grid for leaf in ending.leaves):
        raise TooMany
    low, high = ends_of(ending)
    if low is None or high is None:
        raise TooMany
    return _whole(low), _whole(high)


def _whole(points: Number) -> int:
    """In millionths. TooMany where they are none."""
    exact = Fraction(points) * UNIT
    if exact.denominator != 1:
        raise TooMany
    return int(exact)


class PointsCoder(SpanCoder):
    """Between which cells points lie."""

    axis: PointsAxis

    def __init__(self, axis: PointsAxis, points: Points) -> None:
        super().__init__(axis, with_null=False)
        self.points = points
        exact = [(Fraction(value) * UNIT, side) for value, side in axis.cuts]
        self.edges = [(floor(value), bool(side) or value.denominator != 1) for value, side in exact]

    @property
    def facts(self) -> frozenset[str]:
        return self.points.facts(self.axis.name)

    def made(self, view: View) -> Array:
        low, high = self.points.sums(view, self.axis.name)
        return self.code(self._passed(low), self._passed(high))

    def _passed(self, points: Array) -> Array:
        found = np.zeros(len(points), np.uint8)
        for edge, beyond in self.edges:
            found += (points > edge if beyond else points >= edge).view(np.uint8)
        return found
