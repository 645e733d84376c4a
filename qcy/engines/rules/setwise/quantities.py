"""Numbers of a whole table, exact: `factor * n / d` with whole numbers in float64 and a proof that none grows too large.

NaN in `n` or `d` means that a fact in it is missing. A quotient is never formed: it is compared by
cross-multiplication, in float64 where the bounds prove every product below 2^53, else in int64; where neither holds
(growth over three years multiplies three sums) in float64 with an error bound, and rows within it stay undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, gcd
from typing import Any

import numpy as np

from .columns import EXACT, Array, Column, Firms, grid

WIDE = 2**62

ROUNDING = 2.0**-52
"""A float operation is off by at most this part of its result (twice what IEEE 754 allows)."""


class NotCertain(Exception):
    """Nothing proves that this can be computed exactly over the table: the interpreter has to do it."""


@dataclass(frozen=True)
class Quantity:
    """`least` and `most` bound n, `highest` bounds d (never negative)."""

    factor: Fraction
    n: Any
    d: Any
    least: int
    most: int
    highest: int = 1
    kind: str = "number"
    error: Any = 0.0
    """Bound of the rounding error of n; 0 where n is exact."""

    error_below: Any = 0.0
    """The same of d."""

    @property
    def constant(self) -> Fraction | None:
        return self.factor * int(self.n) if self.d is None and not isinstance(self.n, np.ndarray) else None


def constant(value: int | Fraction, kind: str = "number") -> Quantity:
    return Quantity(
        Fraction(value) if value else Fraction(1),
        1 if value else 0,
        None,
        0 if not value else 1,
        1 if value else 0,
        kind=kind,
    )


def of_column(column: Column) -> Quantity:
    """A fact."""
    kind = column.kind
    what = "date" if kind.type == "date" else "number"
    return Quantity(Fraction(1, grid(kind)), column.values, None, column.least, column.most, kind=what)


def unknown_column(firms: Firms, kind: Any) -> Quantity:
    """A fact nobody has told of any firm."""
    return of_column(Column(kind, np.full(firms.count, np.nan)))


def _exact(*bounds: int) -> bool:
    return all(abs(bound) < EXACT for bound in bounds)


def _off(exact: bool, result: Any, inherited: Any) -> Any:
    """The error of a result: nothing where it is proved exact, else its own rounding on top of what it inherits."""
    return 0.0 if exact else inherited + np.abs(result) * ROUNDING


def add(a: Quantity, b: Quantity, kind: str = "number") -> Quantity:
    if a.d is not None or b.d is not None:
        return _add_quotients(a, b, kind)
    factor = _common(a.factor, b.factor)
    p, q = int(a.factor / factor), int(b.factor / factor)
    least = _least(p, a) + _least(q, b)
    most = _most(p, a) + _most(q, b)
    exact = _exact(least, most, p * a.least, p * a.most, q * b.least, q * b.most)
    n = a.n * float(p) + b.n * float(q)
    inherited = (
        a.error * abs(p) + b.error * abs(q) + (np.abs(a.n * float(p)) + np.abs(b.n * float(q))) * ROUNDING
    )
    return Quantity(factor, n, None, least, most, 1, kind, error=_off(exact, n, inherited))


def _least(p: int, a: Quantity) -> int:
    return min(p * a.least, p * a.most)


def _most(p: int, a: Quantity) -> int:
    return max(p * a.least, p * a.most)


def _add_quotients(a: Quantity, b: Quantity, kind: str) -> Quantity:
    """a.n/a.d + b.n/b.d over the product of the denominators."""
    left = multiply(_numerator(a), _denominator(b))
    right = multiply(_numerator(b), _denominator(a))
    under = multiply(_denominator(a), _denominator(b))
    total = add(left, right)
    return Quantity(
        total.factor / under.factor,
        total.n,
        np.asarray(under.n, float),
        total.least,
        total.most,
        size(under),
        kind,
        error=total.error,
        error_below=under.error,
    )


def _numerator(a: Quantity) -> Quantity:
    return Quantity(a.factor, a.n, None, a.least, a.most, error=a.error)


def _denominator(a: Quantity) -> Quantity:
    if a.d is None:
        return constant(1)
    return Quantity(Fraction(1), a.d, None, 0, a.highest, error=a.error_below)


def _or_one(d: Any) -> Any:
    return 1 if d is None else d


def size(a: Quantity) -> int:
    """Bound of |n|."""
    return max(abs(a.least), abs(a.most))


def _common(a: Fraction, b: Fraction) -> Fraction:
    top = gcd(a.numerator * b.denominator, b.numerator * a.denominator)
    return Fraction(top, a.denominator * b.denominator)


def is_exact(a: Quantity) -> bool:
    return isinstance(a.error, float) and isinstance(a.error_below, float)


def negated(a: Quantity) -> Quantity:
    return replace(a, factor=-a.factor)


def multiply(a: Quantity, b: Quantity) -> Quantity:
    for one, other in ((a, b), (b, a)):
        value = other.constant
        if value is not None:
            return _scaled(one, value)
    bound, highest = size(a) * size(b), a.highest * b.highest
    n = np.asarray(a.n * b.n, float)
    d = None if a.d is None and b.d is None else np.asarray(_or_one(a.d) * _or_one(b.d), float)
    error = _off(_exact(bound), n, np.abs(a.n) * b.error + np.abs(b.n) * a.error)
    inherited = np.abs(_or_one(a.d)) * b.error_below + np.abs(_or_one(b.d)) * a.error_below
    below = 0.0 if d is None else _off(_exact(highest), d, inherited)
    return Quantity(a.factor * b.factor, n, d, -bound, bound, highest, error=error, error_below=below)


def _scaled(a: Quantity, value: Fraction) -> Quantity:
    if value == 0:
        plain = a.d is None and not isinstance(a.n, np.ndarray)
        return constant(0) if plain else replace(a, n=a.n * 0.0, least=0, most=0, error=0.0)
    return replace(a, factor=a.factor * value, kind="number")


def divide(a: Quantity, b: Quantity) -> Quantity:
    """`b` is never negative (the pack's check has proved it): where it is 0 the quotient has no value."""
    value = b.constant
    if value is not None:
        if value == 0:
            raise NotCertain
        return _scaled(a, 1 / value)
    top = a if b.d is None else multiply(_numerator(a), _denominator(b))
    under = multiply(_denominator(a), _numerator(b)) if a.d is not None else b
    return Quantity(
        top.factor / under.factor,
        top.n,
        np.asarray(under.n, float),
        top.least,
        top.most,
        size(under),
        error=top.error,
        error_below=under.error,
    )


def compare(op: str, a: Quantity, bound: Fraction) -> Array:
    """`a op bound` where that is certain; False where a fact is missing, where there is no value, or where
    the error bound leaves it open (then the opposite comparison is False as well)."""
    if a.d is None and isinstance(a.error, float):
        return _compare_whole(op, a, bound)
    left, right = a.factor.numerator * bound.denominator, bound.numerator * a.factor.denominator
    shared = gcd(left, right) or 1
    left, right = left // shared, right // shared
    sizes = size(a) * abs(left), a.highest * abs(right)
    exact = is_exact(a)
    with np.errstate(invalid="ignore"):
        if exact and max(sizes) < EXACT:
            return _SIGNED[op](a.n * left, a.d * right) & (a.d > 0)
        if exact and max(sizes) < WIDE:
            return _compare_wide(op, a, left, right)
        return _compare_rounded(op, a, left, right)


def _compare_rounded(op: str, a: Quantity, left: int, right: int) -> Array:
    """Certain only where the two sides are further apart than everything that rounding can have done."""
    d = _or_one(a.d)
    over, under = a.n * float(left), d * float(right)
    error = (
        a.error * abs(float(left))
        + a.error_below * abs(float(right))
        + (np.abs(over) + np.abs(under)) * 4 * ROUNDING
    )
    apart = np.abs(over - under) > error
    return np.asarray(_SIGNED[op](over, under) & apart & (d > 0))


def _compare_wide(op: str, a: Quantity, left: int, right: int) -> Array:
    known = ~(np.isnan(a.n) | np.isnan(a.d))
    n, d = np.where(known, a.n, 0).astype(np.int64), np.where(known, a.d, 0).astype(np.int64)
    return _SIGNED[op](n * left, d * right) & (d > 0) & known


_SIGNED: dict[str, Callable[[Any, Any], Any]] = {
    ">=": np.greater_equal,
    ">": np.greater,
    "<=": np.less_equal,
    "<": np.less,
    "=": np.equal,
    "!=": lambda a, b: (a < b) | (a > b),  # NaN is not unequal: it is not known
}


def _compare_whole(op: str, a: Quantity, bound: Fraction) -> Array:
    """Without a denominator: whole steps against a whole threshold."""
    at = bound / a.factor
    op = op if a.factor > 0 else _TURNED[op]
    whole = at.denominator == 1
    if not whole and op in {"=", "!="}:
        return (a.n == a.n) & (op == "!=")
    edge = {">=": ceil(at), ">": floor(at) + 1, "<=": floor(at), "<": ceil(at) - 1}.get(op, at)
    with np.errstate(invalid="ignore"):
        edge = max(-EXACT, min(EXACT, edge))  # no value of a column lies beyond
        return _SIGNED[{">": ">=", "<": "<="}.get(op, op)](a.n, float(edge))


_TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "!=": "!="}
