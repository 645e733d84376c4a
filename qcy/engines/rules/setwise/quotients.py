"""A quotient of facts over many firms: the cell it lies in, or between which cells where facts are missing.

Correctly rounded division is monotone, so `fl(n / d) >= fl(p / q)` decides exactly while n and d are whole numbers below
2^53 and |p| d stays below 2^52. Column bounds prove it (the certificate); where they cannot, both sides are multiplied
out with a bound on rounding, and firms too close to an edge are left in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from math import inf, prod
from typing import Any

import numpy as np

from ..lattice.axes import QuotientAxis
from ..lattice.polynomials import Polynomial
from .columns import EXACT, Array
from .view import View

CERTAIN = 2**52

ROUNDING = 2.0**-48
"""A dozen float operations together are off by at most this part of the sizes that went into them."""


Limits = Mapping[str, tuple[Any, Any]]
"""Narrower limits of missing facts, in steps."""

NO_LIMITS: Limits = {}


class Quotient:
    """The quotient of one axis over the rows of a view."""

    def __init__(self, axis: QuotientAxis, view: View, limits: Limits = NO_LIMITS) -> None:
        self.axis, self.limits = axis, limits
        self.values = {name: view.numbers(name) for name in axis.facts}
        self.sizes = {name: _largest(view, axis, name, limits) for name in axis.facts}
        self.n, self.d = self._at(axis.n), self._at(axis.d)
        self.open = np.isnan(self.n) | np.isnan(self.d)
        self.no_value = self.d == 0

    def known(self) -> tuple[Array, Array]:
        """(how many edges each quotient has passed, firms that are in doubt); 0 where something is missing."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            quotient = self.n / self.d
        errors = self._error(self.axis.n), self._error(self.axis.d)
        return self._passed(quotient, self.n, self.d, *errors)

    def between(self, rows: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Where facts are missing: fewest edges passed, most, whether there may be and must be no value, firms in doubt."""
        ends = {name: self._ends(name, values[rows]) for name, values in self.values.items()}
        least, most = _between(self.axis.n, ends)
        below, above = _between(self.axis.d, ends)
        sizes = {name: np.where(np.isfinite(high), np.abs(high), 0.0) for name, (_, high) in ends.items()}
        errors = [self._error(p, sizes) for p in (self.axis.n, self.axis.d)]
        low, doubt = self._reached(least, np.where(least >= 0, above, below), *errors)
        high, more = self._reached(most, np.where(most >= 0, below, above), *errors)
        odd = np.flatnonzero(below < 0)
        return low, high, below == 0, above == 0, np.concatenate([doubt, more, odd])

    # -- numerator and denominator ----------------------------------------------

    def _at(self, polynomial: Polynomial) -> Any:
        total: Any = 0.0
        for factor, names in polynomial.parts:
            part: Any = float(factor)
            for name in names:
                part = self.values[name] if part.__class__ is float and part == 1.0 else part * self.values[name]
            total = part if total.__class__ is float and total == 0.0 else total + part
        return total

    def _ends(self, name: str, values: Array) -> tuple[Array, Array]:
        missing, (low, high) = np.isnan(values), self.limits.get(name, self.axis.limits[name])
        return np.where(missing, float(low), values), np.where(missing, float(high), values)

    def _size(self, polynomial: Polynomial) -> int:
        """Bounds the polynomial, whatever is missing within finite limits."""
        return sum(abs(factor) * prod(self.sizes[name] for name in names) for factor, names in polynomial.parts)

    @cached_property
    def _certified(self) -> bool:
        n, d = self._size(self.axis.n), self._size(self.axis.d)
        numerators = max((abs(value.numerator) for value, _ in self.axis.edges), default=0)
        return n < EXACT and d < EXACT and numerators * d < CERTAIN

    def _error(self, polynomial: Polynomial, sizes: Mapping[str, Array] | None = None) -> Any:
        """How far a polynomial may be off; 0 where every step of it is exact."""
        if self._size(polynomial) < EXACT:
            return 0.0
        around: Any = 0.0
        for factor, names in polynomial.parts:
            part: Any = abs(float(factor))
            for name in names:
                part = part * np.abs((sizes or self.values)[name])
            around = around + part
        return around * ROUNDING

    # -- against the edges --------------------------------------------------------

    def _reached(self, over: Array, under: Array, error: Any, error_below: Any) -> tuple[Array, Array]:
        """The same at an end, where both may be infinite or 0: over an open end it is as near to 0 as one likes."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            quotient = over / under
        quotient[over == 0] = 0.0
        near = (quotient == 0) & (over != 0)
        quotient[near] = np.copysign(TINY, over[near])
        return self._passed(quotient, over, under, error, error_below)

    def _passed(
        self, quotient: Array, over: Any, under: Any, error: Any, error_below: Any
    ) -> tuple[Array, Array]:
        """How many edges the quotient has passed, and the places at which floats cannot tell."""
        found, doubt = np.zeros(len(quotient), np.uint8), np.zeros(len(quotient), bool)
        for value, side in self.axis.edges:
            edge = float(value)
            found += (quotient > edge if side else quotient >= edge).view(np.uint8)
            if not self._certified:
                doubt |= _close(over, under, value, error, error_below)
        return found, np.flatnonzero(doubt)


TINY = 5e-324


def _largest(view: View, axis: QuotientAxis, name: str, limits: Limits) -> int:
    """Bounds what the fact can be, where it has a finite bound at all."""
    column = view.firms.columns.get(name)
    known = [] if column is None else [-column.least, column.most]
    ends = (*axis.limits[name], *limits.get(name, ()))
    return max([0, *known, *(abs(end) for end in ends if abs(end) < inf)])


def _between(polynomial: Polynomial, ends: Mapping[str, tuple[Array, Array]]) -> tuple[Array, Array]:
    """Least and greatest value where every fact lies between its ends, each occurrence by itself."""
    least: Any = 0.0
    most: Any = 0.0
    count = len(next(iter(ends.values()))[0])
    for factor, names in polynomial.parts:
        low, high = np.ones(count), np.ones(count)
        for name in names:
            low, high = _product(low, high, *ends[name])
        low, high = low * factor, high * factor
        least, most = (least + low, most + high) if factor > 0 else (least + high, most + low)
    return least, most


def _product(low: Array, high: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Of two intervals; something that is 0 takes an open end with it."""
    with np.errstate(invalid="ignore"):
        if np.all(low >= 0) and np.all(a >= 0):
            corners = [_zeroed(low * a), _zeroed(high * b)]
        else:
            corners = [_zeroed(x * y) for x in (low, high) for y in (a, b)]
    return np.minimum.reduce(corners), np.maximum.reduce(corners)


def _zeroed(values: Array) -> Array:
    """0 times something without a bound is 0."""
    values[np.isnan(values)] = 0.0
    return values


def _close(over: Any, under: Any, edge: Fraction, error: Any, error_below: Any) -> Any:
    """Where rounding leaves open on which side of an edge the quotient lies; never where an end is infinite."""
    with np.errstate(invalid="ignore"):
        left, right = over * float(edge.denominator), under * float(edge.numerator)
        off = (np.abs(left) + np.abs(right)) * ROUNDING
        off = off + error * float(edge.denominator) + error_below * abs(float(edge.numerator))
        return np.isfinite(left) & np.isfinite(right) & (np.abs(left - right) <= off)
