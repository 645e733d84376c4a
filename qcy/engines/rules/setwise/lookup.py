"""A lattice over many firms: what each combination of codes comes to is worked out once and looked up from then on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from ..lattice.axes import Axis
from ..lattice.lattice import Lattice, Outcome
from .codes import Coder, TooMany
from .columns import Array
from .view import View

MOST_KINDS = 1 << 20
"""A table is kept for at most so many combinations of codes; beyond that those that occur are numbered."""

Row = tuple[int, ...]
"""What an outcome says, as whole numbers: one for each column of the table."""

_WIDTHS: tuple[tuple[int, Any], ...] = ((2**16, np.uint16), (2**32, np.uint32), (2**63, np.int64))
"""Combinations are numbered in as few bytes as will do."""

NOT_YET = np.uint64(2**64 - 1)


def lookup_of(
    lattice: Lattice | None, coder: Callable[[Axis], Coder], read: Callable[[Outcome], Row]
) -> Lookup | None:
    """None for what arrays cannot follow."""
    if lattice is None:
        return None
    try:
        return Lookup(lattice, [coder(axis) for axis in lattice.axes], read)
    except TooMany:
        return None


class Lookup:
    """`read` turns an outcome into whole numbers below 2^64 - 1, `width` of them. TooMany beyond 2^63 combinations."""

    def __init__(
        self, lattice: Lattice, coders: Sequence[Coder], read: Callable[[Outcome], Row], width: int = 1
    ) -> None:
        self.lattice, self.coders, self.read = lattice, coders, read
        self.sizes = [len(coder.bits) for coder in coders]
        self.kinds = prod(self.sizes)
        if self.kinds >= _WIDTHS[-1][0]:
            raise TooMany
        room = self.kinds if self.kinds <= MOST_KINDS else 1024
        self.columns = [np.full(room, NOT_YET) for _ in range(width)]
        self._numbered: dict[int, int] = {}

    @cached_property
    def facts(self) -> frozenset[str]:
        """Everything the outcomes hang on."""
        return frozenset().union(*(coder.facts for coder in self.coders))

    def places(self, view: View) -> Array:
        """The place of each firm's combination in the columns."""
        return view.once(self, self._places)

    def taken(self, view: View, column: int = 0) -> Array:
        return self._at(self.places(view), column)

    def taken_for(self, codes: Sequence[Array]) -> Array:
        """The first column for firms with these codes, axis by axis."""
        return self._at(self._numbers(codes), 0)

    def _at(self, places: Array, column: int) -> Array:
        found = self.columns[column].take(places)
        if found.size and found.max() == NOT_YET:
            met = np.zeros(len(self.columns[column]), bool)
            met[places[found == NOT_YET]] = True
            for place in np.flatnonzero(met).tolist():
                self._fill(place, place)
            found = self.columns[column].take(places)
        return found

    def _places(self, view: View) -> Array:
        if not self.coders:
            return np.zeros(view.count, np.int64)
        return self._numbers([coder.codes(view) for coder in self.coders])

    def _numbers(self, codes: Sequence[Array]) -> Array:
        keys: Any = codes[0].astype(next(kind for most, kind in _WIDTHS if self.kinds <= most))
        for size, code in zip(self.sizes[1:], codes[1:], strict=True):
            keys *= size
            keys += code
        found: Array = keys.astype(np.int64) if self.kinds <= MOST_KINDS else self._compacted(keys)
        return found

    def _compacted(self, keys: Array) -> Array:
        kinds, places = np.unique(keys, return_inverse=True)
        return np.array([self._number(int(kind)) for kind in kinds], np.int64).take(places)

    def _number(self, kind: int) -> int:
        if kind not in self._numbered:
            place = self._numbered[kind] = len(self._numbered)
            if place >= len(self.columns[0]):
                self.columns = [np.concatenate([c, np.full(len(c), NOT_YET)]) for c in self.columns]
            self._fill(place, kind)
        return self._numbered[kind]

    def _fill(self, place: int, kind: int) -> None:
        row = self.read(self.lattice.outcome(self.states(kind)))
        for column, value in zip(self.columns, row, strict=True):
            column[place] = value

    def states(self, kind: int) -> list[int]:
        """The cells (bits) on every axis behind a combination."""
        found = []
        for coder, size in zip(reversed(self.coders), reversed(self.sizes), strict=True):
            kind, code = divmod(kind, size)
            found.append(coder.bits[code])
        return found[::-1]
