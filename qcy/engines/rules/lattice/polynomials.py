"""Numerators and denominators of quotients in whole steps of their facts, and the interval they lie in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm, prod
from typing import Any

from ..outcomes.terms import Poly, Term

Ends = tuple[Any, Any]
"""Least and greatest value; infinite where there is no bound."""


@dataclass(frozen=True)
class Polynomial:
    """Whole factors and the facts they multiply."""

    parts: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def facts(self) -> frozenset[str]:
        return frozenset(name for _, names in self.parts for name in names)

    def at(self, values: Mapping[str, Any]) -> Any:
        """Its value, for one firm or for arrays of firms."""
        return sum(factor * prod(values[name] for name in names) for factor, names in self.parts)

    def size(self, sizes: Mapping[str, Any]) -> Any:
        """Bounds it, and every step on the way to it, where the facts are no larger than `sizes`."""
        return sum(abs(factor) * prod(sizes[name] for name in names) for factor, names in self.parts)

    def is_positive(self, least: Mapping[str, Any]) -> bool:
        """Whether it cannot be below 0, by the least values of its facts."""
        return all(factor > 0 and all(least[n] >= 0 for n in names) for factor, names in self.parts)

    def between(self, ends: Mapping[str, Ends]) -> Ends:
        """Least and greatest value where every fact lies between its ends, each occurrence by itself. Exact."""
        spans = [_scaled(_multiplied([ends[name] for name in names]), factor) for factor, names in self.parts]
        return _added(low for low, _ in spans), _added(high for _, high in spans)


def _multiplied(ends: list[Ends]) -> Ends:
    low, high = 1, 1
    for a, b in ends:
        corners = [_times(x, y) for x in (low, high) for y in (a, b)]
        low, high = min(corners), max(corners)
    return low, high


def _times(a: Any, b: Any) -> Any:
    """Something that is 0 takes an open end with it."""
    if not a or not b:
        return 0
    if a in _OPEN or b in _OPEN:  # times a whole number that no float holds, too
        return inf if (a > 0) == (b > 0) else -inf
    return a * b


def _added(ends: Iterable[Any]) -> Any:
    """Open where one of them is; lower ends are never open upwards, nor upper ends downwards."""
    found = list(ends)
    return next((end for end in found if end in _OPEN), None) or sum(found)


def _scaled(ends: Ends, factor: int) -> Ends:
    low, high = _times(ends[0], factor), _times(ends[1], factor)
    return (low, high) if factor > 0 else (high, low)


_OPEN = (inf, -inf)


def split(term: Term) -> tuple[Polynomial, Polynomial]:
    """Numerator and denominator in whole steps of the facts, with the same factor taken out of both."""
    exact = [_in_steps(poly) for poly in (term.n, term.d)]
    whole = lcm(*(factor.denominator for parts in exact for factor, _ in parts))
    n, d = (tuple((int(factor * whole), names) for factor, names in parts) for parts in exact)
    return Polynomial(n), Polynomial(d)


def whole_part(n: Polynomial, d: Polynomial) -> tuple[Fraction, Polynomial]:
    """n / d as a number and a rest over d, where d is one product: (b - a) / a is -1 and b / a. Else 0 and n."""
    if len(d.parts) == 1:
        ((below, product),) = d.parts
        for factor, names in n.parts:
            if names == product:
                rest = tuple(part for part in n.parts if part[1] != product)
                return Fraction(factor, below), Polynomial(rest)
    return Fraction(0), n


def _in_steps(poly: Poly) -> list[tuple[Fraction, tuple[str, ...]]]:
    found = []
    for monomial, factor in poly.parts:
        grid = prod(leaf.grid for leaf in monomial)
        found.append((Fraction(factor) / grid, tuple(leaf.id for leaf in monomial)))
    return found
