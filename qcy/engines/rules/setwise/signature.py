"""Firms that no condition of a policy can tell apart: the interpreter needs to see only one of them.

What it answers depends on the known numbers only through which side of each threshold they lie on, and, where a
fact is missing, through the order of the values at which it would cross the thresholds. Both are written down
as bytes; firms with the same bytes have the same answer. Where that order is too close to tell, or a missing fact
bends a quantity (growth over its middle year), a firm stands alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..feel import tree as t
from .columns import Array, Firms
from .conditions import Measured
from .quantities import NotCertain, Quantity, compare, is_exact

CLOSE = 1e-9
"""Two crossings closer than this part of their size are not put in order."""

STEPS_APART = 4.0
"""Nor are crossings that lie within a few steps of the fact's grid."""


@dataclass(frozen=True)
class Asked:
    """A quantity and the thresholds it is compared with anywhere in the version."""

    measured: Measured
    bounds: set[Fraction]


class Notes:
    """What a table was asked while its conditions and points were computed."""

    def __init__(self) -> None:
        self.asked: dict[t.Node, Asked] = {}
        self.raw: set[str] = set()
        """Facts whose very value counts, such as points a reviewer has given."""

    def note(self, node: t.Node, measured: Measured, bounds: Iterable[Fraction]) -> None:
        self.asked.setdefault(node, Asked(measured, set())).bounds.update(bounds)


def signatures(notes: Notes, firms: Firms, facts: Sequence[str]) -> tuple[list[bytes], Array]:
    """One text of bytes per firm, and which firms have to stand alone."""
    alone = np.zeros(firms.count, bool)
    columns: list[Array] = [_facts(firms, facts, notes.raw)]
    for asked in notes.asked.values():
        for bound in sorted(asked.bounds):
            columns.append(_side(asked.measured.now, bound, firms.count))
            columns.append(_side(asked.measured.least, bound, firms.count))
        alone |= _bent(asked.measured, firms.count)
    for order, close in _crossings(notes, firms):
        columns += order
        alone |= close
    joined = np.ascontiguousarray(np.concatenate([_as_bytes(c) for c in columns], axis=1))
    return [row.tobytes() for row in joined], alone


def _facts(firms: Firms, facts: Sequence[str], raw: set[str]) -> Array:
    """Which facts are missing; of choices and of raw facts the value, of numbers whether they are 0."""
    parts = []
    for name in facts:
        column = firms.columns.get(name)
        if column is None:
            continue
        if column.values.dtype.kind != "f":
            parts.append(_as_bytes(column.values.astype(np.int32)))
        elif name in raw or column.kind.type == "date":
            parts.append(_as_bytes(np.nan_to_num(column.values, nan=-1e300)))
        else:
            parts.append(_as_bytes(np.isnan(column.values).astype(np.uint8) * 2 + (column.values == 0)))
    return np.concatenate(parts, axis=1) if parts else np.zeros((firms.count, 1), np.uint8)


def _as_bytes(column: Array) -> Array:
    column = np.ascontiguousarray(column)
    return column.reshape(len(column), -1).view(np.uint8).reshape(len(column), -1)


def _side(quantity: Quantity, bound: Fraction, count: int) -> Array:
    """1 below the threshold, 2 on it, 3 above, 4 without a value, 0 open."""
    if not is_exact(quantity):
        raise NotCertain
    below, above, on = (np.broadcast_to(compare(op, quantity, bound), (count,)) for op in ("<", ">", "="))
    side = below * np.uint8(1) + on * np.uint8(2) + above * np.uint8(3)
    if quantity.d is not None:
        side = side + np.broadcast_to(quantity.d == 0, (count,)) * np.uint8(4)
    return side.astype(np.uint8)


def _bent(measured: Measured, count: int) -> Array:
    """Firms of which a fact is missing that does not move the quantity one way only."""
    bent = np.broadcast_to(np.asarray(measured.misses(measured.now.mixed)), (count,))
    facts = measured.now.facts
    if len(facts) < 3:
        return bent
    # two missing beside a known one: how far they can carry the quantity hangs on the known value itself
    gone = sum(np.broadcast_to(measured.missing[fact], (count,)).astype(np.int8) for fact in facts)
    return bent | ((gone > 1) & (gone < len(facts)))


def _crossings(notes: Notes, firms: Firms) -> Iterable[tuple[list[Array], Array]]:
    """For each fact that several quantities share: the order in which it would cross their thresholds."""
    by_fact: dict[str, list[tuple[Asked, float, float]]] = defaultdict(list)
    for asked in notes.asked.values():
        for fact, in_n, in_d in asked.measured.now.weights:
            by_fact[fact].append((asked, in_n, in_d))
    for fact, places in by_fact.items():
        if len(places) > 1:
            yield _order(fact, places, firms)


def _order(fact: str, places: list[tuple[Asked, float, float]], firms: Firms) -> tuple[list[Array], Array]:
    missing = firms.columns[fact].missing if fact in firms.columns else np.ones(firms.count, bool)
    edges = [
        _crossing(fact, asked, w, bound, firms.count)
        for asked, *w in places
        for bound in sorted(asked.bounds)
    ]
    values = np.stack([np.where(missing, edge, np.nan) for edge in edges], axis=1)
    order = np.argsort(values, axis=1, kind="stable").astype(np.uint8)
    sorted_values = np.take_along_axis(values, order.astype(int), axis=1)
    gaps = np.diff(sorted_values, axis=1)
    same = gaps == 0
    scale = np.abs(sorted_values[:, 1:]) * CLOSE + STEPS_APART
    close = (np.abs(gaps) < scale) & ~same & ~np.isnan(gaps)
    return [order, same.astype(np.uint8), np.isnan(values).astype(np.uint8)], close.any(axis=1)


def _crossing(fact: str, asked: Asked, weights: Sequence[float], bound: Fraction, count: int) -> Array:
    """The value of the fact, in steps, at which the quantity meets the threshold; NaN while another fact is missing."""
    now, least = asked.measured.now, asked.measured.least
    in_n, in_d = weights
    others: Any = asked.measured.misses(now.facts - {fact})
    factor, at = float(now.factor), float(bound)
    d = 1.0 if least.d is None else least.d
    slope = factor * in_n - at * in_d
    with np.errstate(divide="ignore", invalid="ignore"):
        edge = (at * d - factor * least.n) / slope if slope else np.full(count, np.nan)
    return np.where(np.broadcast_to(np.asarray(others), (count,)), np.nan, np.broadcast_to(edge, (count,)))
