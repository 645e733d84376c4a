"""A clause on points over many firms: sums of items against bounds, and the missing facts that decide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..feel import tree as t
from ..met import route_met
from ..outcomes.compare import MIRRORED
from ..outcomes.diagrams import TooOpen
from ..outcomes.totals import Total
from ..packs.model import Clause, ScoreGroup, ScoreItem
from ..scope import POINTS, TOTAL
from ..scores import item_points, reaches_at_most
from .axes import Domain
from .columns import Array
from .lattice import Lattice
from .pieces import Question
from .quantities import NotCertain
from .reachable import Reachable
from .scoring import UNIT, ItemOutcome, item_outcome
from .views import View
from .waiting import Bits, Settled, Waiting


@dataclass(frozen=True)
class Sum:
    """Items that have to come to `bound` together, in millionths."""

    groups: tuple[str, ...]
    item: str
    bound: int

    def has(self, group: str, item: str) -> bool:
        return group in self.groups and self.item in {"", item}


@dataclass(frozen=True, eq=False)
class Item:
    group: str
    id: str
    judge: str
    lattice: Lattice


class Scored:
    """A clause on points, with its routes. NotCertain where it is not a row of sums against numbers."""

    def __init__(self, question: Question, clause: Clause, domain: Domain) -> None:
        version, names = question.version, question.names
        self.sums = [_sum(version.groups, part) for part in _parts(clause.when)]
        wanted = [g for g in version.groups if any(g.id in s.groups for s in self.sums)]
        self.judges = {g.id: g.judge for g in wanted if g.judge}
        try:
            route: Any = False
            for option in version.routes_for(clause.id):
                route = names.run.either(route, route_met(names.run, option))
            self.route = Lattice(route, question.dictionary, question.axes, domain)
            self.items = [
                Item(g.id, i.id, g.judge, _lattice(question, names, g, i, domain))
                for g in wanted
                for i in g.items
            ]
        except TooOpen:
            raise NotCertain from None
        for group in wanted:
            _refuse_cut(names, group)
        members = [tuple(n for n, s in enumerate(self.sums) if s.has(i.group, i.id)) for i in self.items]
        self.reachable = Reachable([i.lattice for i in self.items], members, [s.bound for s in self.sums])

    def settle(self, stretch: View, bits: Bits) -> Settled:
        """Whether the clause can hold and can fail, the facts that decide it, and firms this does not settle."""
        found = _Firms(self, stretch, bits)
        return found.settled()


def _parts(tree: t.Node) -> list[t.Comparison]:
    items = tree.items if isinstance(tree, t.Both) else (tree,)
    if not all(isinstance(item, t.Comparison) for item in items):
        raise NotCertain
    return [item for item in items if isinstance(item, t.Comparison)]


def _sum(groups: tuple[ScoreGroup, ...], node: t.Comparison) -> Sum:
    """`points_x >= number`, `>` and, for points that cannot be negative, `!= 0`."""
    op, left, right = node.op, node.left, node.right
    if not isinstance(left, t.Name):
        op, left, right = MIRRORED[op], right, left
    value = right.value if isinstance(right, t.Literal) else None
    if not isinstance(left, t.Name) or not isinstance(value, (int, Fraction)) or isinstance(value, bool):
        raise NotCertain
    if op not in {">=", ">"} and (op, value) != ("!=", 0):
        raise NotCertain
    exact = Fraction(value) * UNIT
    if exact.denominator != 1 or not left.id.startswith(POINTS):
        raise NotCertain
    bound = int(exact) + (op != ">=")
    if left.id == TOTAL:
        return Sum(tuple(g.id for g in groups), "", bound)
    name = left.id.removeprefix(POINTS)
    for group in groups:
        if group.id == name:
            return Sum((group.id,), "", bound)
        if group.show_items and any(item.id == name for item in group.items) and not group.judge:
            return Sum((group.id,), name, bound)
    raise NotCertain


def _lattice(question: Question, names: Any, group: ScoreGroup, item: ScoreItem, domain: Domain) -> Lattice:
    root = names.run.whole(item_points(names.run, group, item))
    found = Lattice(root, question.dictionary, question.axes, domain, item_outcome(group.judge))
    if any(low < 0 for low, _ in _all_points(item)):
        raise NotCertain
    return found


def _all_points(item: ScoreItem) -> list[tuple[Any, Any]]:
    bands = [band.points for ladder in item.ladders for band in ladder.bands]
    return bands + [(ladder.otherwise, ladder.otherwise) for ladder in item.ladders]


def _refuse_cut(names: Any, group: ScoreGroup) -> None:
    """A group whose items can come to more than its maximum is not a plain sum."""
    total = Total(tuple(item_points(names.run, group, item) for item in group.items))
    if group.highest is not None and not reaches_at_most(total, group.highest):
        raise NotCertain


@dataclass
class _Place:
    """One item of every firm."""

    item: Item
    kinds: Array
    low: Array
    high: Array
    gap: Array
    swings: list[tuple[Array, Array, Array]]
    """(bits, low, high), one for each fact or quotient that moves the item by itself."""


_NONE = np.uint64(0)


class _Firms:
    def __init__(self, clause: Scored, stretch: View, bits: Bits) -> None:
        self.clause, self.stretch, self.bits = clause, stretch, bits
        self.count = stretch.count
        self.waiting = Waiting.nothing(self.count)
        self.asked = np.zeros(self.count, np.uint64)
        self.doubt, self.unseen = np.zeros(self.count, bool), np.zeros(self.count, bool)
        self.given = {group: self._given(judge) for group, judge in clause.judges.items()}
        self.places = [self._place(item) for item in clause.items]

    def _given(self, judge: str) -> tuple[Array, Array]:
        """(firms whose points a reviewer has given, those points)."""
        column = self.stretch.column(judge)
        if column is None:
            return np.zeros(self.count, bool), np.zeros(self.count)
        known = ~np.isnan(column[1])
        scale = UNIT if column[0].type == "int" else 1
        return known, np.where(known, column[1], 0.0) * scale

    def _place(self, item: Item) -> _Place:
        lattice = item.lattice
        kinds = lattice.places(self.stretch)

        def points(name: str, what: Callable[[ItemOutcome], Any]) -> Array:
            return lattice.taken(kinds, name, what, float)

        low, high = points("low", lambda o: o.low), points("high", lambda o: o.high)
        slots = range(max(len(outcome.swings) for outcome in lattice.outcomes))
        swings = [self._swing(lattice, kinds, slot) for slot in slots]
        found = _Place(item, kinds, low, high, points("gap", lambda o: o.gap), swings)
        asked, waiting = self.bits.taken(lattice, kinds, "facts"), self.bits.waits(lattice, kinds)
        if item.group in self.given:
            free = ~self.given[item.group][0]
            found.low, found.high, found.gap = found.low * free, found.high * free, found.gap * free
            found.swings = [(b * free, low * free, high * free) for b, low, high in found.swings]
            asked, waiting = asked * free, waiting.where(free)
        self.waiting.join(waiting)
        self.asked |= asked
        return found

    def _swing(self, lattice: Lattice, kinds: Array, slot: int) -> tuple[Array, Array, Array]:
        bits = lattice.taken(kinds, f"swing {slot}", lambda o: self.bits.of(o.swing(slot).facts), np.uint64)
        low = lattice.taken(kinds, f"low {slot}", lambda o: o.swing(slot).low, float)
        return bits, low, lattice.taken(kinds, f"high {slot}", lambda o: o.swing(slot).high, float)

    # -- the clause ---------------------------------------------------------------

    def settled(self) -> Settled:
        held = [self._ends(s) for s in self.clause.sums]
        hold, miss = np.ones(self.count, bool), np.zeros(self.count, bool)
        for (low, high), one in zip(held, self.clause.sums, strict=True):
            hold, miss = hold & (high >= one.bound), miss | (low < one.bound)
        facts = self._deciding(held, hold & miss)
        return self._with_routes(hold, miss, facts)

    def _with_routes(self, hold: Array, miss: Array, facts: Array) -> Settled:
        route, bits = self.clause.route, self.bits
        places = route.places(self.stretch)
        can = route.taken(places, "hold", lambda o: True in o.endings, bool)
        may_not = route.taken(places, "miss", lambda o: o.endings != (True,), bool)
        by_points, by_route = hold & miss & may_not, can & may_not & miss
        asked = np.where(by_route, bits.taken(route, places, "facts"), _NONE)
        self.waiting.doubt |= self.doubt
        waiting = self.waiting.where(by_points)
        waiting.join(bits.waits(route, places).where(by_route))
        facts = np.where(by_points, facts, _NONE) | asked
        return Settled(
            hold | can, miss & may_not, facts, np.where(by_points, self.asked, _NONE) | asked, waiting
        )

    def _members(self, one: Sum) -> list[_Place]:
        return [place for place in self.places if one.has(place.item.group, place.item.id)]

    def _ends(self, one: Sum) -> tuple[Array, Array]:
        given = self._given_to(one)
        low, high = given.copy(), given.copy()
        for place in self._members(one):
            low += place.low
            high += place.high
        return low, high

    def _deciding(self, held: list[tuple[Array, Array]], both: Array) -> Array:
        """Facts that can carry the clause over, where it can hold and can fail."""
        facts = np.zeros(self.count, np.uint64)
        waiting = np.zeros(self.count, np.int8)
        for (low, _), one in zip(held, self.clause.sums, strict=True):
            waiting += low < one.bound
        for (low, high), one in zip(held, self.clause.sums, strict=True):
            rows = both & (low < one.bound)
            if rows.any():
                facts |= self._by_window(one, low, high, rows, waiting)
        self._counted_out(np.nonzero(self.unseen & (self.waiting.knots == 0) & ~self.waiting.doubt)[0], facts)
        return facts

    def _by_window(self, one: Sum, low: Array, high: Array, rows: Array, waiting: Array) -> Array:
        members = self._members(one)
        greatest, second = _two_greatest([place.gap for place in members])
        facts = np.zeros(self.count, np.uint64)
        for place in members:
            others = low - place.low, high - place.high
            gap = np.where(place.gap == greatest, second, greatest)
            for bits, least, most in place.swings:
                hit = _window(one.bound - most, one.bound - least, *others, gap) & (waiting == 1)
                hit |= (others[1] < one.bound - least) & (
                    most == place.high
                )  # by itself, all else at its best
                self.unseen |= rows & ~hit & (bits != 0)
                facts |= np.where(rows & hit, bits, _NONE)
        return facts

    def _counted_out(self, rows: Array, facts: Array) -> None:
        """Firms of which a window does not tell: the sums the others can come to, once for equal firms."""
        if not len(rows):
            return
        shifts = [self._given_to(one)[rows] for one in self.clause.sums]
        kinds = [self._kinds(place)[rows] for place in self.places]
        keys, same = np.unique(
            np.stack([*kinds, *shifts], axis=1).astype(np.int64), axis=0, return_inverse=True
        )
        told = [self._told(key[: len(kinds)], key[len(kinds) :]) for key in keys.tolist()]
        found, inner, doubt = (np.array(column) for column in zip(*told, strict=True))
        facts[rows] |= found[same]
        self.waiting.knots[rows] |= inner[same]
        self.doubt[rows] |= doubt[same]

    def _kinds(self, place: _Place) -> Array:
        """The item's kind; -1 where a reviewer has given the points."""
        given = self.given.get(place.item.group)
        return place.kinds if given is None else np.where(given[0], -1, place.kinds)

    def _told(self, kinds: list[int], shifts: list[int]) -> tuple[np.uint64, np.uint64, bool]:
        """(facts that decide, facts to be tried value by value since they carry an item along two axes, neither helps)."""
        free = tuple(None if kind < 0 else kind for kind in kinds)
        found = self.clause.reachable.deciding(free, tuple(shifts))
        if found.told:
            return self.bits.of(found.facts), _NONE, False
        pairs = zip(self.places, free, strict=True)
        inner = [p.item.lattice.outcomes[kind].inner for p, kind in pairs if kind is not None]
        knots = self.bits.of(frozenset().union(*inner))
        return self.bits.of(found.facts), knots, not knots

    def _given_to(self, one: Sum) -> Array:
        given = [self.given[group][1] for group in one.groups if group in self.given]
        return sum(given, start=np.zeros(self.count))


def _window(start: Array, end: Array, low: Array, high: Array, gap: Array) -> Array:
    """Firms of which some sum of the others surely lies in [start, end)."""
    by_end = ((low >= start) & (low < end)) | ((high >= start) & (high < end))
    across = (low < start) & (high >= end) & (end - start >= gap) & (end > start)
    return np.asarray(by_end | across)


def _two_greatest(gaps: list[Array]) -> tuple[Array, Array]:
    greatest, second = np.zeros_like(gaps[0]), np.zeros_like(gaps[0])
    for gap in gaps:
        second = np.maximum(second, np.minimum(greatest, gap))
        greatest = np.maximum(greatest, gap)
    return greatest, second
