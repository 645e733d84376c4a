"""Polynomials of facts over a table, in whole steps, with a bound on what rounding can have done to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, lcm, prod
from typing import Any

import numpy as np

from ..outcomes.terms import Poly, Term
from .columns import EXACT, Array

ROUNDING = 2.0**-50
"""A few float operations together are off by at most this part of the sizes that went into them."""


@dataclass(frozen=True)
class Values:
    """One number per firm; `error` bounds how far it may be off, None where it is proved exact. `size` bounds it."""

    values: Any
    error: Any
    size: int


@dataclass(frozen=True)
class Polynomial:
    """Whole factors and the facts they multiply."""

    parts: tuple[tuple[int, tuple[str, ...]], ...]

    def at(self, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Values:
        total: Any = 0.0
        around: Any = 0.0
        bound = sum(abs(factor) * prod(sizes[name] for name in names) for factor, names in self.parts)
        exact = bound < EXACT
        for factor, names in self.parts:
            part: Any = float(factor)
            for name in names:
                part = part * values[name] if part.__class__ is not float or part != 1.0 else values[name]
            total = part if total.__class__ is float and total == 0.0 else total + part
            around = around if exact else around + np.abs(part)
        return Values(np.asarray(total, float), None if exact else around * ROUNDING, bound)

    def between(self, low: Mapping[str, Array], high: Mapping[str, Array]) -> tuple[Array, Array]:
        """Least and greatest value where the facts lie between `low` and `high` (infinite: no bound)."""
        least: Any = np.zeros(1)
        most: Any = np.zeros(1)
        for factor, names in self.parts:
            below, above = _scaled((np.ones(1), np.ones(1)), factor)
            for name in names:
                below, above = _product((below, above), (low[name], high[name]))
            least, most = least + below, most + above
        return least, most

    def in_one(self, name: str) -> tuple[Polynomial, Polynomial] | None:
        """(a, b) of a + b x for that fact; None where it occurs in a higher power."""
        if any(names.count(name) > 1 for _, names in self.parts):
            return None
        without = tuple(part for part in self.parts if name not in part[1])
        factors = tuple(
            (factor, tuple(n for n in names if n != name)) for factor, names in self.parts if name in names
        )
        return Polynomial(without), Polynomial(factors)


Ends = tuple[Any, Any]


def _scaled(ends: Ends, factor: int) -> Ends:
    low, high = ends[0] * factor, ends[1] * factor
    return (low, high) if factor > 0 else (high, low)


def _product(a: Ends, b: Ends) -> Ends:
    """Of two intervals; something that is 0 takes an open end with it."""
    with np.errstate(invalid="ignore"):
        corners = [np.nan_to_num(x * y, nan=0.0, posinf=inf, neginf=-inf) for x in a for y in b]
    return np.minimum.reduce(corners), np.maximum.reduce(corners)


def split(term: Term) -> tuple[Polynomial, Polynomial]:
    """Numerator and denominator in whole steps of the facts, with the same factor taken out of both."""
    exact = [_in_steps(poly) for poly in (term.n, term.d)]
    whole = lcm(*(factor.denominator for parts in exact for factor, _ in parts))
    n, d = (tuple((int(factor * whole), names) for factor, names in parts) for parts in exact)
    return Polynomial(n), Polynomial(d)


def _in_steps(poly: Poly) -> list[tuple[Fraction, tuple[str, ...]]]:
    found = []
    for monomial, factor in poly.parts:
        grid = prod(leaf.grid for leaf in monomial)
        found.append((Fraction(factor) / grid, tuple(leaf.id for leaf in monomial)))
    return found


@dataclass(frozen=True)
class Over:
    """The edges a quotient is compared with, in order; (value, 0) just before it, (value, 1) just after."""

    edges: list[tuple[Fraction, int]]

    def cells(self, n: Values, d: Values, beside: int | None = None) -> tuple[Array, Any]:
        """How many edges n / d has passed (0 where something is missing), and where rounding leaves it open.

        `beside` 1 or -1: for the numbers just above or just below the quotient.
        """
        shape = np.broadcast_shapes(np.shape(n.values), np.shape(d.values))
        found, unsure = np.zeros(shape, np.int32), None
        if np.any(d.values < 0):
            sign = np.where(d.values < 0, -1.0, 1.0)
            n, d = replace(n, values=n.values * sign), replace(d, values=d.values * sign)
        with np.errstate(invalid="ignore", over="ignore"):
            for edge, side in self.edges:
                over, under = n.values * float(edge.denominator), d.values * float(edge.numerator)
                strictly = bool(side) if beside is None else beside < 0
                found += over > under if strictly else over >= under
                doubt = self._doubt(n, d, edge, over, under)
                unsure = doubt if unsure is None else unsure if doubt is None else unsure | doubt
        return found, unsure

    @staticmethod
    def _doubt(n: Values, d: Values, edge: Fraction, over: Any, under: Any) -> Any:
        """Firms too close to an edge to tell; None where every product is proved exact."""
        sizes = n.size * edge.denominator, d.size * abs(edge.numerator)
        if n.error is None and d.error is None and max(sizes) < EXACT:
            return None
        error = (np.abs(over) + np.abs(under)) * ROUNDING
        error = error + (0 if n.error is None else n.error * float(edge.denominator))
        error = error + (0 if d.error is None else d.error * abs(float(edge.numerator)))
        return np.abs(over - under) <= error

    @property
    def narrowest(self) -> float:
        """Width of the narrowest cell between two edges (infinite when there is none)."""
        values = [value for value, _ in self.edges]
        return min((float(b - a) for a, b in zip(values, values[1:], strict=False)), default=inf)

    def farthest(self) -> float:
        return max((abs(float(value)) for value, _ in self.edges), default=0.0)
