"""The clauses of a version over many firms: a word for each, with bits for what is asked, for open and for failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from ..decide import FAILS, MANUAL, QUALIFIES, UNKNOWN, verdict_of
from ..lattice.axes import Axis, PointsAxis, QuotientAxis
from ..lattice.firm import Firm
from ..lattice.lattice import Lattice, Outcome
from ..lattice.ready import Ready, values_of
from .alone import Alone
from .answers import VERDICTS
from .codes import Coder, TooMany
from .columns import Array
from .layout import FAIL, OPEN, Layout
from .lookup import Lookup, Row
from .points import Points
from .view import View

FEWER = 0.7
"""Once no more than this share of the firms can still qualify, the rest is asked of those alone."""

_TOLD = np.array([VERDICTS.index(name) for name in (QUALIFIES, MANUAL, UNKNOWN)], np.int8)
"""By whether anything is open, and whether that hangs on a fact that is no reviewer's."""

TOGETHER = 4096
"""Conditions on one fact each share a table of at most so many combinations."""


class Verdicts:
    """Firms before clauses that arrays cannot follow are put to the interpreter, unless another clause has failed."""

    def __init__(self, ready: Ready, layout: Layout, coder: Callable[[Axis], Coder], points: Points) -> None:
        self.ready, self.layout, self.points = ready, layout, points
        dictionary = ready.dictionary
        self.ordinary = layout.of(fact for fact in layout.facts if not dictionary[fact].judgement)
        self.asked = Alone(layout.facts, self._decided)
        self.followed = True
        self.axes: list[PointsAxis] = []
        found: list[Lookup] = []
        for clause in ready.version.clauses:
            lattice = ready.clause(clause).lattice
            try:
                if lattice is None:
                    raise TooMany
                found.append(self._prepared(lattice, coder))
            except TooMany:
                self.followed = False
        self.steps = _in_order(found)

    def _prepared(self, lattice: Lattice, coder: Callable[[Axis], Coder]) -> Lookup:
        axes = [axis for axis in lattice.axes if isinstance(axis, PointsAxis)]
        self.points.check(axis.name for axis in axes)
        for axis in lattice.axes:
            self.layout.axis(axis)
        self.axes += [axis for axis in axes if axis not in self.axes]
        return Lookup(lattice, [coder(axis) for axis in lattice.axes], self._reader(lattice))

    def _reader(self, lattice: Lattice) -> Callable[[Outcome], Row]:
        def read(outcome: Outcome) -> Row:
            if True not in _truths(outcome):
                return (FAIL,)
            return (0,) if len(outcome.endings) == 1 else (OPEN | self.layout.asked(lattice, outcome),)

        return read

    def settle(self, view: View) -> tuple[Array, Array]:
        """(verdict, facts that decide it) of every firm."""
        count = view.count
        words, rows, view = self._words(view)
        if not self.followed:
            words, rows, view = self._alive(words, rows, view)
        told = self._told(words, view) if self.followed else self._by_hand(view)
        if len(rows) == count:
            return told
        verdict, deciding = (
            np.full(count, VERDICTS.index(FAILS), np.int8),
            np.zeros(count, self.layout.word),
        )
        verdict[rows], deciding[rows] = told
        return verdict, deciding

    def _words(self, view: View) -> tuple[Array, Array, View]:
        """Of firms that have not failed, and of some that have: their words, their places, and what is known of them."""
        words, rows = np.zeros(view.count, np.uint64), np.arange(view.count)
        for step in self.steps:
            words, rows, view = self._without_most(words, rows, view)
            words |= self._asked(step, view)
        return self._without_most(words, rows, view)

    def _without_most(self, words: Array, rows: Array, view: View) -> tuple[Array, Array, View]:
        """Firms that have failed are left out once they are many: taking columns costs as much as a condition."""
        many = np.count_nonzero(words < FAIL) <= FEWER * len(words)
        return self._alive(words, rows, view) if many else (words, rows, view)

    @staticmethod
    def _alive(words: Array, rows: Array, view: View) -> tuple[Array, Array, View]:
        alive = np.flatnonzero(words < FAIL)
        return words.take(alive), rows.take(alive), view.narrowed(alive)

    @staticmethod
    def _asked(step: Lookup, view: View) -> Array:
        """Conditions that stay open are tried with a missing number in one cell after the other."""
        words = step.taken(view)
        for place, inside in step.lattice.splits:
            number: Any = step.lattice.axes[place]
            rows = np.flatnonzero(((words & OPEN) != 0) & view.missing(number.facts[0]))
            if len(rows):
                words[rows] = _tried(step, number, place, inside, view.narrowed(rows), words[rows])
        return words

    def _told(self, words: Array, view: View) -> tuple[Array, Array]:
        alive = words < FAIL
        words = words * alive
        is_open, facts = words != 0, self._facts(words, view)
        for fact in self.ready.pickers:
            rows = np.flatnonzero(is_open & alive & view.missing(fact))
            if len(rows):
                possible, alive[rows] = self._picked(fact, view.narrowed(rows))
                facts[rows] &= possible
        told = _TOLD.take(is_open.astype(np.int64) + ((facts & np.uint64(self.ordinary)) != 0))
        return told * alive.view(np.int8), facts * alive  # the code of "fails" is 0

    def _picked(self, fact: str, view: View) -> tuple[Array, Array]:
        """(facts that can decide, whether a firm can pass at all) once a choice has been tried out."""
        possible, alive = np.full(view.count, self.layout.of([fact]), np.uint64), np.zeros(view.count, bool)
        kind = self.ready.dictionary[fact]
        for place in range(len(values_of(kind))):
            words, rows, left = self._words(view.chosen(kind, place))
            passes = words < FAIL
            possible[rows] |= self._facts(words * passes, left)
            alive[rows] |= passes
        return possible, alive

    def _facts(self, words: Array, view: View) -> Array:
        for axis in self.axes:
            asked = (words & np.uint64(self.layout.axis(axis))) != 0
            if asked.any():
                words = words | self.points.words(view, axis.name) * asked
        return self.layout.deciding(words, view)

    # -- one by one -----------------------------------------------------------------

    def _by_hand(self, view: View) -> tuple[Array, Array]:
        found = [self.asked.of(view.firms, view.row(place)) for place in range(view.count)]
        verdict = np.array([VERDICTS.index(one[0]) for one in found], np.int8)
        return verdict, np.array([self.layout.of((*one[1], *one[2])) for one in found], self.layout.word)

    def _decided(self, facts: Mapping[str, Any]) -> Any:
        return verdict_of(Firm(self.ready, facts))


def _tried(step: Lookup, number: Any, place: int, inside: list[int], view: View, open_words: Array) -> Array:
    """The word that every cell of the missing number gives, where they all say yes or all say no."""
    codes = [coder.codes(view) for coder in step.coders]
    held, failed = np.ones(view.count, bool), np.ones(view.count, bool)
    for cell, limits in number.parts():
        codes[place] = np.full(view.count, cell, np.uint8)
        for other in inside:
            coder: Any = step.coders[other]
            codes[other] = coder.within(view, {number.facts[0]: limits})
        words = step.taken_for(codes)
        held &= words == 0
        failed &= words >= FAIL
    return np.where(held, np.uint64(0), np.where(failed, np.uint64(FAIL), open_words))


def _truths(outcome: Outcome) -> list[Any]:
    """Endings without 1, which equals True."""
    return [ending for ending in outcome.endings if ending is True]


class Together(Lookup):
    """Conditions that must all hold, each on one fact: one table for all of them."""

    def __init__(self, parts: list[Lookup]) -> None:
        super().__init__(parts[0].lattice, [part.coders[0] for part in parts], parts[0].read)
        words = np.zeros(1, np.uint64)
        for part in parts:
            rows = [part.read(part.lattice.outcome([bits]))[0] for bits in part.coders[0].bits]
            words = (words[:, None] | np.array(rows, np.uint64)).ravel()
        self.columns = [words]


def _in_order(found: list[Lookup]) -> list[Lookup]:
    """Words and plain numbers first and put together, quotients later, points last."""
    simple = [one for one in found if len(one.coders) == 1 and not _several(one)]
    rest = [one for one in found if one not in simple]
    return [*_packed(simple), *sorted(rest, key=lambda one: (_scored(one), _several(one)))]


def _packed(simple: list[Lookup]) -> list[Lookup]:
    packs: list[list[Lookup]] = []
    for one in sorted(simple, key=lambda one: one.kinds):
        if packs and prod(other.kinds for other in packs[-1]) * one.kinds <= TOGETHER:
            packs[-1].append(one)
        else:
            packs.append([one])
    return [Together(pack) for pack in packs]


def _several(one: Lookup) -> int:
    """How many axes of several facts it asks."""
    return sum(isinstance(coder.axis, (QuotientAxis, PointsAxis)) for coder in one.coders)


def _scored(one: Lookup) -> bool:
    return any(isinstance(coder.axis, PointsAxis) for coder in one.coders)
