"""What each firm comes to and what it still waits for, as bits: facts in one 64-bit number, sets of facts in another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .columns import Array
from .lattice import Lattice
from .quantities import NotCertain


class Bits:
    """Facts as bits of a 64-bit number; sets of facts as bits of another (those beyond the last bit share it)."""

    def __init__(self, facts: Sequence[str]) -> None:
        if len(facts) > 64:
            raise NotCertain
        self.places = {fact: place for place, fact in enumerate(facts)}
        self._sets: dict[frozenset[str], int] = {}

    def of(self, facts: Iterable[str]) -> np.uint64:
        return np.uint64(sum(1 << self.places[fact] for fact in facts))

    def of_sets(self, sets: Iterable[frozenset[str]]) -> np.uint64:
        places = {min(63, self._sets.setdefault(found, len(self._sets))) for found in sets}
        return np.uint64(sum(1 << place for place in places))

    def taken(self, lattice: Lattice, places: Array, name: str) -> Array:
        """The facts an attribute of each firm's outcome names."""
        return lattice.taken(places, name, lambda outcome: self.of(getattr(outcome, name)), np.uint64)

    def waits(self, lattice: Lattice, places: Array) -> Waiting:
        """What each firm's outcome still waits for."""

        def bits(name: str, what: Callable[[Any], np.uint64]) -> Array:
            return lattice.taken(places, name, lambda outcome: what(outcome.waits), np.uint64)

        return Waiting(
            bits("single", lambda w: self.of(w.single)),
            bits("knots", lambda w: self.of(w.knots)),
            bits("several", lambda w: self.of_sets(w.several)),
            bits("loose", lambda w: self.of(x for x in w.loose if isinstance(x, str))),
            bits("loose sets", lambda w: self.of_sets(x for x in w.loose if not isinstance(x, str))),
            lattice.taken(places, "unsure", lambda outcome: outcome.waits.unsure, bool),
        )


@dataclass
class Waiting:
    """`Waits` of every firm, as bits; `doubt`: what is here says nothing."""

    single: Array
    knots: Array
    several: Array
    loose: Array
    loose_sets: Array
    doubt: Array

    @classmethod
    def nothing(cls, count: int) -> Waiting:
        none = [np.zeros(count, np.uint64) for _ in range(5)]
        return cls(none[0], none[1], none[2], none[3], none[4], np.zeros(count, bool))

    def where(self, rows: Array) -> Waiting:
        """Only for these firms."""
        return self._each(lambda values: np.where(rows, values, values.dtype.type(0)))

    def take(self, rows: Array) -> Waiting:
        return self._each(lambda values: values[rows])

    def _each(self, act: Callable[[Array], Array]) -> Waiting:
        return Waiting(**{name: act(values) for name, values in vars(self).items()})

    def join(self, other: Waiting) -> None:
        """Two parts side by side: what both wait for ties them."""
        self.knots |= self.single & other.single
        self.doubt |= (self.several & other.several) != 0
        self.add(other)

    def narrowed_by(self, other: Waiting) -> None:
        """The same, where `other` has narrowed its own quotients in this one."""
        self.knots |= self.single & self.loose & other.single
        self.doubt |= (self.loose_sets & other.several) != 0

    def add(self, other: Waiting) -> None:
        for name, values in vars(other).items():
            getattr(self, name).__ior__(values)


@dataclass
class Settled:
    """Per firm: whether it can hold and can fail, and which missing facts decide (as bits).

    `facts` surely decide if nothing is tied in `waiting`; no fact outside `asked` can. Where there are knots, `hold`,
    `miss` and `facts` may be more than the truth.
    """

    hold: Array
    miss: Array
    facts: Array
    asked: Array
    waiting: Waiting

    def add(self, part: Settled) -> None:
        """Both have to hold."""
        self.hold &= part.hold
        self.miss |= part.miss
        self.facts |= part.facts
        self.asked |= part.asked

    def rows(self, rows: Array) -> Settled:
        parts = (self.hold[rows], self.miss[rows], self.facts[rows], self.asked[rows])
        return Settled(*parts, self.waiting.take(rows))

    def put(self, rows: Array, part: Settled) -> None:
        for name in ("hold", "miss", "facts", "asked"):
            getattr(self, name)[rows] = getattr(part, name)
        for name, values in vars(part.waiting).items():
            getattr(self.waiting, name)[rows] = values
