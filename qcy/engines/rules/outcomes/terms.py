"""Numbers in which some facts are still missing: exact quotients of polynomials, never rounded.

A missing fact is a `Leaf`. `revenue / 3 + 20` with a missing revenue is the Term `(1/3 revenue + 20) / 1`.
Comparing a Term is done in `compare.py`: there it becomes a question about the leaf's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, lcm, prod

Number = int | Fraction

HIGHEST_DEGREE = 8
"""Above this a product of missing facts is no longer followed, only bounded."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something that has no value yet.

    `facts` are the facts that would settle it. Its values are the multiples of 1/`grid` between `low` and
    `high` (None: no bound); `grid` 0 means any real number.
    """

    id: str
    facts: frozenset[str]
    low: Number | None = None
    high: Number | None = None
    grid: int = 0

    @property
    def steps(self) -> tuple[Number | None, Number | None]:
        """First and last value, counted in steps of the grid (for a real leaf: the bounds themselves)."""
        if not self.grid:
            return self.low, self.high
        first = None if self.low is None else ceil(self.low * self.grid)
        return first, None if self.high is None else floor(self.high * self.grid)


Monomial = tuple[Leaf, ...]
"""Leaves multiplied, sorted by id; the empty one stands for the constant."""


@dataclass(frozen=True)
class Poly:
    parts: tuple[tuple[Monomial, Number], ...]
    """Monomials with their factors, sorted, none of them zero."""

    @staticmethod
    def of(parts: Mapping[Monomial, Number]) -> Poly:
        kept = ((m, c) for m, c in parts.items() if c)
        return Poly(tuple(sorted(kept, key=lambda part: tuple(leaf.id for leaf in part[0]))))

    @cached_property
    def constant(self) -> Number | None:
        """Its value when no leaf is in it, else None."""
        if not self.parts:
            return 0
        return self.parts[0][1] if len(self.parts) == 1 and not self.parts[0][0] else None

    @cached_property
    def leaves(self) -> frozenset[Leaf]:
        return frozenset(leaf for monomial, _ in self.parts for leaf in monomial)

    @cached_property
    def degree(self) -> int:
        return max((len(monomial) for monomial, _ in self.parts), default=0)

    def __add__(self, other: Poly) -> Poly:
        total = dict(self.parts)
        for monomial, factor in other.parts:
            total[monomial] = total.get(monomial, 0) + factor
        return Poly.of(total)

    def __mul__(self, other: Poly) -> Poly:
        total: dict[Monomial, Number] = {}
        for left, a in self.parts:
            for right, b in other.parts:
                monomial = tuple(sorted(left + right, key=lambda leaf: leaf.id))
                total[monomial] = total.get(monomial, 0) + a * b
        return Poly.of(total)

    def times(self, factor: Number) -> Poly:
        return Poly.of({monomial: c * factor for monomial, c in self.parts})

    @cached_property
    def bounds(self) -> Bounds:
        """Interval that holds every value (not the tightest when a leaf occurs twice)."""
        spans = [_scaled(_product([(leaf.low, leaf.high) for leaf in m]), c) for m, c in self.parts]
        lows, highs = [s[0] for s in spans], [s[1] for s in spans]
        return _sum_or_none(lows), _sum_or_none(highs)


Bounds = tuple[Number | None, Number | None]


def _sum_or_none(values: list[Number | None]) -> Number | None:
    known = [v for v in values if v is not None]
    return sum(known, start=0) if len(known) == len(values) else None


def _product(spans: list[Bounds]) -> Bounds:
    """Of intervals; without bound as soon as a side is open and the factors are not all at least 0."""
    if all(low is not None and low >= 0 for low, _ in spans):
        lows = [low for low, _ in spans if low is not None]
        highs = [high for _, high in spans if high is not None]
        return prod(lows, start=1), prod(highs, start=1) if len(highs) == len(spans) else None
    return spans[0] if len(spans) == 1 else (None, None)


def _scaled(span: Bounds, factor: Number) -> Bounds:
    low, high = (None if bound is None else plain(bound * factor) for bound in span)
    return (low, high) if factor > 0 else (high, low)


@dataclass(frozen=True)
class Term:
    """A quotient of polynomials. `kind` tells what the number counts: number, date (ordinal) or days."""

    n: Poly
    d: Poly
    kind: str = "number"

    @cached_property
    def leaves(self) -> frozenset[Leaf]:
        return self.n.leaves | self.d.leaves

    @cached_property
    def facts(self) -> frozenset[str]:
        return frozenset(fact for leaf in self.leaves for fact in leaf.facts)

    @cached_property
    def coefficients(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Numerator and denominator in the only leaf, as whole factors of 1, i, i² (i: steps of the grid)."""
        (leaf,) = self.leaves
        exact = [_factors(poly, leaf.grid or 1) for poly in (self.n, self.d)]
        whole = lcm(*(factor.denominator for factors in exact for factor in factors))
        n, d = (tuple(int(factor * whole) for factor in factors) for factors in exact)
        return n, d

    @cached_property
    def bounds(self) -> Bounds:
        if self.d.constant:
            return _scaled(self.n.bounds, Fraction(1) / self.d.constant)
        (low, high), (below, above) = self.n.bounds, self.d.bounds
        if low is None or low < 0 or below is None or below < 0:
            return None, None
        least = Fraction(low) / above if above else 0
        return least, None if high is None or below == 0 else Fraction(high) / below


def _factors(poly: Poly, grid: int) -> list[Fraction]:
    factors = [Fraction(0), Fraction(0), Fraction(0)]
    for monomial, factor in poly.parts:
        factors[len(monomial)] += Fraction(factor) / grid ** len(monomial)
    return factors


ONE = Poly.of({(): 1})


def constant(value: Number) -> Poly:
    return Poly.of({(): value})


def leaf_term(leaf: Leaf, kind: str = "number") -> Term:
    return Term(Poly.of({(leaf,): 1}), ONE, kind)


def as_term(value: Number | Term) -> Term:
    return value if isinstance(value, Term) else Term(constant(value), ONE)


def settled(term: Term) -> Number | Term | None:
    """The number itself when no leaf is left, None when the denominator is 0."""
    if term.d.constant == 0:
        return None
    if term.n.constant is not None and term.d.constant is not None:
        return plain(Fraction(term.n.constant) / term.d.constant)
    return term


def plain(value: Number) -> Number:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def add(a: Term, b: Term, kind: str = "number") -> Term:
    if a.d == b.d:
        return Term(a.n + b.n, a.d, kind)
    return Term(a.n * b.d + b.n * a.d, a.d * b.d, kind)


def negated(a: Term) -> Term:
    return Term(a.n.times(-1), a.d, a.kind)


def multiply(a: Term, b: Term) -> Term:
    return Term(a.n * b.n, a.d * b.d)


def divide(a: Term, b: Term) -> Term:
    """Where b itself has no value (its denominator is 0) the quotient has none either: b.d stays below the line."""
    if b.d.constant is not None:
        return Term(a.n * b.d, a.d * b.n)
    return Term(a.n * b.d * b.d, a.d * b.n * b.d)


def may_be_null(term: Term) -> bool:
    """Whether some value of the missing facts leaves the term without a value."""
    low = term.d.bounds[0]
    return term.d.constant is None and (low is None or low <= 0)


def followed(term: Term) -> bool:
    """Whether the term is still small enough to be followed exactly."""
    return term.n.degree <= HIGHEST_DEGREE and term.d.degree <= HIGHEST_DEGREE
