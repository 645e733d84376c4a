"""What the bits of a firm's word mean: missing facts that are asked, axes of several facts that are asked, open, failed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np

from ..lattice.axes import Axis
from ..lattice.lattice import Lattice, Outcome
from .codes import TooMany
from .columns import Array
from .view import View

OPEN, FAIL = 1 << 62, 1 << 63

MOST = 62
"""Bits for facts and axes."""

AT_ONCE = 8
"""Axes whose facts are looked up together."""


class Layout:
    """Bits of one version: `facts` first, then axes of several facts in the order in which they turn up."""

    def __init__(self, facts: Iterable[str]) -> None:
        self.facts = tuple(sorted(facts))
        self._places = {fact: place for place, fact in enumerate(self.facts)}
        self._axes: dict[Axis, int] = {}
        self._masks: list[Array] | None = None

    @property
    def word(self) -> Any:
        """The type of a word: whole numbers without an end where the facts are more than 62."""
        return np.uint64 if len(self.facts) <= MOST else object

    @property
    def stored(self) -> Any:
        """The smallest type that has a bit for every fact: answers are kept for every firm."""
        few = (kind for kind in (np.uint8, np.uint16, np.uint32) if len(self.facts) <= np.iinfo(kind).bits)
        return next(few, self.word)

    def of(self, facts: Iterable[str]) -> int:
        return sum(1 << self._places[fact] for fact in facts)

    def axis(self, axis: Axis) -> int:
        """An axis of one fact is that fact; others have bits of their own. TooMany beyond 62."""
        if len(self.facts) > MOST:
            raise TooMany
        if len(axis.facts) == 1:
            return self.of(axis.facts)
        if axis not in self._axes:
            if len(self.facts) + len(self._axes) >= MOST:
                raise TooMany
            self._axes[axis], self._masks = len(self._axes), None
        return 1 << len(self.facts) + self._axes[axis]

    def asked(self, lattice: Lattice, outcome: Outcome) -> int:
        return sum(self.axis(axis) for axis in {lattice.axes[place] for place in outcome.asked})

    def deciding(self, words: Array, view: View) -> Array:
        """The missing facts behind words: those asked by themselves, and of the axes asked those that are missing."""
        found = words & np.uint64((1 << len(self.facts)) - 1)
        if not self._axes:
            return found
        if self._masks is None:
            self._masks = [self._mask(place) for place in range(0, len(self._axes), AT_ONCE)]
        behind = np.zeros(len(words), np.uint64)
        for place, masks in enumerate(self._masks):
            shift = np.uint64(len(self.facts) + place * AT_ONCE)
            behind |= masks.take((words >> shift & np.uint64(len(masks) - 1)).astype(np.int64))
        return found | (behind & self._missing(view))

    def _mask(self, start: int) -> Array:
        """The facts of every combination of some axes."""
        found = np.zeros(1, np.uint64)
        for axis in list(self._axes)[start : start + AT_ONCE]:
            found = np.concatenate([found, found | np.uint64(self.of(axis.facts))])
        return found

    def _missing(self, view: View) -> Array:
        found = np.zeros(view.count, np.uint64)
        facts = sorted({fact for axis in self._axes for fact in axis.facts}, key=self._places.__getitem__)
        for byte, some in groupby(facts, key=lambda fact: self._places[fact] // 8):  # bytes are moved faster
            bits = np.zeros(view.count, np.uint8)
            for fact in some:
                bits |= view.missing(fact).view(np.uint8) * np.uint8(1 << self._places[fact] % 8)
            found |= bits.astype(np.uint64) << np.uint64(8 * byte)
        return found
