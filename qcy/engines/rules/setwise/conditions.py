"""Conditions over a table: for every firm whether they can be true, can be false, can have no value.

What is missing leaves a condition open; that may be wider than the truth, never narrower.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from .columns import Array
from .quantities import Quantity, compare

Mask = Any
"""A boolean array, or one truth value for all rows."""


@dataclass(frozen=True)
class Condition:
    """What a condition can be, per row."""

    can_hold: Mask
    can_fail: Mask
    can_be_null: Mask = False

    @property
    def may_miss(self) -> Mask:
        """Rows where it can turn out not to hold."""
        return _or(self.can_fail, self.can_be_null)


def _or(a: Mask, b: Mask) -> Mask:
    if a is True or b is True:
        return True
    return b if a is False else a if b is False else a | b


def _and(a: Mask, b: Mask) -> Mask:
    if a is False or b is False:
        return False
    return b if a is True else a if b is True else a & b


def _not(a: Mask) -> Mask:
    return not a if isinstance(a, bool) else ~a


def fixed(value: bool | None) -> Condition:
    """The same for every firm."""
    return Condition(value is True, value is False, value is None)


def both(parts: list[Condition]) -> Condition:
    """All hold."""
    hold, fail, quiet, null = True, False, True, False
    for part in parts:
        hold, fail = _and(hold, part.can_hold), _or(fail, part.can_fail)
        quiet = _and(quiet, _or(part.can_hold, part.can_be_null))
        null = _or(null, part.can_be_null)
    return Condition(hold, fail, _and(null, quiet))


def either(parts: list[Condition]) -> Condition:
    return negation(both([negation(part) for part in parts]))


def negation(part: Condition) -> Condition:
    return Condition(part.can_fail, part.can_hold, part.can_be_null)


def choice(condition: Condition, then: Condition, other: Condition) -> Condition:
    """`if`: the set of outcomes of the branches that can be reached."""
    reach, miss = condition.can_hold, condition.may_miss
    return Condition(
        _or(_and(reach, then.can_hold), _and(miss, other.can_hold)),
        _or(_and(reach, then.can_fail), _and(miss, other.can_fail)),
        _or(_and(reach, then.can_be_null), _and(miss, other.can_be_null)),
    )


def yes(values: Array) -> Condition:
    """A yes-or-no fact by itself."""
    return Condition(values != 0, values != 1)


def one_of(values: Array, places: frozenset[int], count: int) -> Condition:
    """A choice among `count` words is one of those at `places`."""
    inside = np.isin(values, list(places)) if len(places) > 1 else values == next(iter(places), -2)
    missing = values < 0
    possible, impossible = bool(places), len(places) < count
    return Condition(inside | (missing & possible), ~(inside | missing) | (missing & impossible))


_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "=": "!=", "!=": "="}


def compared(now: Quantity, op: str, bound: Fraction) -> Condition:
    """`quantity op bound` on every row. Where something is missing or too close to tell, everything is possible."""
    holds, fails = compare(op, now, bound), compare(_OPPOSITE[op], now, bound)
    null: Mask = np.asarray(now.d == 0) if now.d is not None else False
    if op in {"=", "!="}:  # a number is not equal to null
        holds, fails, null = _or(holds, _and(null, op == "!=")), _or(fails, _and(null, op == "=")), False
    open_rows = _not(_or(_or(holds, fails), null))
    may_be_null = _and(open_rows, now.d is not None and op not in {"=", "!="})
    return Condition(_or(holds, open_rows), _or(fails, open_rows), _or(null, may_be_null))
