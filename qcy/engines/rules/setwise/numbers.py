"""Numbers of a table from trees: arithmetic, `if` between numbers, min and max."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from ..feel import tree as t
from ..outcomes.compare import counted
from . import conditions as c
from . import quantities as q
from .columns import EXACT

if TYPE_CHECKING:
    from .table import Table


def constant(value: Any) -> q.Quantity:
    if value is None:
        return q.Quantity(Fraction(1), 0, np.zeros(1), 0, 0, 0)
    found = counted(value)
    if found is None:
        raise q.NotCertain
    return q.constant(found[1], found[0])


def _arithmetic(table: Table, node: t.Arithmetic) -> q.Quantity:
    left, right = table.quantity(node.left), table.quantity(node.right)
    if node.op in {"+", "-"}:
        return q.add(
            left, right if node.op == "+" else q.negated(right), _kind(node.op, left.kind, right.kind)
        )
    if node.op == "**":
        return _power(left, right)
    return q.multiply(left, right) if node.op == "*" else q.divide(left, right)


def _kind(op: str, left: str, right: str) -> str:
    if left == right == "date":
        return "days"
    return "date" if "date" in {left, right} else left


def _power(base: q.Quantity, exponent: q.Quantity) -> q.Quantity:
    times = exponent.constant
    if times is None or times.denominator != 1 or not 1 <= times <= 4:
        raise q.NotCertain
    result = base
    for _ in range(int(times) - 1):
        result = q.multiply(result, base)
    return result


def _number_choice(table: Table, node: t.Choice) -> q.Quantity:
    """`if` between numbers; a row whose condition is open counts as missing."""
    met = table.condition(node.condition)
    return _picked(met, table.quantity(node.then), table.quantity(node.other))


def _picked(met: c.Condition, then: q.Quantity, other: q.Quantity) -> q.Quantity:
    factor = Fraction(1, lcm(then.factor.denominator, other.factor.denominator))
    p, r = int(then.factor / factor), int(other.factor / factor)
    least, most = (
        min(p * then.least, p * then.most, r * other.least, r * other.most),
        max(p * then.least, p * then.most, r * other.least, r * other.most),
    )
    if max(-least, most) >= EXACT or not (q.is_exact(then) and q.is_exact(other)):
        return _picked_rounded(met, then, other)
    hold, miss = np.asarray(met.can_hold), np.asarray(met.may_miss)
    n = np.where(hold & miss, np.nan, np.where(hold, then.n * float(p), other.n * float(r)))
    d = None
    if then.d is not None or other.d is not None:
        d = np.where(hold, 1.0 if then.d is None else then.d, 1.0 if other.d is None else other.d)
        d = np.where(hold & miss, np.nan, d)
    return q.Quantity(factor, n, d, least, most, max(then.highest, other.highest), kind=then.kind)


def _picked_rounded(met: c.Condition, then: q.Quantity, other: q.Quantity) -> q.Quantity:
    """The same where a branch is rounded: its error goes with it, row by row."""
    hold, miss = np.asarray(met.can_hold), np.asarray(met.may_miss)

    def pick(a: Any, b: Any) -> Any:
        return np.where(hold, a, b)

    def parts(a: q.Quantity) -> tuple[Any, Any, Any, Any]:
        scale = float(a.factor)
        n = a.n * scale
        return (
            n,
            1.0 if a.d is None else a.d,
            a.error * abs(scale) + np.abs(n) * 2 * q.ROUNDING,
            a.error_below,
        )

    n, d, error, below = map(pick, parts(then), parts(other))
    size = max(q.size(then), q.size(other))
    n, d = (np.where(hold & miss, np.nan, part) for part in (n, d))
    highest = max(then.highest, other.highest)
    return q.Quantity(Fraction(1), n, d, -size, size, highest, kind=then.kind, error=error, error_below=below)


def _function(table: Table, node: t.Call) -> q.Quantity:
    """min and max of numbers without denominators, and the absolute value; others only as constants."""
    act = {"min": np.minimum, "max": np.maximum}.get(node.function)
    if act is None:
        raise q.NotCertain
    parts = [table.quantity(argument) for argument in node.arguments]
    result = parts[0]
    for part in parts[1:]:
        result = _extreme(act, result, part)
    return result


def _extreme(act: Callable[[Any, Any], Any], a: q.Quantity, b: q.Quantity) -> q.Quantity:
    if a.d is not None or b.d is not None or not (q.is_exact(a) and q.is_exact(b)):
        raise q.NotCertain
    factor = Fraction(1, lcm(a.factor.denominator, b.factor.denominator))
    p, r = int(a.factor / factor), int(b.factor / factor)
    ends = (p * a.least, p * a.most, r * b.least, r * b.most)
    if max(map(abs, ends)) >= EXACT:
        raise q.NotCertain
    n = act(np.asarray(a.n * float(p)), np.asarray(b.n * float(r)))
    return q.Quantity(factor, n, None, min(ends), max(ends), kind=a.kind)


NUMBERS: dict[type, Callable[[Table, Any], q.Quantity]] = {
    t.Arithmetic: _arithmetic,
    t.Negative: lambda table, node: q.negated(table.quantity(node.of)),
    t.Choice: _number_choice,
    t.Call: _function,
}
