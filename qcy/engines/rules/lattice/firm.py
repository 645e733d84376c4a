"""One firm before the questions of a version: what each can still come to, and which missing facts can change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from ..outcomes.diagrams import Branch, TooOpen, endings, variables
from ..outcomes.terms import Number, Term
from ..outcomes.totals import ends_of
from ..packs.model import Clause, ScoreGroup, ScoreItem
from .axes import Axis, FactAxis, PointsAxis
from .lattice import Lattice
from .ready import Counted, Question, Ready, values_of

NO_FACTS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Settled:
    """The endings that are left, and the missing facts that are still asked; `too_open`: anything can come out."""

    endings: tuple[Any, ...]
    facts: frozenset[str]
    too_open: bool = False

    @property
    def certain(self) -> bool:
        return len(self.endings) == 1 and not self.too_open


@dataclass(frozen=True)
class Span:
    """Points between two ends, and the missing facts that move them."""

    low: Number
    high: Number
    facts: frozenset[str]


class Firm:
    """A version that has been made ready, asked of one firm with these facts."""

    def __init__(self, ready: Ready, facts: Mapping[str, Any]) -> None:
        self.ready, self.version, self.facts = ready, ready.version, facts
        self.names = ready.names(facts)
        self._bits: dict[Axis, tuple[int, frozenset[str]]] = {}
        self._spans: dict[Any, Span] = {}
        self._conditions: dict[Question, Settled] = {}

    # -- all clauses ------------------------------------------------------------

    def open_facts(self) -> frozenset[str] | None:
        """The missing facts that open clauses ask; None where a clause fails.

        A missing choice that several clauses ask is tried out: what only matters where another clause then fails does not
        matter, and where a clause fails with every choice all is settled.
        """
        found = self._asked()
        for fact in self.ready.pickers:
            if found and fact not in self.facts:
                values = values_of(self.ready.dictionary[fact])
                parts = [Firm(self.ready, {**self.facts, fact: value})._asked() for value in values]
                possible = [part for part in parts if part is not None]
                found = found & NO_FACTS.union({fact}, *possible) if possible else None
        return found

    def _asked(self) -> frozenset[str] | None:
        asked = NO_FACTS
        for clause in self.version.clauses:
            found = self.clause(clause)
            if found.certain and found.endings[0] is not True:
                return None
            asked = asked if found.certain else asked | found.facts
        return asked

    # -- conditions -------------------------------------------------------------

    def clause(self, clause: Clause) -> Settled:
        return self.condition(self.ready.clause(clause))

    def condition(self, question: Question) -> Settled:
        """A condition that stays open is tried with a missing number in one cell after the other: all may give the same."""
        if question not in self._conditions:
            self._conditions[question] = self._condition(question)
        return self._conditions[question]

    def _condition(self, question: Question) -> Settled:
        found = self.settled(question)
        if found.certain or question.lattice is None:
            return found
        for place, inside in question.lattice.splits:
            if question.lattice.axes[place].facts[0] not in self.facts:
                endings = self._tried(question.lattice, place, inside)
                if len(endings) == 1:
                    return Settled(tuple(endings), NO_FACTS)
        return found

    def _tried(self, lattice: Lattice, place: int, inside: list[int]) -> set[Any]:
        """What comes out, with that number in every cell it can be in."""
        bits = [self._place(axis)[0] for axis in lattice.axes]
        number: Any = lattice.axes[place]
        endings: set[Any] = set()
        for cell, limits in number.parts():
            bits[place] = 1 << cell
            for other in inside:
                axis: Any = lattice.axes[other]
                bits[other] = axis.bits(axis.within(self.facts, {number.facts[0]: limits}))
            endings |= set(lattice.outcome(bits).endings)
        return endings

    def settled(self, question: Question) -> Settled:
        """By plain calculation where everything is known, else in the lattice, else by the interpreter."""
        try:
            if question.facts <= self.facts.keys():
                value = question.evaluate(self.names)
                if value.__class__ is not Branch:  # else it asks for a reviewer's points inside a range
                    return Settled((value,), NO_FACTS)
            if question.lattice is not None:
                return self._looked_up(question.lattice)
            value = question.evaluate(self.names)
            return Settled(tuple(endings(value)), _facts_of(value))
        except TooOpen:
            return Settled((), question.facts - self.facts.keys(), too_open=True)

    def _looked_up(self, lattice: Lattice) -> Settled:
        places = [self._place(axis) for axis in lattice.axes]
        outcome = lattice.outcome([bits for bits, _ in places])
        asked = [places[place][1] for place in outcome.asked]
        return Settled(outcome.endings, NO_FACTS.union(*asked))

    def _place(self, axis: Axis) -> tuple[int, frozenset[str]]:
        """(cells as bits, the missing facts that say in which)."""
        if axis not in self._bits:
            if isinstance(axis, PointsAxis):
                span = self.points(axis.name)
                self._bits[axis] = axis.bits(axis.between(span.low, span.high)), span.facts
            else:
                assert isinstance(axis, FactAxis)
                missing = frozenset(fact for fact in axis.facts if fact not in self.facts)
                self._bits[axis] = axis.bits(axis.reach(self.facts)), missing
        return self._bits[axis]

    # -- amounts ----------------------------------------------------------------

    def numbers(self, question: Question) -> list[Number | None]:
        """What each formula comes to that is still possible; None where a fact is missing or there is no value."""
        return [self._calculated(ending) for ending in self.settled(question).endings]

    def _calculated(self, ending: Any) -> Number | None:
        if isinstance(ending, Term):
            return self._at(ending) if ending.kind == "number" else None
        return None if isinstance(ending, bool) or not isinstance(ending, (int, Fraction)) else ending

    def _at(self, term: Term) -> Number | None:
        if any(leaf.id not in self.facts for leaf in term.leaves):
            return None
        n, d = (
            sum(factor * prod(self.facts[leaf.id] for leaf in monomial) for monomial, factor in poly.parts)
            for poly in (term.n, term.d)
        )
        return Fraction(n) / d if d else None

    # -- points -----------------------------------------------------------------

    def points(self, name: str) -> Span:
        """The sum of the items' ends, group by group: what a reader adds up on paper. TooOpen if an item is."""
        if name not in self._spans:
            self._spans[name] = _sum([self._counted(part) for part in self.ready.counted(name)])
        return self._spans[name]

    def _counted(self, part: Counted) -> Span:
        given = self.facts.get(part.judge) if part.judge else None
        if given is not None:
            return Span(given, given, NO_FACTS)
        total = _sum([self.item(part.group, item) for item in part.items])
        if part.highest is None or total.high <= part.highest:
            return total
        low = min(total.low, part.highest)
        return Span(low, part.highest, total.facts if low < part.highest else NO_FACTS)

    def item(self, group: ScoreGroup, item: ScoreItem) -> Span:
        key = id(item)
        if key not in self._spans:
            self._spans[key] = self._item(group, self.ready.item(group, item))
        return self._spans[key]

    def _item(self, group: ScoreGroup, question: Question) -> Span:
        found = self.settled(question)
        if found.too_open:
            raise TooOpen
        spans = [self._ends(ending) for ending in found.endings]
        low, high = min(span.low for span in spans), max(span.high for span in spans)
        moved = found.facts.union(*(span.facts for span in spans))
        return Span(low, high, moved if low < high else NO_FACTS)

    def _ends(self, ending: Any) -> Span:
        """Of one ending: a number, a range in which reviewers award, or a formula. TooOpen where it has no bound."""
        value = self._calculated(ending) if isinstance(ending, Term) else None
        low, high = ends_of(ending) if value is None else (value, value)
        if low is None or high is None:
            raise TooOpen
        return Span(low, high, self._movers(ending) if low < high else NO_FACTS)

    def _movers(self, ending: Term) -> frozenset[str]:
        """Facts that are missing; and the reviewers, whose points for a whole group do not tell those of an item."""
        open_leaves = (leaf for leaf in ending.leaves if not leaf.grid or leaf.id not in self.facts)
        return NO_FACTS.union(*(leaf.facts for leaf in open_leaves))


def _sum(spans: list[Span]) -> Span:
    facts = NO_FACTS.union(*(span.facts for span in spans))
    return Span(sum(span.low for span in spans), sum(span.high for span in spans), facts)


def _facts_of(value: Any) -> frozenset[str]:
    if not isinstance(value, Branch):
        return NO_FACTS
    return frozenset(fact for variable in variables(value) for fact in variable.facts)
