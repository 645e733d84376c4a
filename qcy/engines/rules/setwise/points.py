"""Points over a table, as the least and the most they can be; in millionths, so that a reviewer's 26.26 is whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from ..packs.ladders import intervals
from ..packs.model import Ladder, ScoreGroup, ScoreItem
from . import conditions as c
from .columns import Array
from .quantities import NotCertain, Quantity, compare

if TYPE_CHECKING:
    from .table import Table

UNIT = 10**6


@dataclass(frozen=True)
class Points:
    """`low` and `high` per row; `doubt` where they may be too wide; `facts` that they depend on."""

    low: Any
    high: Any
    doubt: Any = False
    facts: frozenset[str] = frozenset()


def _millionths(points: Any) -> float:
    return float(Fraction(points) * UNIT)


def group_points(
    table: Table, group: ScoreGroup, items: tuple[ScoreItem, ...], judged: bool = True
) -> Points:
    """Items added up, cut at the group's maximum; given points of a reviewer replace them."""
    total = _added([_item(table, item) for item in items], table)
    if judged and group.highest is not None:
        top = _millionths(group.highest)
        total = Points(np.minimum(total.low, top), np.minimum(total.high, top), total.doubt, total.facts)
    return _given(table, group, total) if judged and group.judge else total


def total_points(groups: list[Points]) -> Points:
    low, high, doubt = groups[0].low, groups[0].high, groups[0].doubt
    for group in groups[1:]:
        low, high, doubt = low + group.low, high + group.high, c._or(doubt, group.doubt)
    return Points(low, high, doubt, frozenset(fact for group in groups for fact in group.facts))


def _added(items: list[Points], table: Table) -> Points:
    """A missing fact that two items share moves both: then the sum of the ends may be too wide."""
    total = total_points(items)
    shared = {f for n, a in enumerate(items) for b in items[n + 1 :] for f in a.facts & b.facts}
    doubt = total.doubt
    for fact in shared:
        doubt = c._or(doubt, table.missing(fact))
    return Points(total.low, total.high, doubt, total.facts)


def _given(table: Table, group: ScoreGroup, total: Points) -> Points:
    table.notes.raw.add(group.judge)
    column = table.firms.columns.get(group.judge)
    if column is None:
        return total
    open_rows = np.isnan(column.values)
    low, high = (np.where(open_rows, end, np.nan_to_num(column.values)) for end in (total.low, total.high))
    return Points(low, high, c._and(total.doubt, open_rows), total.facts)


def _item(table: Table, item: ScoreItem) -> Points:
    if item.awarded is not None:
        low, high = (np.full(table.firms.count, _millionths(end)) for end in item.awarded)
        return Points(low, high)
    if item.formula is not None:
        return _formula(table, item.formula)
    ladders = [_ladder(table, ladder) for ladder in item.ladders]
    best = ladders[0]
    for other in ladders[1:]:
        best = _better(table, best, other)
    return best


def _better(table: Table, a: Points, b: Points) -> Points:
    doubt = c._or(a.doubt, b.doubt)
    for fact in a.facts & b.facts:
        doubt = c._or(doubt, table.missing(fact))
    return Points(np.maximum(a.low, b.low), np.maximum(a.high, b.high), doubt, a.facts | b.facts)


def _formula(table: Table, tree: Any) -> Points:
    """A formula is followed where everything in it is known; elsewhere the interpreter has to say."""
    found = table.quantity(tree)
    table.notes.raw.update(found.facts)
    scale = found.factor * UNIT
    if found.d is not None or scale.denominator != 1:
        raise NotCertain
    values = np.broadcast_to(np.asarray(found.n * float(scale)), (table.firms.count,))
    return Points(np.nan_to_num(values), np.nan_to_num(values), np.isnan(values), found.facts)


def _ladder(table: Table, ladder: Ladder) -> Points:
    """Where the measure is known, its band; where it can still be anything from 0 on, from the least to the most."""
    measured = table.measured(ladder.measure)
    now, otherwise = measured.now, _millionths(ladder.otherwise)
    low, high = _steps(ladder, now, table.firms.count)
    known = _known(now, table.firms.count)
    unsure = _unsure(ladder, now, known)
    edges = (
        end[0] for band in ladder.bands for part in intervals(band) or [] for end in (part.start, part.end)
    )
    table.notes.note(
        ladder.measure, measured, (Fraction(edge) for edge in edges if abs(edge) != float("inf"))
    )
    if known.all():
        return Points(low, high, unsure, now.facts)
    ends = [_millionths(end) for band in ladder.bands for end in band.points]
    least, most = min([*ends, otherwise]), max([*ends, otherwise])
    doubt = unsure | (~known & c._not(_free(measured, ladder)))
    return Points(np.where(known, low, least), np.where(known, high, most), doubt, now.facts)


def _known(now: Quantity, count: int) -> Array:
    """Rows whose measure has a value or surely none."""
    n = np.broadcast_to(~np.isnan(np.asarray(now.n, float)), (count,))
    if now.d is None:
        return n
    return np.broadcast_to(~np.isnan(now.d), (count,)) & (n | np.broadcast_to(now.d == 0, (count,)))


def _steps(ladder: Ladder, now: Quantity, count: int) -> tuple[Array, Array]:
    low, high = (np.full(count, _millionths(ladder.otherwise)) for _ in "ab")
    for band in reversed(ladder.bands):
        parts = intervals(band)
        if parts is None:
            raise NotCertain
        for part in parts:
            inside = np.broadcast_to(_inside(now, part), (count,))
            low[inside], high[inside] = (_millionths(end) for end in band.points)
    return low, high


def _unsure(ladder: Ladder, now: Quantity, known: Array) -> Array:
    """Rows that lie too close to an edge to tell in floats."""
    unsure = np.zeros(len(known), bool)
    if isinstance(now.error, float) and isinstance(now.error_below, float):
        return unsure
    edges = {
        end[0] for band in ladder.bands for part in intervals(band) or [] for end in (part.start, part.end)
    }
    for edge in (Fraction(e) for e in edges if abs(e) != float("inf")):
        unsure |= known & (now.d > 0) & ~(compare(">", now, edge) | compare("<", now, edge))
    return unsure


def _inside(now: Quantity, part: Any) -> Array:
    met: Any = True
    for op, (value, _) in (
        (">" if part.start[1] else ">=", part.start),
        ("<=" if part.end[1] else "<", part.end),
    ):
        if abs(value) != float("inf"):
            met = c._and(met, compare(op, now, Fraction(value)))
    return ~np.asarray(np.isnan(now.n)) if met is True else met


def _free(measured: c.Measured, ladder: Ladder) -> Any:
    """Rows whose measure can reach every band: it starts at 0 and grows without end, and 0 gives the least."""
    now, least = measured.now, measured.least
    ends = [_millionths(end) for band in ladder.bands for end in band.points]
    at_zero = [b.points for b in ladder.bands if any(_holds_zero(part) for part in intervals(b) or [])]
    bottom = min([*ends, _millionths(ladder.otherwise)])
    if now.mixed or not at_zero or _millionths(at_zero[0][0]) != bottom:
        return False
    if now.d is None:
        return False if now.falling else np.asarray(least.n == 0)
    up, down = measured.misses(now.rising), measured.misses(now.falling)
    from_nothing = np.asarray(least.n == 0) & np.asarray(up)
    smallest = replace(least, d=np.where(least.d == 0, 1.0, least.d))  # one step of the missing fact
    top = max(
        Fraction(e[0])
        for b in ladder.bands
        for i in intervals(b) or []
        for e in (i.start, i.end)
        if abs(e[0]) != inf
    )
    reaches = np.asarray(compare(">", smallest, top)) | np.asarray(up)
    over_nothing = np.asarray(least.d == 0) & np.asarray(down) & reaches
    return (from_nothing & ~np.asarray(down)) | over_nothing


def _holds_zero(part: Any) -> bool:
    return bool(part.start <= (0, 0) < part.end)


def points_condition(points: Points, op: str, bound: Fraction) -> c.Condition:
    """Points against a number. Open rows are always in doubt: which item decides, the interpreter finds."""
    at = float(bound * UNIT)
    low, high = points.low, points.high
    hold, fail = {
        ">=": (high >= at, low < at),
        ">": (high > at, low <= at),
        "<=": (low <= at, high > at),
        "<": (low < at, high >= at),
        "=": ((low <= at) & (at <= high), (low != at) | (high != at)),
        "!=": ((low != at) | (high != at), (low <= at) & (at <= high)),
    }[op]
    hold, fail = c._or(hold, points.doubt), c._or(fail, points.doubt)
    return c.Condition(hold, fail, False, c._and(hold, fail), points.facts)
