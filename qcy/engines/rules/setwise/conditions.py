"""Conditions over a table: for every firm whether they can be true, can be false, can have no value.

Where facts are missing, each comparison is judged by how far its quantity can still move. The result may be too
wide only where `doubt` says so; those rows the interpreter decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from .columns import Array
from .quantities import Quantity, compare

Mask = Any
"""A boolean array, or one truth value for all rows."""


@dataclass(frozen=True)
class Condition:
    """`can_hold`, `can_fail`, `can_be_null` per row; `how` tells which fact decides where it is open."""

    can_hold: Mask
    can_fail: Mask
    can_be_null: Mask = False
    doubt: Mask = False
    facts: frozenset[str] = frozenset()
    how: str = "atom"  # atom, all, any, not, or mixed: open parts cannot be told apart
    parts: tuple[Condition, ...] = field(default=(), repr=False)

    @property
    def may_miss(self) -> Mask:
        """Rows where it can turn out not to hold."""
        return _or(self.can_fail, self.can_be_null)

    @property
    def open(self) -> Mask:
        return _and(self.can_hold, self.may_miss)


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
    """All hold. Parts that share a missing fact are told apart later, when it is asked which fact decides."""
    hold, fail, quiet = True, False, True
    doubt: Mask = False
    for part in parts:
        hold, fail = _and(hold, part.can_hold), _or(fail, part.can_fail)
        quiet = _and(quiet, _or(part.can_hold, part.can_be_null))
        doubt = _or(doubt, part.doubt)
    null: Mask = False
    for part in parts:
        null = _or(null, part.can_be_null)
    return Condition(hold, fail, _and(null, quiet), doubt, _facts(parts), "all", tuple(parts))


def either(parts: list[Condition]) -> Condition:
    turned = both([negation(part) for part in parts])
    return Condition(
        turned.can_fail, turned.can_hold, turned.can_be_null, turned.doubt, turned.facts, "any", tuple(parts)
    )


def negation(part: Condition) -> Condition:
    return Condition(part.can_fail, part.can_hold, part.can_be_null, part.doubt, part.facts, "not", (part,))


def choice(condition: Condition, then: Condition, other: Condition) -> Condition:
    """`if`: the set of outcomes of the branches that can be reached."""
    reach, miss = condition.can_hold, condition.may_miss
    hold, fail, null = (
        _or(_and(reach, a), _and(miss, b))
        for a, b in (
            (then.can_hold, other.can_hold),
            (then.can_fail, other.can_fail),
            (then.can_be_null, other.can_be_null),
        )
    )
    doubt = _or(condition.doubt, _or(then.doubt, other.doubt))
    return Condition(
        hold, fail, null, doubt, _facts([condition, then, other]), "mixed", (condition, then, other)
    )


def _facts(parts: list[Condition]) -> frozenset[str]:
    return frozenset(fact for part in parts for fact in part.facts)


def yes(values: Array, fact: str) -> Condition:
    """A yes-or-no fact by itself."""
    return Condition(values != 0, values != 1, facts=frozenset({fact}))


def one_of(values: Array, places: frozenset[int], count: int, fact: str) -> Condition:
    """A choice among `count` words is one of those at `places`."""
    inside = np.isin(values, list(places)) if len(places) > 1 else values == next(iter(places), -2)
    missing = values < 0
    possible, impossible = bool(places), len(places) < count
    return Condition(
        inside | (missing & possible), ~(inside | missing) | (missing & impossible), facts=frozenset({fact})
    )


# -- quantities -------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """A quantity, the same with every missing fact at 0, and which rows miss facts of which role."""

    now: Quantity
    least: Quantity
    missing: Mapping[str, Array]

    def misses(self, facts: frozenset[str]) -> Mask:
        result: Mask = False
        for fact in facts:
            result = _or(result, self.missing[fact])
        return result


_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "=": "!=", "!=": "="}


def compared(measured: Measured, op: str, bound: Fraction) -> Condition:
    """`quantity op bound` on every row."""
    now = measured.now
    holds, fails = compare(op, now, bound), compare(_OPPOSITE[op], now, bound)
    null = np.asarray(now.d == 0) if now.d is not None else False
    null_beside = {"=": (False, True), "!=": (True, False)}.get(op)
    if null_beside:  # a number is not equal to null
        holds, fails, null = (
            _or(holds, _and(null, null_beside[0])),
            _or(fails, _and(null, null_beside[1])),
            False,
        )
    if not now.facts:
        return Condition(holds, fails, null)
    settled = _or(_or(holds, fails), null)
    if isinstance(settled, np.ndarray) and settled.all():
        return Condition(holds, fails, null, facts=now.facts)
    open_rows = _not(settled)
    hold, fail, empty, doubt = _reach(measured, op, bound)
    rounded = _and(open_rows, _not(measured.misses(now.facts)))  # known, but too close to tell in floats
    hold, fail, doubt = _or(hold, rounded), _or(fail, rounded), _or(doubt, rounded)
    return Condition(
        _or(holds, _and(open_rows, hold)),
        _or(fails, _and(open_rows, fail)),
        _or(null, _and(open_rows, empty)),
        _and(open_rows, doubt),
        now.facts,
    )


Reach = tuple[Mask, Mask, Mask, Mask]


def _reach(measured: Measured, op: str, bound: Fraction) -> Reach:
    """For rows with missing facts: (can hold, can fail, can be null, may be wider than the truth)."""
    if op in {"=", "!="}:
        return _reach_equal(measured, op, bound)
    if op in {"<=", "<"}:
        hold, fail, empty, doubt = _reach(measured, _OPPOSITE[op], bound)
        return fail, hold, empty, doubt
    return (
        _reach_difference(measured, op, bound)
        if measured.now.d is None
        else _reach_quotient(measured, op, bound)
    )


def _reach_equal(measured: Measured, op: str, bound: Fraction) -> Reach:
    now = measured.now
    alone = now.d is None and len(now.rising) == 1 and not now.falling and not now.mixed and bound >= 0
    bare = not np.any(measured.least.n)  # nothing known is added to the missing fact
    exact = alone and bare and (bound / now.factor).denominator == 1
    return True, True, now.d is not None, not exact


def _reach_difference(measured: Measured, op: str, bound: Fraction) -> Reach:
    """Upwards without end where a rising fact is missing, downwards where a falling one is."""
    now, least = measured.now, measured.least
    up, down, mixed = (measured.misses(facts) for facts in (now.rising, now.falling, now.mixed))
    hold = _or(_or(up, mixed), compare(op, least, bound))
    fail = _or(_or(down, mixed), compare(_OPPOSITE[op], least, bound))
    return hold, fail, False, mixed


def _reach_quotient(measured: Measured, op: str, bound: Fraction) -> Reach:
    """Of numbers that are at least 0: up without end in the numerator, down to 0 (not reaching it) below."""
    now, least = measured.now, measured.least
    up, down, mixed = (measured.misses(facts) for facts in (now.rising, now.falling, now.mixed))
    if bound <= 0 or least.d is None:
        return True, True, True, True
    smallest = Quantity(**{**vars(least), "d": np.where(least.d == 0, 1.0, least.d)})
    hold = _or(_or(up, mixed), compare(op, smallest, bound))
    fail = _or(_or(down, mixed), compare(_OPPOSITE[op], least, bound))
    empty = np.asarray(least.d == 0)
    # one missing denominator that is nothing but that fact can be one step; a sum may not reach it
    rough = _and(empty, _and(_not(hold), np.asarray(least.n > 0)))
    return hold, fail, empty, _or(mixed, rough)


# -- which fact decides -----------------------------------------------------------


class Deciding:
    """Gathers, row by row, the missing facts that can change the outcome."""

    def __init__(self, missing: Callable[[str], Array], count: int) -> None:
        self.missing, self.count = missing, count
        self.by_fact: dict[str, Array] = {}
        self.doubt = np.zeros(count, bool)

    def mark(self, condition: Condition, relevant: Mask) -> None:
        """Marks the facts of every open part that the outcome depends on."""
        relevant = _and(relevant, condition.open)
        if relevant is False or (isinstance(relevant, np.ndarray) and not relevant.any()):
            return
        if condition.how in {"all", "any", "not"}:
            for part in condition.parts:
                self.mark(part, relevant)
            return
        self.doubt |= _and(relevant, _or(condition.doubt, condition.how == "mixed"))
        for fact in condition.facts:
            rows = relevant & self.missing(fact)
            before = self.by_fact.setdefault(fact, np.zeros(self.count, bool))
            self.doubt |= before & rows  # asked twice: the two places cannot be told apart here
            before |= rows
