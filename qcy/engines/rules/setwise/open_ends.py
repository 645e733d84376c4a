"""Quotients whose gaps are open to the end, as most are: one division with 0 for what is missing, and a flag for every open end.

A missing fact that can be anything from 0 up adds nothing to the least its sum can be and leaves no end to the most. So where
a firm lies hangs on how many edges the division passes and on a few flags: it is read from a small table.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, reduce
from itertools import product
from math import ceil, floor, inf
from typing import Any, NamedTuple

import numpy as np

from ..lattice.axes import QuotientAxis, Reach
from ..lattice.polynomials import Polynomial
from .columns import Array
from .quotients import certified
from .view import View

ROUNDING = 2.0**-52
"""Numbers above 0, multiplied, added up and divided, are off by less than this part for every step."""

FROM_ZERO, ANYTHING = (0, inf), (-inf, inf)

Found = tuple[Array, Array]
"""Codes, and the rows in doubt."""


class Gap(NamedTuple):
    """What a firm's quotient has no end of: the numerator downwards or upwards, the denominator; and what they are else."""

    no_least: bool
    no_most: bool
    open_below: bool
    zero: bool
    none: bool
    """The denominator is 0."""
    negative: bool


class OpenEnds:
    """One axis that `suits`; `code_of` numbers the spans of its cells."""

    def __init__(self, axis: QuotientAxis, code_of: Callable[[Reach], int]) -> None:
        self.axis, self.divides = axis, bool(axis.d.facts)
        self.positive = axis.n.is_positive({name: low for name, (low, _) in axis.limits.items()})
        self.alone = tuple(_alone(polynomial) for polynomial in (axis.n, axis.d))
        self.edges = [self._edge(value, side) for value, side in axis.edges]
        self.table = self._table(code_of)

    @staticmethod
    def suits(axis: QuotientAxis) -> bool:
        """Facts from 0 up, or that can be anything and stand in the numerator by themselves."""
        least = {name: low for name, (low, _) in axis.limits.items()}
        products = [names for _, names in axis.n.parts if len(names) > 1]
        return (
            {*axis.limits.values()} <= {FROM_ZERO, ANYTHING}
            and bool(axis.d.parts)
            and axis.d.is_positive(least)
            and all(least[name] == 0 for names in products for name in names)
        )

    def made(self, view: View) -> Found | None:
        """None where the columns do not prove it."""
        under = self._size(self.axis.d, view) if self.divides else 0
        exact = certified(self.axis, self._size(self.axis.n, view), under)
        if not exact and not self.positive:  # what is taken off could leave nothing but rounding
            return None
        over = self._sum(self.axis.n, view)
        below = self._sum(self.axis.d, view) if self.divides else None
        with np.errstate(divide="ignore", invalid="ignore"):
            value = over if below is None else over / below
        passed, doubt = self._passed(value, 0.0 if exact else self.near)
        places = passed.astype(np.uint16) if len(self.table) > 256 else passed
        for number, flag in enumerate(self._flags(view, over, below)):
            places += flag.view(np.uint8) * places.dtype.type(self.axis.inside << number)
        return self.table.take(places), doubt

    # -- what the columns prove -------------------------------------------------------

    def _size(self, polynomial: Polynomial, view: View) -> int:
        columns = {name: view.firms.columns.get(name) for name in polynomial.facts}
        size: int = polynomial.size({name: column.size if column else 0 for name, column in columns.items()})
        return size

    @cached_property
    def near(self) -> float:
        """By how much of an edge a quotient may seem to be on its other side."""
        parts = (*self.axis.n.parts, *self.axis.d.parts)
        return ROUNDING * (2 + sum(len(names) + 2 for _, names in parts))

    # -- arrays -------------------------------------------------------------------------

    def _sum(self, polynomial: Polynomial, view: View) -> Array:
        if name := _alone(polynomial):
            return view.numbers(name)
        total: Any = 0.0
        for factor, names in polynomial.parts:
            value: Any = self._filled(names[0], view) if names else 1.0
            for name in names[1:]:
                value = value * self._filled(name, view)
            value = value if factor == 1 else value * float(factor)
            total = value if total.__class__ is float and total == 0 else total + value
        return total if isinstance(total, np.ndarray) else np.full(view.count, total)

    def _filled(self, name: str, view: View) -> Array:
        """With 0 for what is missing; NaN where the fact can be anything."""
        if self.axis.limits[name] == ANYTHING:
            return view.numbers(name)
        found: Array = view.once(("filled", name), lambda view: np.fmax(view.numbers(name), 0.0))
        return found

    def _edge(self, value: Fraction, side: int) -> tuple[float, bool]:
        """What the quotient, or a numerator over a constant, has to be: at least, or above it."""
        if self.divides:
            return float(value), bool(side)
        ((constant, _),) = self.axis.d.parts
        least = floor(value * constant) + 1 if side else ceil(value * constant)
        return float(least), False

    def _passed(self, value: Array, near: float) -> Found:
        """How many edges, and the rows for which an edge is too near to tell."""
        found, beyond = np.zeros(len(value), np.uint8), np.zeros(len(value), np.uint8)
        for edge, above in self.edges:
            low, high = edge - abs(edge) * near, edge + abs(edge) * near
            found += (value > low if above else value >= low).view(np.uint8)
            if near:
                beyond += (value > high if above else value >= high).view(np.uint8)
        return found, np.flatnonzero((found != beyond) & np.isfinite(value)) if near else _NOBODY

    def _flags(self, view: View, over: Array, under: Array | None) -> list[Array]:
        """Those of a `Gap` that can be, in its order."""
        found = [self._open(view, way) for way in self._ways]
        if under is not None:
            zeros = zip(self.alone, (over, under), strict=True)
            found.append(self._missing(view, self.axis.d))
            found += [view.zero(name) if name else value == 0 for name, value in zeros]
            found += [] if self.positive else [over < 0]
        return found

    @property
    def _ways(self) -> tuple[int, ...]:
        """Ends of the numerator that can be open."""
        return (1,) if self.positive else (-1, 1)

    def _open(self, view: View, way: int) -> Array:
        """Whether something missing leaves the numerator no lower (-1) or no upper (1) end."""
        anything = {name for name, limits in self.axis.limits.items() if limits == ANYTHING}
        parts = [part for part in self.axis.n.parts if part[0] * way > 0 or anything & {*part[1]}]
        return self._missing(view, Polynomial(tuple(parts)))

    @staticmethod
    def _missing(view: View, polynomial: Polynomial) -> Array:
        """Whether some product has no end: something in it is missing and nothing is 0."""
        found: Any = None
        for _, names in polynomial.parts:
            if names:
                gap = reduce(np.logical_or, [view.missing(name) for name in {*names}])
                if len({*names}) > 1:
                    gap = gap & ~reduce(np.logical_or, [view.zero(name) for name in {*names}])
                found = gap if found is None else found | gap
        return np.zeros(view.count, bool) if found is None else found

    # -- the table ------------------------------------------------------------------------

    def _table(self, code_of: Callable[[Reach], int]) -> Array:
        """The code by how many edges are passed, and then by every flag."""
        can_be = [-1 in self._ways, 1 in self._ways, *[self.divides] * 3, self.divides and not self.positive]
        flags = product(*((False, True) if can else (False,) for can in reversed(can_be)))
        gaps = [Gap(*reversed(found)) for found in flags]
        return np.array(
            [code_of(self._reach(n, gap)) for gap in gaps for n in range(self.axis.inside)], np.uint8
        )

    def _reach(self, passed: int, gap: Gap) -> Reach:
        """A fact that stands alone is not filled in: where it is missing, no edge counts as passed."""
        if gap.none and not gap.open_below:
            return Reach(0, -1, null=True)
        over, under = self.alone
        zero, none = gap.zero or bool(over and gap.no_most), gap.none or bool(under and gap.open_below)
        near = self._passed_near(0 if zero else -1 if gap.negative else 1)  # over something very large
        top = self.axis.inside - 1
        far = 0 if gap.negative else near if zero else top  # over something very small
        low, high = near if gap.open_below or zero else passed, far if none else passed
        if gap.negative:
            low, high = far if none else passed, near if gap.open_below else passed
        return Reach(0 if gap.no_least else low, top if gap.no_most else high, null=none)

    def _passed_near(self, sign: int) -> int:
        """How many edges 0 passes (0), or a number as near to it as one likes above (1) or below it (-1)."""
        return sum(
            (value, side) < (0, 1) if sign == 0 else (value, side) <= (0, sign)
            for value, side in self.axis.edges
        )


def _alone(polynomial: Polynomial) -> str:
    """The fact that is all of it, or ""."""
    if len(polynomial.parts) == 1:
        ((factor, names),) = polynomial.parts
        if factor == 1 and len(names) == 1:
            return names[0]
    return ""


_NOBODY = np.zeros(0, np.int64)
