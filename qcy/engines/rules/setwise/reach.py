"""Which cells a quotient can still fall into where facts in it are missing: what the interpreter follows, for many firms.

With several missing, the quotient lies between the ends that interval arithmetic gives (`outcomes/compare.py`,
`_by_quantity`); one missing fact is swept through its values (`sweep.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from .columns import Array
from .polynomials import Values
from .sweep import Reach, sweep

if TYPE_CHECKING:
    from .axes import QuotientAxis


def reach_of(axis: QuotientAxis, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Reach:
    """For firms of which at least one fact of the axis is missing."""
    gone = {leaf.id: np.isnan(values[leaf.id]) for leaf in axis.leaves}
    missing = np.zeros(len(next(iter(gone.values()))), np.int64)
    for place, leaf in enumerate(axis.leaves):
        missing += gone[leaf.id] * np.int64(1 << place)
    count = sum(flags.astype(np.int8) for flags in gone.values())
    found = _by_bounds(axis, values, gone, missing)
    for leaf in axis.leaves:
        rows = np.nonzero((count == 1) & gone[leaf.id])[0]
        if len(rows):
            found.unsure[rows] = False
            sweep(axis, leaf.id, {n: v[rows] for n, v in values.items()}, sizes, found, rows)
    return found


def _by_bounds(
    axis: QuotientAxis, values: Mapping[str, Array], gone: Mapping[str, Array], missing: Array
) -> Reach:
    low: dict[str, Array] = {}
    high: dict[str, Array] = {}
    for leaf in axis.leaves:
        first, last = leaf.steps
        low[leaf.id] = np.where(gone[leaf.id], -inf if first is None else float(first), values[leaf.id])
        high[leaf.id] = np.where(gone[leaf.id], inf if last is None else float(last), values[leaf.id])
    least, most = axis.n.between(low, high)
    below, above = axis.d.between(low, high)
    open_below = np.broadcast_to(below != above, missing.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        start = np.where(open_below, np.where(np.isfinite(above), least / above, 0.0), least / below)
        end = np.where(np.isfinite(most) & (below != 0), most / below, inf)
    lost = open_below & ((least < 0) | (below < 0))
    start, end = np.where(lost, -inf, start), np.where(lost, inf, end)
    null = np.where(open_below, ~(below > 0), below == 0)
    low_cell, low_doubt = _cell(axis, start)
    high_cell, high_doubt = _cell(axis, end)
    nothing = ~open_below & (below == 0)
    zero = open_below & (least == 0) & (most == 0)  # nothing over something open
    at_zero = axis.over.cells(_exactly(np.zeros(1)), _exactly(np.ones(1)))[0]
    high_cell = np.where(zero, at_zero, high_cell)
    low_cell = np.where(zero, at_zero, low_cell)
    return Reach(
        np.where(nothing, 1, low_cell).astype(np.int64),
        np.where(nothing, 0, high_cell).astype(np.int64),
        null.astype(np.int64),
        np.zeros(missing.shape, np.int64),
        np.asarray(missing),
        ((low_doubt | high_doubt) & ~zero & ~nothing) | (~open_below & (below < 0)),
    )


def _exactly(values: Array) -> Values:
    return Values(values, None, 0)


def _cell(axis: QuotientAxis, at: Array) -> tuple[Array, Array]:
    """The cell of a bound that was divided in floats, and where that is too close to an edge to tell."""
    found, doubt = np.zeros(at.shape, np.int64), np.zeros(at.shape, bool)
    for edge, side in axis.over.edges:
        value = float(edge)
        found += at > value if side else at >= value
        doubt |= np.abs(at - value) <= (abs(value) + np.abs(at)) * 1e-12
    return found, doubt & np.isfinite(at) & (at != 0)
