"""A quotient of facts over many firms: between which cells it lies; one cell where everything is known.

Correctly rounded division is monotone, so `fl(n / d) >= fl(p / q)` decides exactly while n and d are whole numbers below
2^53 and |p| d stays below 2^52. Column bounds prove it (the certificate); where they cannot, rounding is bounded, and firms
too close to an edge are left in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import inf
from typing import Any

import numpy as np

from ..lattice.axes import QuotientAxis
from ..lattice.polynomials import Polynomial
from .columns import EXACT, Array
from .view import View

CERTAIN = 2**52
"""Numerator of an edge times denominator: below it a rounded quotient passes the rounded edge exactly when it should."""

ROUNDING = 2.0**-48
"""A dozen float operations together are off by at most this part of the sizes that went into them."""

TINY = 5e-324

Span = tuple[Any, Any]
"""Least and greatest value of every firm; infinite where there is no bound."""

Limits = Mapping[str, tuple[Any, Any]]
"""Narrower limits of missing facts, in steps."""

NO_LIMITS: Limits = {}


LARGEST = 10**300


def in_range(axis: QuotientAxis) -> bool:
    """Whether floats hold everything that can turn up, roughly: numerators, denominators and edges."""
    facts = dict.fromkeys(axis.facts, EXACT)
    edges = [part for value, _ in axis.edges for part in value.as_integer_ratio()]
    return all(abs(size) < LARGEST for size in (axis.n.size(facts), axis.d.size(facts), *edges))


def certified(axis: QuotientAxis, over: int, under: int) -> bool:
    """Whether floats decide exactly, where numerators are no larger than `over` and denominators than `under`."""
    numerators = max((abs(value.numerator) for value, _ in axis.edges), default=0)
    return over < EXACT and under < EXACT and numerators * under < CERTAIN


class Quotient:
    """The quotient of one axis over the rows of a view."""

    def __init__(self, axis: QuotientAxis, view: View, limits: Limits = NO_LIMITS) -> None:
        self.axis, self.count = axis, view.count
        self.limits = {name: limits.get(name, axis.limits[name]) for name in axis.facts}
        self.least = {name: low for name, (low, _) in self.limits.items()}
        self.sizes = {name: self._largest(view, name) for name in axis.facts}
        self.values = {name: view.numbers(name) for name in axis.facts}
        self.view = view

    def between(self) -> tuple[Array, Array, Array, Array, Array]:
        """Fewest edges passed, most, whether there may be and must be no value, firms in doubt."""
        (least, most), (below, above) = self._span(self.axis.n), self._span(self.axis.d)
        any_sign = None
        if not self.axis.d.is_positive(self.least):
            negative, any_sign = (below == above) & (below < 0), (below < 0) & (below < above)
            least, most = np.where(negative, -most, least), np.where(negative, -least, most)
            below, above = np.where(negative, -above, below), np.where(negative, -below, above)
        low, doubt = self._passed(*self._least(least, below, above))
        high, more = self._passed(*self._most(most, below, above))
        null = below == 0
        if any_sign is not None:
            low[any_sign], high[any_sign] = 0, self.axis.inside - 1
            null |= any_sign & (above >= 0)
        return low, high, null, null & (above == 0), np.concatenate([doubt, more])

    @cached_property
    def ends(self) -> dict[str, Span]:
        return {name: self._ends(name) for name in self.axis.facts}

    def _ends(self, name: str) -> Span:
        """The value itself; its limits where it is missing: a number wins over NaN, and none lies outside."""
        values, (low, high) = self.values[name], self.limits[name]
        return np.fmax(values, float(low)), np.fmin(values, float(high))

    # -- numerator and denominator ----------------------------------------------

    def _span(self, polynomial: Polynomial) -> Span:
        """Every fact between its ends, each occurrence by itself."""
        least: Any = 0.0
        most: Any = 0.0
        for factor, names in polynomial.parts:
            low, high = self._product(names)
            low, high = (low, high) if factor == 1 else (low * float(factor), high * float(factor))
            low, high = (low, high) if factor > 0 else (high, low)
            least = low if least.__class__ is float and least == 0 else least + low
            most = high if most.__class__ is float and most == 0 else most + high
        return np.asarray(least), np.asarray(most)

    def _product(self, names: tuple[str, ...]) -> Span:
        """Of intervals; something that is 0 takes an open end with it."""
        if not names:
            return 1.0, 1.0
        low, high = self.ends[names[0]]
        for name in names[1:]:
            a, b = self.ends[name]
            with np.errstate(invalid="ignore"):
                if all(self.least[other] >= 0 for other in names):
                    low, high = low * a, np.fmax(high * b, 0.0)
                else:
                    corners = [np.where(np.isnan(c := x * y), 0.0, c) for x in (low, high) for y in (a, b)]
                    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
        return low, high

    def _largest(self, view: View, name: str) -> int:
        """Bounds what the fact can be, where it has a finite bound at all."""
        column = view.firms.columns.get(name)
        ends = [abs(end) for end in self.limits[name] if abs(end) < inf]
        return max([0 if column is None else column.size, *ends])

    @cached_property
    def certified(self) -> bool:
        return certified(self.axis, self.axis.n.size(self.sizes), self.axis.d.size(self.sizes))

    @cached_property
    def _around(self) -> tuple[Any, Any]:
        """How far numerator and denominator may be off; 0 where every step is exact."""
        return self._error(self.axis.n), self._error(self.axis.d)

    def _error(self, polynomial: Polynomial) -> Any:
        if polynomial.size(self.sizes) < EXACT:
            return 0.0
        largest = {name: np.fmax(np.abs(self.values[name]), self._finite(name)) for name in polynomial.facts}
        return polynomial.size(largest) * ROUNDING

    def _finite(self, name: str) -> float:
        """How large a fact can be where it is missing, if there is a bound."""
        return float(max([0, *(abs(end) for end in self.limits[name] if abs(end) < inf)]))

    # -- against the edges --------------------------------------------------------

    def _least(self, least: Any, below: Any, above: Any) -> tuple[Array, Any, Any]:
        """The least quotient, with what it is made of: a numerator below 0 counts most over the smallest."""
        if self.axis.n.is_positive(self.least):
            return self._over(least, above), least, above
        under = np.where(least >= 0, above, below)
        return self._over(least, under), least, under

    def _most(self, most: Any, below: Any, above: Any) -> tuple[Array, Any, Any]:
        if self.axis.n.is_positive(self.least):
            return self._over(most, below), most, below
        under = np.where(most >= 0, below, above)
        return self._over(most, under), most, under

    def _over(self, over: Any, under: Any) -> Array:
        """Over an open end a number is as near to 0 as one likes; 0 is 0 over everything."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = np.atleast_1d(over / under)
        if self._asks_for_zero:
            nothing = np.isnan(found)
            if nothing.any():
                found[nothing] = 0.0
            near = (found == 0) & (over != 0)
            if near.any():
                found[near] = np.copysign(TINY, np.broadcast_to(over, found.shape)[near])
        return np.broadcast_to(found, (self.count,))

    @cached_property
    def _asks_for_zero(self) -> bool:
        """Whether an edge lies at or below 0: else no quotient and 0 pass none alike."""
        return any(value <= 0 for value, _ in self.axis.edges)

    def _passed(self, quotient: Array, over: Any, under: Any) -> tuple[Array, Array]:
        """How many edges the quotient has passed, and the places at which floats cannot tell."""
        found = np.zeros(len(quotient), np.uint8)
        for value, side in self.axis.edges:
            edge = float(value)
            found += (quotient > edge if side else quotient >= edge).view(np.uint8)
        return found, np.zeros(0, np.int64) if self.certified else self._close(quotient, under)

    def _close(self, quotient: Array, under: Any) -> Array:
        """Where rounding leaves open on which side of an edge the quotient lies; never where it is infinite."""
        error, error_below = self._around
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            size = np.abs(quotient)
            off = size * ROUNDING + (error + size * error_below) / np.abs(under)
            doubt = np.zeros(len(quotient), bool)
            for value, _ in self.axis.edges:
                doubt |= np.abs(quotient - float(value)) <= off + abs(float(value)) * ROUNDING
            return np.flatnonzero(doubt & np.isfinite(quotient))
