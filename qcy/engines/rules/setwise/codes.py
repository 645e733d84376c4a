"""Where each firm lies on an axis, as a small number: one for every cell and for every span of cells a gap leaves open."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from ..lattice.axes import Axis, NumberAxis, QuotientAxis, Reach, WordAxis
from .columns import EXACT, Array
from .open_ends import OpenEnds
from .quotients import NO_LIMITS, Limits, Quotient, in_range
from .view import View

LARGEST = 255
"""Codes are single bytes."""


class TooMany(Exception):
    """More spans of cells than a byte can tell apart, or numbers that floats do not hold."""


class Coder(ABC):
    """`bits[code]`: the cells behind a code."""

    bits: list[int]

    def __init__(self, axis: Axis) -> None:
        self.axis = axis

    @property
    def facts(self) -> frozenset[str]:
        """Everything the codes hang on."""
        return frozenset(self.axis.facts)

    def codes(self, view: View) -> Array:
        """One byte per firm."""
        return view.once(self, self.made)

    @abstractmethod
    def made(self, view: View) -> Array:
        """The codes, worked out."""

    def _sized(self, bits: list[int]) -> None:
        if len(bits) > LARGEST:
            raise TooMany
        self.bits = bits


class WordCoder(Coder):
    """Cells, then everything."""

    axis: WordAxis

    def __init__(self, axis: WordAxis) -> None:
        super().__init__(axis)
        self._sized([*(1 << cell for cell in range(axis.cells)), (1 << axis.cells) - 1])
        self._known: dict[tuple[str, ...], Array] = {}

    def made(self, view: View) -> Array:
        column = view.firms.columns.get(self.axis.facts[0])
        values = view.values(self.axis.facts[0])
        if column is None or values is None:
            return np.full(view.count, self.axis.cells, np.uint8)
        if column.kind.type == "bool":
            return np.minimum(values.view(np.uint8), 2)
        return self._cells(column.words).take(values.astype(np.int64) + 1)

    def _cells(self, words: tuple[str, ...]) -> Array:
        """By the place of a word, after one for "missing"."""
        if words not in self._known:
            self._known[words] = np.array([self.axis.cells, *map(self.axis.cell, words)], np.uint8)
        return self._known[words]


class NumberCoder(Coder):
    """Cells, then what is left within the fact's bounds."""

    axis: NumberAxis

    def __init__(self, axis: NumberAxis) -> None:
        super().__init__(axis)
        self._sized([*(1 << cell for cell in range(axis.cells)), axis.bits(axis.anything)])
        if any(abs(cut) >= EXACT for cut in axis.cuts):
            raise TooMany

    def made(self, view: View) -> Array:
        (fact,) = self.axis.facts
        values = view.numbers(fact)
        found = view.missing(fact).view(np.uint8) * np.uint8(self.axis.cells)
        for cut in self.axis.cuts:
            found += (values >= cut).view(np.uint8)
        return found


class SpanCoder(Coder):
    """Every span of cells from `low` to `high`, at high (high + 1) / 2 + low; then the same with "no value", then that alone."""

    def __init__(self, axis: Axis, with_null: bool) -> None:
        super().__init__(axis)
        spans = [(low, high) for high in range(axis.inside) for low in range(high + 1)]
        self.spans = len(spans)
        bits = [((1 << (high + 1)) - (1 << low)) << axis.has_null for low, high in spans]
        self._sized(bits + ([cells | 1 for cells in bits] + [1] if with_null else []))

    def code(self, low: Array, high: Array) -> Array:
        return (high * (high + np.uint8(1)) >> 1) + low


class QuotientCoder(SpanCoder):
    axis: QuotientAxis

    def __init__(self, axis: QuotientAxis) -> None:
        super().__init__(axis, with_null=True)
        if not in_range(axis):
            raise TooMany
        self.open_ends = OpenEnds(axis, self._code_of) if OpenEnds.suits(axis) else None

    def made(self, view: View) -> Array:
        found = self.open_ends.made(view) if self.open_ends else None
        if found is None:
            return self.within(view, NO_LIMITS)
        codes, doubt = found
        return self._settled(codes, doubt, view, NO_LIMITS)

    def within(self, view: View, limits: Limits) -> Array:
        """The same where some missing facts have narrower limits, in steps."""
        low, high, null, none, doubt = Quotient(self.axis, view, limits).between()
        found = self.code(low, high)
        if null.any():
            found += null.view(np.uint8) * np.uint8(self.spans)
            found[none] = 2 * self.spans
        return self._settled(found, doubt, view, limits)

    def _settled(self, codes: Array, doubt: Array, view: View, limits: Limits) -> Array:
        """Firms too close to an edge for floats: by whole numbers, one by one."""
        for row in map(int, doubt):
            facts = view.firms.row(view.row(row), self.axis.facts)
            codes[row] = self._code_of(self.axis.within(facts, limits))
        return codes

    def _code_of(self, reach: Reach) -> int:
        if reach.high < reach.low:
            return 2 * self.spans
        return reach.high * (reach.high + 1) // 2 + reach.low + reach.null * self.spans


def coder_of(axis: Axis) -> Coder:
    """TooMany where bytes or floats are not enough."""
    if isinstance(axis, WordAxis):
        return WordCoder(axis)
    if isinstance(axis, NumberAxis):
        return NumberCoder(axis)
    assert isinstance(axis, QuotientAxis)
    return QuotientCoder(axis)
