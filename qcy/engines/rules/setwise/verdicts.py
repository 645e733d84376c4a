"""One unit of a version over a stretch of firms: by lattices and sums, by the ends of a fact, else by the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..decide import FAILS, QUALIFIES, verdict_by
from ..decide import Verdict as Decided
from ..packs.model import Version
from ..scope import Names
from .alone import Alone
from .columns import Array
from .lattice import Lattice
from .pieces import Question, pieces_of
from .quantities import NotCertain
from .splits import can_try_all, candidates
from .sums import Scored
from .units import facts_of
from .views import AtEnd, Filled, Part, Stretch, View
from .waiting import Bits, Settled, Waiting

DEPTH = 3
"""Facts a firm is put to the ends of, one after the other."""


WORTH = 60
"""Firms that a second fact is tried on value by value; fewer are quicker one by one."""


class Verdict:
    """The conditions of one unit. Firms that arrays do not settle are asked of the interpreter, equal ones once."""

    def __init__(self, unit: Version, question: Question, bits: Bits) -> None:
        self.unit, self.question, self.bits = unit, question, bits
        self.asked = Alone(facts_of(unit, question.dictionary.__contains__), self._decided)
        try:
            pieces = pieces_of(question, unit.clauses)
            self.alone, self.quotients, self.others = pieces.alone, pieces.quotients, pieces.others
            self.domain = pieces.domain
            self.scored = [Scored(question, clause, pieces.domain) for clause in pieces.scored]
            self.followed = True
        except NotCertain:
            self.followed = False

    def settle(self, stretch: Stretch) -> Settled:
        """Per firm: can hold, can fail, the facts that decide which."""
        try:
            found = self._untied(stretch, DEPTH) if self.followed else _nothing(stretch.count)
        except NotCertain:
            self.followed = False
            found = _nothing(stretch.count)
        return self._by_hand(stretch, found)

    def _by_arrays(self, view: View) -> Settled:
        total = _all_held(view.count)
        for lattice in self.alone:  # the others are asked within what these leave
            total.add(self._of(lattice, view))
        narrowing = _all_held(view.count)
        for lattice in self.quotients:
            _join(narrowing, self._of(lattice, view))
        parts = [self._of(lattice, view) for lattice in self.others]
        parts += [clause.settle(view, self.bits) for clause in self.scored]
        for part in parts:
            part.waiting.narrowed_by(narrowing.waiting)
            _join(total, part)
        total.add(narrowing)
        total.waiting.add(narrowing.waiting)
        both = total.hold & total.miss
        total.facts *= both
        total.asked *= both
        total.waiting = total.waiting.where(total.hold)
        total.waiting.knots *= both
        return total

    def _of(self, lattice: Lattice, view: View) -> Settled:
        places = lattice.places(view)
        hold = lattice.taken(places, "hold", lambda o: True in o.endings, bool)
        miss = lattice.taken(places, "miss", lambda o: o.endings != (True,), bool)
        facts = self.bits.taken(lattice, places, "facts")
        return Settled(hold, miss, facts, facts, self.bits.waits(lattice, places))

    # -- a missing fact that several parts wait for -------------------------------

    def _untied(self, view: View, depth: int) -> Settled:
        """Firms with a knot are judged again with that fact known, at one value after the other."""
        found = self._by_arrays(view)
        knots, doubt = found.waiting.knots, found.waiting.doubt
        tied = (knots != 0) & ~doubt
        if depth == 0:
            doubt |= tied
            return found
        for fact, place in self.bits.places.items():
            here = tied & (knots >> np.uint64(place) & np.uint64(1)).astype(bool)
            tied &= ~here
            rows = np.nonzero(here)[0]
            if len(rows):
                found.put(rows, self._tried(fact, view, rows, found.rows(rows), depth - 1))
        return found

    def _tried(self, fact: str, view: View, rows: Array, wide: Settled, depth: int) -> Settled:
        """Value after value, until all that was thought possible has been seen or no value is left."""
        seen = Seen(wide, self.bits.of([fact]))
        for end in (0, 1):
            seen.add(slice(None), self._untied(AtEnd(view, rows, fact, end), depth))
        kind, part = self.question.dictionary[fact], Part(view, rows)
        left = np.nonzero(~seen.complete)[0]
        every = depth == DEPTH - 1 or (depth == DEPTH - 2 and len(left) >= WORTH)
        every = every and can_try_all(kind, self._axes())
        if len(left) and every:
            part = Part(part, left)
            for value in candidates(kind, self.domain, part, self._axes()):
                some = np.nonzero(~seen.complete[left])[0]
                if not len(some):
                    break
                at = value if np.ndim(value) == 0 else value[some]
                seen.add(left[some], self._untied(Filled(part, some, kind, at), depth))
        return seen.settled(every)

    def _axes(self) -> list[Any]:
        lattices = [*self.alone, *self.quotients, *self.others]
        lattices += [item.lattice for clause in self.scored for item in clause.items]
        lattices += [clause.route for clause in self.scored]
        return list(dict.fromkeys(axis for lattice in lattices for axis in lattice.axes))

    # -- what is left -------------------------------------------------------------

    def _by_hand(self, stretch: Stretch, found: Settled) -> Settled:
        for row in np.nonzero(found.waiting.doubt)[0]:
            verdict, ordinary, judged = self.asked.of(stretch.all, int(row))
            found.hold[row] = verdict != FAILS
            found.miss[row] = verdict != QUALIFIES
            found.facts[row] = self.bits.of((*ordinary, *judged))
        return found

    def _decided(self, facts: Mapping[str, Any]) -> Decided:
        q = self.question
        return verdict_by(self.unit, Names(self.unit, q.dictionary, facts, q.on, q.kind, q.calendar))


class Seen:
    """What firms have come to for the values of one fact that were tried so far."""

    def __init__(self, wide: Settled, mine: np.uint64) -> None:
        self.wide, self.mine = wide, mine
        count = len(wide.hold)
        self.hold, self.miss = np.zeros(count, bool), np.zeros(count, bool)
        self.facts = np.zeros(count, np.uint64)
        self.tainted, self.decides = np.zeros(count, bool), np.zeros(count, bool)
        self.first, self.known = (
            [self.hold.copy(), self.miss.copy(), self.facts.copy()],
            np.zeros(count, bool),
        )
        self.complete = np.zeros(count, bool)

    def add(self, rows: Any, part: Settled) -> None:
        sure = ~part.waiting.doubt
        self.tainted[rows] |= part.waiting.doubt
        self.hold[rows] |= part.hold & sure
        self.miss[rows] |= part.miss & sure
        now = (part.hold, part.miss, part.facts)
        known = self.known[rows] & sure
        for before, value in zip(self.first, now, strict=True):
            self.decides[rows] |= known & (before[rows] != value)
            before[rows] = np.where(known, before[rows], value)
        self.known[rows] |= sure
        self.facts[rows] |= np.where(sure, part.facts, np.uint64(0))
        self._compare()

    def _compare(self) -> None:
        facts = self._facts()
        self.complete = (self.hold == self.wide.hold) & (self.miss == self.wide.miss)
        self.complete &= facts == self.wide.asked

    def _facts(self) -> Array:
        facts = np.where(self.decides, self.facts | self.mine, self.facts)
        return np.where(self.hold & self.miss, facts, np.uint64(0))

    def settled(self, every: bool) -> Settled:
        """Where every value was tried nothing else can come out; only whether the fact decides may not be told."""
        facts = self._facts()
        untold = self.hold & self.miss & ~self.decides & ((self.wide.asked & self.mine) != 0)
        waiting = Waiting.nothing(len(facts))
        waiting.doubt |= ~self.complete & (self.tainted | untold | (not every))
        return Settled(self.hold, self.miss, facts, facts, waiting)


def _join(total: Settled, part: Settled) -> None:
    """A part beside others that may wait for the same."""
    total.waiting.join(part.waiting)
    total.add(part)


def _all_held(count: int) -> Settled:
    none = np.zeros(count, np.uint64)
    return Settled(np.ones(count, bool), np.zeros(count, bool), none, none.copy(), Waiting.nothing(count))


def _nothing(count: int) -> Settled:
    found = _all_held(count)
    found.miss[:] = found.waiting.doubt[:] = True
    return found
