"""Where each firm lies on an axis, as a small number: one for every cell and for every span of cells a gap leaves open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from math import inf

import numpy as np

from ..lattice.axes import Axis, NumberAxis, QuotientAxis, Reach, WordAxis
from .columns import EXACT, Array
from .quotients import Limits, Quotient
from .view import View

OPEN_END = (0, inf)

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

    def made(self, view: View) -> Array:
        quotient = Quotient(self.axis, view)
        return (
            self._ratio(quotient, view)
            if self._is_ratio and quotient.certified
            else self._spanned(quotient, view)
        )

    def within(self, view: View, limits: Limits) -> Array:
        """The same where some missing facts have narrower limits, in steps."""
        return self._spanned(Quotient(self.axis, view, limits), view)

    def _spanned(self, quotient: Quotient, view: View) -> Array:
        low, high, null, none, doubt = quotient.between()
        found = self.code(low, high)
        if null.any():
            found += null.view(np.uint8) * np.uint8(self.spans)
            found[none] = 2 * self.spans
        for row in doubt:
            found[row] = self._exactly(view, int(row), quotient.limits)
        return found

    def _exactly(self, view: View, row: int, limits: Limits) -> int:
        """Too close to an edge for floats: by whole numbers, for this firm alone."""
        return self._code_of(self.axis.within(view.firms.row(view.row(row), self.axis.facts), limits))

    def _code_of(self, reach: Reach) -> int:
        if reach.high < reach.low:
            return 2 * self.spans
        return reach.high * (reach.high + 1) // 2 + reach.low + reach.null * self.spans

    # -- one fact over another ------------------------------------------------------

    @cached_property
    def _is_ratio(self) -> bool:
        """One fact over another, of which nothing is known but that they are not below 0: most quotients are."""
        parts = (*self.axis.n.parts, *self.axis.d.parts)
        single = len(self.axis.n.parts) == len(self.axis.d.parts) == 1 == len({*self.axis.limits.values()})
        return (
            single
            and all(f > 0 and len(names) == 1 for f, names in parts)
            and OPEN_END in self.axis.limits.values()
        )

    def _ratio(self, quotient: Quotient, view: View) -> Array:
        """Where something is missing or 0 the span hangs on that alone: it is added to what the division gives."""
        over, under = (part.parts[0][1][0] for part in (self.axis.n, self.axis.d))
        cells = quotient.cells()
        found = cells * (cells + np.uint8(3)) >> 1
        kinds = view.missing(over).view(np.uint8) + view.missing(under).view(np.uint8) * np.uint8(2)
        kinds += view.zero(over).view(np.uint8) * np.uint8(4)
        kinds += view.zero(under).view(np.uint8) * np.uint8(8)
        found += self._by_kind.take(kinds.astype(np.int64))
        return found

    @cached_property
    def _by_kind(self) -> Array:
        """By what is missing (1: numerator, 2: denominator) and what is 0 (4, 8): to be added, modulo 256."""
        found = np.zeros(16, np.uint8)
        top = self.axis.inside - 1
        for kind in (1, 2, 3, 6, 8, 9, 12):
            least, most = (0, inf) if kind & 1 else (0, 0) if kind & 4 else (1, 1)
            below, above = (0, inf) if kind & 2 else (0, 0) if kind & 8 else (1, 1)
            divided = top * (top + 3) // 2 if kind == 8 else 0  # 1 / 0 passes every edge, NaN passes none
            found[kind] = (self._code_of(self.axis.between(least, most, below, above)) - divided) % 256
        return found


def coder_of(axis: Axis) -> Coder:
    """TooMany where bytes or floats are not enough."""
    if isinstance(axis, WordAxis):
        return WordCoder(axis)
    if isinstance(axis, NumberAxis):
        return NumberCoder(axis)
    assert isinstance(axis, QuotientAxis)
    return QuotientCoder(axis)
