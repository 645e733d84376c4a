"""One missing fact swept through its values: the cells a quotient meets on the way, for many firms at once.

A quotient a + b x over c + d x moves one way, from its value at the least x to its value at the greatest or to a limit.
Firms of which that cannot be told in floats, or whose steps are so large that a cell may be left out, are followed one
by one in exact arithmetic, as the interpreter does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..outcomes.compare import stepped
from ..outcomes.diagrams import Branch, Diagrams
from ..outcomes.terms import Leaf, Poly, Term, settled
from .columns import EXACT, Array
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
    it falls as the only missing fact grows, the missing facts as bits, and firms that nobody can tell.

    `exact`: firms that were followed one by one instead, equal ones together, with their cells.
    """

    low: Array
    high: Array
    null: Array
    falls: Array
    missing: Array
    unsure: Array
    exact: list[tuple[Array, Cells]] = field(default_factory=list)


def sweep(
    axis: QuotientAxis,
    name: str,
    values: Mapping[str, Array],
    sizes: Mapping[str, int],
    found: Reach,
    rows: Array,
) -> None:
    """Writes into `found`, for those rows, what the one missing fact can make of the quotient."""
    closely = rows[_together(axis, name, values, sizes, found, rows)]
    if not len(closely):
        return
    others = [other for other in values if other != name]
    places = np.searchsorted(rows, closely)
    kinds, same = np.unique(
        np.stack([values[n][places] for n in others], axis=1), axis=0, return_inverse=True
    )
    order = np.argsort(same, kind="stable")
    for kind, firms in zip(kinds, np.split(closely[order], np.bincount(same).cumsum()[:-1]), strict=True):
        cells = _one_firm(axis, name, dict(zip(others, map(int, kind), strict=True)))
        if cells is None:
            found.unsure[firms] = True
        else:
            found.exact.append((firms, cells))


# -- many firms -------------------------------------------------------------------


def _together(
    axis: QuotientAxis,
    name: str,
    values: Mapping[str, Array],
    sizes: Mapping[str, int],
    found: Reach,
    rows: Array,
) -> Array:
    """Writes what arrays can tell; returns the firms to be followed one by one."""
    over, under = axis.n.in_one(name), axis.d.in_one(name)
    if over is None or under is None:
        return np.ones(len(rows), bool)
    parts = [p.at(values, sizes) for p in (*over, *under)]
    if not _stays_exact(parts, axis.ends[name]):
        return np.ones(len(rows), bool)
    arrays = [np.broadcast_to(p.values, rows.shape) for p in parts]
    way, closely = _Way(axis, *axis.ends[name]), np.zeros(len(rows), bool)
    straight = arrays[3] == 0
    for chosen, follow in ((straight, way.straight), (~straight, way.bent)):
        if chosen.any():
            cells = follow(*(array[chosen] for array in arrays))
            closely[chosen] = cells.pop("closely")
            for key, column in cells.items():
                getattr(found, key)[rows[chosen]] = column
    return closely


def _stays_exact(parts: list[Values], ends: tuple[Any, Any]) -> bool:
    """Whether a + b x and c + d x are exact at both ends."""
    farthest = max((abs(end) for end in ends if end is not None), default=0) + 1
    a, b, c, d = (part.size for part in parts)
    return all(p.error is None for p in parts) and max(a + b * farthest, c + d * farthest) < EXACT


class _Way:
    """(a + b x) / (c + d x) for whole x from `first` to `last`, with the cells by the names they have in `Reach`."""

    def __init__(self, axis: QuotientAxis, first: int | None, last: int | None) -> None:
        self.over, self.first, self.last = axis.over, first, last

    def straight(self, a: Array, b: Array, c: Array, d: Array) -> dict[str, Array]:
        """The fact is only above the line."""
        none = c == 0
        c = np.where(none, 1.0, c)
        still = b == 0
        first, one = self._end_of_line(a, b, c, still, self.first, -1.0)
        last, other = self._end_of_line(a, b, c, still, self.last, 1.0)
        low, high = np.minimum(first, last), np.maximum(first, last)
        holes = (high - low >= 2) & (np.abs(b) / c > self.over.narrowest)
        return {
            "low": np.where(none, 1, low),
            "high": np.where(none, 0, high),
            "null": none.astype(np.int64),
            "falls": first > last,
            "closely": (one | other | holes | (c < 0)) & ~none,
        }

    def _end_of_line(
        self, a: Array, b: Array, c: Array, still: Array, x: int | None, side: float
    ) -> tuple[Array, Array]:
        """The cell at x; without a bound, beyond every edge on that side."""
        if x is not None:
            return self._cells(a + b * float(x), c)
        beyond = np.where(still, a, np.sign(b) * side)
        return self._cells(beyond, np.where(still, c, 0.0))

    def bent(self, a: Array, b: Array, c: Array, d: Array) -> dict[str, Array]:
        """The fact is below the line."""
        closely = (d < 0) | (c < 0)
        if self.first is None or self.first < 0:
            none = np.zeros(a.shape, np.int64)
            return dict.fromkeys(("low", "high", "null", "falls"), none) | {"closely": closely | True}
        a, c = a + b * float(self.first), c + d * float(self.first)
        null = c == 0
        n, under = np.where(null, a + b, a), np.where(null, c + d, c)
        falls = n * d - b * under
        start, one = self._cells(n, under)
        end, other = self._limit(b, d, falls, start) if self.last is None else self._last(a, b, c, d)
        scale = (np.abs(n * d) + np.abs(b * under)) * 1e-12
        closely |= one | other | ((np.abs(falls) <= scale) & (falls != 0))
        low, high = np.minimum(start, end), np.maximum(start, end)
        closely |= (high - low >= 2) & ~(self._jump(b, d, falls) <= self.over.narrowest)
        return {
            "low": low,
            "high": high,
            "null": null.astype(np.int64),
            "falls": start > end,
            "closely": closely,
        }

    def _jump(self, b: Array, d: Array, falls: Array) -> Array:
        """More than one step of x can move the quotient by, anywhere between the edges."""
        with np.errstate(divide="ignore", invalid="ignore"):
            top = self.over.farthest() + np.abs(b / d)
            return np.asarray(top * top * d * d / np.abs(falls) * 1.001)

    def _limit(self, b: Array, d: Array, falls: Array, start: Array) -> tuple[Array, Array]:
        """b / d is neared from above or from below, never reached."""
        above, one = self._cells(b, d, beside=1)
        below, other = self._cells(b, d, beside=-1)
        return np.where(falls > 0, above, np.where(falls < 0, below, start)), one | other

    def _last(self, a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
        assert self.first is not None and self.last is not None
        steps = float(self.last - self.first)
        return self._cells(a + b * steps, c + d * steps)

    def _cells(self, n: Array, d: Array, beside: int | None = None) -> tuple[Array, Array]:
        whole = [Values(part, None, int(np.max(np.abs(part), initial=0.0))) for part in (n, d)]
        found, unsure = self.over.cells(whole[0], whole[1], beside)
        return found, np.zeros(found.shape, bool) if unsure is None else unsure


# -- one firm ---------------------------------------------------------------------


def _one_firm(axis: QuotientAxis, name: str, known: Mapping[str, int]) -> Cells | None:
    """By exact arithmetic: the cells the quotient meets, and those at its ends."""
    n, d = (_in_one_leaf(polynomial, name, known) for polynomial in (axis.n, axis.d))
    return _met(tuple(axis.over.edges), n, d, *axis.ends[name])


def _in_one_leaf(polynomial: Polynomial, name: str, known: Mapping[str, int]) -> tuple[int, ...]:
    """Factors of 1, x and x squared; none where there is a higher power."""
    factors = [0] * 3
    for factor, names in polynomial.parts:
        power = names.count(name)
        if power > 2:
            return ()
        factors[power] += factor * prod(known[other] for other in names if other != name)
    return tuple(factors)


@lru_cache(maxsize=100_000)
def _met(
    edges: tuple[Any, ...], n: tuple[int, ...], d: tuple[int, ...], first: int | None, last: int | None
) -> Cells | None:
    if not n or not d:
        return None
    leaf = Leaf("x", frozenset(), first, last, 1)
    powers = [(), (leaf,), (leaf, leaf)]
    over, under = (Poly.of(dict(zip(powers, factors, strict=True))) for factors in (n, d))
    found = stepped(Diagrams(), settled(Term(over, under)), edges, range(1, len(edges) + 2), 0)
    along = found.children if found.__class__ is Branch else (found,)
    return Cells(sum(1 << cell for cell in set(along)), (along[0], along[-1]))
