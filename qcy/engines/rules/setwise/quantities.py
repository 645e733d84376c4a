"""Numbers of a whole table, exact: `factor * n / d` with whole numbers in float64 and a proof that none grows too large.

NaN in `n` or `d` means that a fact in it is missing. A quotient is never formed: it is compared by
cross-multiplication, in float64 where the bounds prove every product below 2^53, else in int64, else not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd
from typing import Any

import numpy as np

from .columns import EXACT, Array, Column, Firms, grid

WIDE = 2**62


class NotCertain(Exception):
    """Nothing proves that this can be computed exactly over the table: the interpreter has to do it."""


@dataclass(frozen=True)
class Quantity:
    """`least` and `most` bound n, `highest` bounds d (never negative); `rising` and `falling` are its facts by role.

    A missing fact in `rising` only raises the quantity as it grows from 0, one in `falling` only lowers it;
    `mixed` holds the facts of which neither is known.
    """

    factor: Fraction
    n: Any
    d: Any
    least: int
    most: int
    highest: int = 1
    rising: frozenset[str] = frozenset()
    falling: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    kind: str = "number"

    @property
    def facts(self) -> frozenset[str]:
        return self.rising | self.falling | self.mixed

    @property
    def constant(self) -> Fraction | None:
        return self.factor * int(self.n) if not self.facts and self.d is None and not isinstance(self.n, np.ndarray) else None


def constant(value: int | Fraction, kind: str = "number") -> Quantity:
    return Quantity(Fraction(value) if value else Fraction(1), 1 if value else 0, None, 0 if not value else 1, 1 if value else 0, kind=kind)


def of_column(column: Column) -> Quantity:
    """A fact. It counts as rising only if it starts at 0 and has no upper bound."""
    kind = column.kind
    name = frozenset({kind.name})
    simple = kind.low == 0 and kind.high is None
    what = "date" if kind.type == "date" else "number"
    role = {"rising": name} if simple else {"mixed": name}
    return Quantity(Fraction(1, grid(kind)), column.values, None, column.least, column.most, kind=what, **role)


def unknown_column(firms: Firms, kind: Any) -> Quantity:
    """A fact nobody has told of any firm."""
    return of_column(Column(kind, np.full(firms.count, np.nan)))


def _certain(*bounds: int) -> None:
    if any(abs(bound) >= EXACT for bound in bounds):
        raise NotCertain


def add(a: Quantity, b: Quantity, kind: str = "number") -> Quantity:
    if a.d is not None or b.d is not None:
        return _add_quotients(a, b, kind)
    factor = _common(a.factor, b.factor)
    p, q = int(a.factor / factor), int(b.factor / factor)
    least = _least(p, a) + _least(q, b)
    most = _most(p, a) + _most(q, b)
    _certain(least, most, p * a.least, p * a.most, q * b.least, q * b.most)
    return Quantity(factor, a.n * p + b.n * q, None, least, most, 1, *_roles(a, b), kind)


def _least(p: int, a: Quantity) -> int:
    return min(p * a.least, p * a.most)


def _most(p: int, a: Quantity) -> int:
    return max(p * a.least, p * a.most)


def _add_quotients(a: Quantity, b: Quantity, kind: str) -> Quantity:
    factor = _common(a.factor, b.factor)
    p, q = int(a.factor / factor), int(b.factor / factor)
    bound = max(abs(p) * _size(a) * b.highest, abs(q) * _size(b) * a.highest) * 2
    _certain(bound, a.highest * b.highest)
    n = a.n * _or_one(b.d) * p + b.n * _or_one(a.d) * q
    return Quantity(factor, n, _or_one(a.d) * _or_one(b.d), -bound, bound, a.highest * b.highest, *_all_mixed(a, b), kind)


def _or_one(d: Any) -> Any:
    return 1 if d is None else d


def _size(a: Quantity) -> int:
    return max(abs(a.least), abs(a.most))


def _common(a: Fraction, b: Fraction) -> Fraction:
    top = gcd(a.numerator * b.denominator, b.numerator * a.denominator)
    return Fraction(top, a.denominator * b.denominator)


Roles = tuple[frozenset[str], frozenset[str], frozenset[str]]


def _roles(a: Quantity, b: Quantity) -> Roles:
    """A fact that rises here and falls there is mixed."""
    rising, falling, mixed = a.rising | b.rising, a.falling | b.falling, a.mixed | b.mixed
    both = (rising & falling) | mixed
    return rising - both, falling - both, both


def _all_mixed(a: Quantity, b: Quantity) -> Roles:
    return frozenset(), frozenset(), a.facts | b.facts


def negated(a: Quantity) -> Quantity:
    return Quantity(-a.factor, a.n, a.d, a.least, a.most, a.highest, a.falling, a.rising, a.mixed, a.kind)


def multiply(a: Quantity, b: Quantity) -> Quantity:
    """By a constant the roles stay (or turn with its sign); otherwise nothing is promised about them."""
    for one, other in ((a, b), (b, a)):
        value = other.constant
        if value is not None:
            scaled = Quantity(one.factor * value, one.n, one.d, one.least, one.most, one.highest, one.rising, one.falling, one.mixed)
            return scaled if value > 0 else constant(0) if value == 0 and not one.facts else negated(Quantity(**{**vars(scaled), "factor": -scaled.factor}))
    bound, highest = _size(a) * _size(b), a.highest * b.highest
    _certain(bound, highest)
    d = None if a.d is None and b.d is None else _or_one(a.d) * _or_one(b.d)
    return Quantity(a.factor * b.factor, a.n * b.n, d, -bound, bound, highest, *_all_mixed(a, b))


def divide(a: Quantity, b: Quantity) -> Quantity:
    """`b` is never negative (the pack's check has proved it): where it is 0 the quotient has no value."""
    value = b.constant
    if value is not None:
        if value == 0:
            raise NotCertain
        return multiply(a, constant(1 / value))
    simple = a.d is None and b.d is None and not b.falling and not b.mixed and not a.falling and not a.mixed and a.least >= 0
    bound, highest = _size(a) * b.highest, a.highest * _size(b)
    _certain(bound, highest)
    roles = _roles(a, Quantity(**{**vars(b), "rising": b.falling, "falling": b.rising})) if simple else _all_mixed(a, b)
    n = a.n * _or_one(b.d) if b.d is not None else a.n
    d = _or_one(a.d) * b.n
    return Quantity(a.factor / b.factor, n, d if isinstance(d, np.ndarray) else np.full(1, float(d)), a.least * b.highest if a.least < 0 else 0, bound, highest, *roles)


def compare(op: str, a: Quantity, bound: Fraction) -> Array:
    """`a op bound` where everything is known; False where it is not, or where there is no value."""
    if a.d is None:
        return _compare_whole(op, a, bound)
    left, right = a.factor.numerator * bound.denominator, bound.numerator * a.factor.denominator
    shared = gcd(left, right) or 1
    left, right = left // shared, right // shared
    sizes = _size(a) * abs(left), a.highest * abs(right)
    with np.errstate(invalid="ignore"):
        if max(sizes) < EXACT:
            return _SIGNED[op](a.n * left, a.d * right) & (a.d > 0)
        if max(sizes) < WIDE:
            return _compare_wide(op, a, left, right)
    raise NotCertain


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
        return _SIGNED[{">": ">=", "<": "<="}.get(op, op)](a.n, float(edge))


_TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "!=": "!="}
