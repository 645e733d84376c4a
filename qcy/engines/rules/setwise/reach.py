"""Which cells a quotient can still fall into where facts in it are missing: what the interpreter follows, for many firms.

One missing fact is swept through its values: the quotient moves one way, from its value at the fact's lowest to the
limit it nears. With several missing, the quotient lies between the ends that interval arithmetic gives
(`outcomes/compare.py`, `_by_quantity`). What cannot be told in floats is left to the interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..outcomes.compare import stepped
from ..outcomes.diagrams import Branch, Diagrams
from ..outcomes.terms import Leaf, Poly, Term, settled
from .columns import Array
from .polynomials import Polynomial, Values

if TYPE_CHECKING:
    from .axes import QuotientAxis


@dataclass(frozen=True)
class Cells:
    """Cells as bits, and the cells at the least and at the greatest value of the missing fact; cell 0: no value."""

    bits: int
    ends: tuple[int, int]


@dataclass
class Reach:
    """Per firm: the first and the last cell among the numbers (none: high < low), whether it may have no value, whether
    it falls as the only missing fact grows, the missing facts as bits, and firms that have to be looked at one by one.

    `exact`: firms that were followed one by one instead, with their cells.
    """

    low: Array
    high: Array
    null: Array
    falls: Array
    missing: Array
    unsure: Array
    exact: dict[int, Cells] = field(default_factory=dict)


def reach_of(axis: QuotientAxis, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Reach:
    """For firms of which at least one fact of the axis is missing."""
    gone = {leaf.id: np.isnan(values[leaf.id]) for leaf in axis.leaves}
    missing = sum(np.int64(1 << place) * gone[leaf.id] for place, leaf in enumerate(axis.leaves))
    count = sum(flags.astype(np.int8) for flags in gone.values())
    found = _by_bounds(axis, values, gone, missing)
    for leaf in axis.leaves:
        rows = np.nonzero((count == 1) & gone[leaf.id])[0]
        if len(rows):
            found.unsure[rows] = False
            _sweep(axis, leaf.id, {n: v[rows] for n, v in values.items()}, sizes, found, rows)
    return found


def _by_bounds(axis: QuotientAxis, values: Mapping[str, Array], gone: Mapping[str, Array], missing: Array) -> Reach:
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


def _sweep(
    axis: QuotientAxis, name: str, values: Mapping[str, Array], sizes: Mapping[str, int], found: Reach, rows: Array
) -> None:
    """The one missing fact from its lowest value upwards."""
    over, under = axis.n.in_one(name), axis.d.in_one(name)
    closely = np.ones(len(rows), bool)
    if over is not None and under is not None:
        parts = [p.at(values, sizes) for p in (*over, *under)]
        closely[:] = _sweep_all(axis, name, parts, found, rows)
    known = {n: v[closely].astype(int).tolist() for n, v in values.items() if n != name}
    for place, row in enumerate(rows[closely]):
        cells = _exactly_swept(axis, name, {n: v[place] for n, v in known.items()})
        if cells is None:
            found.unsure[row] = True
        else:
            found.exact[int(row)] = cells


def _sweep_all(axis: QuotientAxis, name: str, parts: list[Values], found: Reach, rows: Array) -> Array:
    """Writes what arrays can tell; the firms to be followed one by one."""
    arrays = [np.broadcast_to(p.values, rows.shape) for p in parts]
    swept = _Swept(axis, arrays, any(p.error is not None for p in parts), *axis.ends[name])
    closely = np.zeros(len(rows), bool)
    straight = arrays[3] == 0
    for chosen, way in ((straight, swept.straight), (~straight, swept.bent)):
        if chosen.any():
            cells = way(chosen)
            closely[chosen] = cells.pop("closely")
            for key, column in cells.items():
                getattr(found, key)[rows[chosen]] = column
    return closely


Swept = dict[str, Array]


class _Swept:
    """(a + b x) / (c + d x) for whole x from `first` to `last`."""

    def __init__(self, axis: QuotientAxis, parts: list[Array], rounded: bool, first: Any, last: Any) -> None:
        self.axis, self.parts, self.rounded, self.first, self.last = axis, parts, rounded, first, last

    def straight(self, rows: Array) -> Swept:
        """The fact is only above the line."""
        a, b, c, _ = (part[rows] for part in self.parts)
        none = c == 0
        c = np.where(none, 1.0, c)
        ends = [
            (a + b * float(x), c) if x is not None else (np.sign(b) * sign, np.zeros(1))
            for x, sign in ((self.first, -1.0), (self.last, 1.0))
        ]
        first, one = self._cells(*ends[0], b == 0, a, c)
        last, other = self._cells(*ends[1], b == 0, a, c)
        low, high = np.minimum(first, last), np.maximum(first, last)
        holes = (high - low >= 2) & (np.abs(b) / c > self.axis.over.narrowest) & ~none
        return {
            "low": np.where(none, 1, low),
            "high": np.where(none, 0, high),
            "null": none.astype(np.int64),
            "falls": first > last,
            "closely": (one | other | holes | (c < 0)) & ~none,
        }

    def bent(self, rows: Array) -> Swept:
        """The fact is below the line: the quotient moves one way, to its value at the greatest fact or to a limit."""
        a, b, c, d = (part[rows] for part in self.parts)
        unsure = (d < 0) | (c < 0)
        if self.first is None or self.first < 0:
            nothing = np.zeros(a.shape, np.int64)
            return {"low": nothing, "high": nothing, "null": nothing, "falls": nothing, "closely": nothing + 1}
        a, c = a + b * float(self.first), c + d * float(self.first)
        null = c == 0
        n, under = np.where(null, a + b, a), np.where(null, c + d, c)
        falls = n * d - b * under
        start, one = self._cells(n, under)
        end, other = self._end(b, d, falls, start) if self.last is None else self._last(a, b, c, d)
        scale = (np.abs(n * d) + np.abs(b * under)) * 1e-12
        unsure |= one | other | ((np.abs(falls) <= scale) & (falls != 0))
        low, high = np.minimum(start, end), np.maximum(start, end)
        with np.errstate(divide="ignore", invalid="ignore"):
            top = self.axis.over.farthest() + np.abs(b / d)
            jump = top * top * d * d / np.abs(falls)
        holes = (high - low >= 2) & ~(jump * 1.001 <= self.axis.over.narrowest)
        found = {"low": low, "high": high, "null": null.astype(np.int64), "falls": start > end}
        return {**found, "closely": holes | unsure}

    def _end(self, b: Array, d: Array, falls: Array, start: Array) -> tuple[Array, Array]:
        """The limit b / d is neared from above or from below, never reached."""
        above, one = self._cells(b, d, beside=1)
        below, other = self._cells(b, d, beside=-1)
        return np.where(falls > 0, above, np.where(falls < 0, below, start)), one | other

    def _last(self, a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
        steps = float(self.last - self.first)
        return self._cells(a + b * steps, c + d * steps)

    def _cells(self, n: Any, d: Any, still: Any = None, a: Any = None, c: Any = None, beside: int | None = None) -> tuple[Array, Array]:
        if still is not None:
            n, d = np.where(still, a, n), np.where(still, c, d)
        size = int(min(np.max(np.abs(n), initial=0.0), 1e300)), int(min(np.max(np.abs(d), initial=0.0), 1e300))
        error = None if not self.rounded else 1.0
        found, unsure = self.axis.over.cells(
            Values(n, error and np.abs(n) * 1e-14, size[0]), Values(d, error and np.abs(d) * 1e-14, size[1]), beside
        )
        return found, np.zeros(found.shape, bool) if unsure is None else unsure


def _exactly_swept(axis: QuotientAxis, name: str, known: Mapping[str, int]) -> Cells | None:
    """One firm's quotient swept by exact arithmetic: the cells it meets, and those at its ends."""
    n, d = (_in_one_leaf(polynomial, name, known) for polynomial in (axis.n, axis.d))
    return _met(tuple(axis.over.edges), n, d, *axis.ends[name])


def _in_one_leaf(polynomial: Polynomial, name: str, known: Mapping[str, int]) -> tuple[int, ...]:
    """Factors of 1, x and x²."""
    factors = [0] * 3
    for factor, names in polynomial.parts:
        power = names.count(name)
        if power > 2:
            return ()
        factors[power] += factor * prod(known[other] for other in names if other != name)
    return tuple(factors)


@lru_cache(maxsize=100_000)
def _met(edges: tuple[Any, ...], n: tuple[int, ...], d: tuple[int, ...], first: Any, last: Any) -> Cells | None:
    if not n or not d:
        return None
    leaf = Leaf("x", frozenset(), first, last, 1)
    powers = [(), (leaf,), (leaf, leaf)]
    term = settled(Term(*(Poly.of(dict(zip(powers, factors, strict=True))) for factors in (n, d))))
    found = stepped(Diagrams(), term, edges, range(1, len(edges) + 2), 0)
    along = found.children if found.__class__ is Branch else (found,)
    return Cells(sum(1 << cell for cell in set(along)), (along[0], along[-1]))
