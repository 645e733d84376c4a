"""Between what an amount can lie while facts are missing: where both ends are the same it is told all the same.

Interval arithmetic in whole steps, so that two ends that differ stay apart (below 2^50 a product with a rate moves them by
less than half a step).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from ..facts import DECIMALS
from ..feel import tree as t
from .columns import Array, grid
from .fillings import limits
from .quantities import NotCertain
from .table import Table

Span = tuple[Array, Array]

SAFE = 2.0**50


class Spans:
    """Ends of numbers over a table, in millionths. NotCertain for what is not made of sums, rates, bounds and `if`."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def settled(self, node: t.Node) -> Array:
        """Firms of which the number is the same whatever is missing."""
        low, high = self.of(node)
        return np.asarray((low == high) & (np.abs(low) < SAFE))

    def of(self, node: t.Node) -> Span:
        node = self.table.expanded(node)
        if self.table.is_constant(node):
            value = self.table.constant(node)
            if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
                raise NotCertain
            return self._everywhere(float(value * 10**DECIMALS))
        rule = _RULES.get(type(node))
        if rule is None:
            raise NotCertain
        return rule(self, node)

    def _everywhere(self, value: float) -> Span:
        found = np.full(self.table.firms.count, value)
        return found, found

    def fact(self, node: t.Name) -> Span:
        kind = self.table.dictionary.kinds.get(node.id)
        if kind is None or kind.type not in {"int", "decimal"}:
            raise NotCertain
        scale = 10**DECIMALS / grid(kind)
        least, most = limits(kind)
        column = self.table.firms.columns.get(node.id)
        if column is None:
            return self._everywhere(least * scale)[0], self._everywhere(most * scale)[0]
        values = column.values * scale
        return np.where(column.missing, least * scale, values), np.where(column.missing, most * scale, values)

    def arithmetic(self, node: t.Arithmetic) -> Span:
        if node.op == "*":
            return self._product(node)
        (a, b), (c, d) = self.of(node.left), self.of(node.right)
        if node.op == "+":
            return a + c, b + d
        if node.op == "-":
            return a - d, b - c
        raise NotCertain

    def _product(self, node: t.Arithmetic) -> Span:
        (a, b), (c, d) = self.of(node.left), self.of(node.right)
        corners = [x * y / 10**DECIMALS for x in (a, b) for y in (c, d)]
        return np.minimum.reduce(corners), np.maximum.reduce(corners)

    def choice(self, node: t.Choice) -> Span:
        met = self.table.condition(node.condition)
        hold, miss = np.asarray(met.can_hold), np.asarray(met.may_miss)
        then, other = self.of(node.then), self.of(node.other)
        low = np.minimum(np.where(hold, then[0], np.inf), np.where(miss, other[0], np.inf))
        high = np.maximum(np.where(hold, then[1], -np.inf), np.where(miss, other[1], -np.inf))
        return low, high

    def extreme(self, node: t.Call) -> Span:
        act: Any = {"min": np.minimum, "max": np.maximum}.get(node.function)
        if act is None:
            raise NotCertain
        lows, highs = zip(*map(self.of, node.arguments), strict=True)
        return act.reduce(lows), act.reduce(highs)


_RULES: dict[type, Callable[[Spans, Any], Span]] = {
    t.Name: Spans.fact,
    t.Arithmetic: Spans.arithmetic,
    t.Choice: Spans.choice,
    t.Call: Spans.extreme,
}
