"""Why: per clause the verdict, the value found, the threshold, the distance, the source and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from typing import Any

from .decide import FAILS, Answer, named, span_of, to_fen
from .facts import Dictionary, Told
from .feel import tree as t
from .findings import Change, Evidence, Finding, GroupPoints, ItemPoints, Line, Measured
from .lattice.firm import Settled
from .met import clause_met
from .outcomes.compare import counted
from .outcomes.diagrams import Branch, TooOpen
from .outcomes.terms import Leaf, Number, plain
from .packs.model import Amount, Clause, Route, ScoreGroup, ScoreItem
from .packs.names import table_trees
from .scope import POINTS, Names
from .sentences import Speaker

FIXED = "固定"
"""The dictionary's period of a fact that never changes."""

MET, UNMET, UNKNOWN, MANUAL = "met", "unmet", "unknown", "manual"
_STATES = {"qualifies": MET, "fails": UNMET, "unknown": UNKNOWN, "manual": MANUAL}


class Explanation:
    """Explains one answer. Everything is computed when asked for, from the same trees that decided."""

    def __init__(self, answer: Answer, told: Mapping[str, Told] | None = None, language: str = "zh") -> None:
        if answer.firm is None or answer.version is None:
            raise ValueError("这个结论没有可以说明的规则版本。")
        self.answer, self.version, self.firm = answer, answer.version, answer.firm
        self.names = self.firm.names
        self.told = told or {}
        self.dictionary: Dictionary = self.names.dictionary
        self.language = language
        self.speaker: Speaker = self._once("speaker", self._speaker)

    def _speaker(self) -> Speaker:
        titles = {name: d.title for name, d in self.version.definitions.items()}
        titles |= {POINTS + group.id: f"{group.title}得分" for group in self.version.groups}
        trees = {name: d.tree for name, d in self.version.definitions.items()}
        return Speaker(self.dictionary, self.language, titles, trees)

    def _once(self, what: str, make: Callable[[], Any], tree: t.Node | None = None) -> Any:
        """What is the same for every firm is put into words once."""
        return self.firm.ready.once((what, self.language, id(tree)), make)

    def says(self, tree: t.Node) -> str:
        found: str = self._once("says", lambda: self.speaker.says(tree), tree)
        return found

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._clause(clause) for clause in self.version.clauses)

    @cached_property
    def groups(self) -> tuple[GroupPoints, ...]:
        return tuple(self._group(group) for group in self.version.groups)

    def calculation(self, amount: Amount) -> tuple[Line, ...]:
        """The amount line by line; the last line is the amount, rounded to the fen."""
        lines = [
            self._line(self.version.definitions[name].title, self.version.definitions[name].tree)
            for name in amount.lines
        ]
        return (*lines, self._line(amount.title, amount.value))

    def _line(self, title: str, tree: t.Node) -> Line:
        value = self._value(tree)
        known = isinstance(value, (int, Fraction)) and not isinstance(value, bool)
        while isinstance(tree, t.Name) and tree.id in self.version.definitions:
            tree = self.version.definitions[tree.id].tree
        return Line(title or self.says(tree), self.says(tree), to_fen(value) if known else None)

    # -- clauses --------------------------------------------------------------

    def _clause(self, clause: Clause) -> Finding:
        routes = self.version.routes_for(clause.id)
        alone = not routes or _holds(self._own(clause))
        used = "" if alone else next((r.id for r in routes if self._stands_in(r)), "")
        met = self.firm.clause(clause)
        unneeded = _holds(met)  # nobody asks what would open another way
        options = tuple(
            self._finding(option, self._own(option), settled=unneeded)
            for route in routes
            for option in route.options
        )
        return self._finding(clause, met, by_route=used, options=options, settled=unneeded)

    def _own(self, clause: Clause) -> Settled:
        return self.firm.condition(self.firm.ready.own(clause))

    def _stands_in(self, route: Route) -> bool:
        return _holds(self.firm.condition(self.firm.ready.route(route)))

    def _finding(
        self,
        clause: Clause,
        met: Settled,
        by_route: str = "",
        options: tuple[Finding, ...] = (),
        settled: bool = False,
    ) -> Finding:
        verdict, undecided, judged = named(met.facts, self.dictionary)
        if met.certain and not _holds(met):
            verdict = FAILS
        state = _STATES[verdict]
        return Finding(
            clause.id,
            clause.title,
            self.says(clause.when),
            state,
            tuple(self._measured(clause.when)),
            tuple(Evidence(name, self.told.get(name)) for name in self._rests_on(clause.when)),
            tuple(self._changes(clause)) if state == UNMET and not settled else (),
            undecided,
            judged,
            clause.source,
            clause.grade,
            clause.unmet,
            by_route,
            options,
        )

    def _value(self, tree: t.Node) -> Any:
        """What a tree comes to; None as well where too much is missing to follow it."""
        try:
            return self.names.run.whole(self.names.run.value(tree))
        except TooOpen:
            return None

    def _facts_in(self, tree: t.Node) -> list[str]:
        """Facts a tree names, itself or through definitions, in order."""
        return [name for name in self._names_in(tree) if name in self.dictionary]

    def _rests_on(self, tree: t.Node) -> list[str]:
        """Those, and the facts of tables it names; not those of points, which have lines of their own."""
        names: list[str] = self._once("rests on", lambda: self._all_it_rests_on(tree), tree)
        return names

    def _all_it_rests_on(self, tree: t.Node) -> list[str]:
        found = dict.fromkeys(self._facts_in(tree))
        for table in (self.version.tables[n] for n in self._names_in(tree) if n in self.version.tables):
            for part in table_trees(table):
                found |= dict.fromkeys(self._rests_on(part))
        return list(found)

    def _names_in(self, tree: t.Node) -> list[str]:
        names: list[str] = self._once("names", lambda: self._all_names_in(tree), tree)
        return names

    def _all_names_in(self, tree: t.Node) -> list[str]:
        found: dict[str, None] = {}
        for node in tree.walk():
            if isinstance(node, t.Name):
                inner = self.version.definitions.get(node.id)
                found |= dict.fromkeys([node.id] if inner is None else self._names_in(inner.tree))
        return list(found)

    def _measured(self, tree: t.Node) -> Iterator[Measured]:
        for op, left, right in self._once("compares", lambda: list(self._comparisons(tree, set())), tree):
            found, threshold = self._value(left), self._value(right)
            a, b = _known(found), _known(threshold)
            distance = plain(Fraction(a[1]) - b[1]) if a and b and a[0] == b[0] else None
            shown = (
                None
                if isinstance(found, Branch) or counted(found) is None and not isinstance(found, str)
                else found
            )
            unit = self.speaker.unit_fact(left) or self.speaker.unit_fact(right)
            yield Measured(self.says(left), op, shown, threshold, distance, unit)

    def _comparisons(self, tree: t.Node, seen: set[str]) -> Iterator[tuple[str, t.Node, t.Node]]:
        """Every comparison in a tree as (op, left, right), also those in a definition that is itself a condition, once."""
        if isinstance(tree, t.Name) and tree.id in self.version.definitions:
            if tree.id not in seen:
                seen.add(tree.id)
                yield from self._comparisons(self.version.definitions[tree.id].tree, seen)
        elif isinstance(tree, t.Negation):
            yield from ((_OPPOSITE[op], left, right) for op, left, right in self._comparisons(tree.of, seen))
        elif isinstance(tree, t.Comparison):
            yield tree.op, tree.left, tree.right
        elif isinstance(tree, t.Member):
            yield from _tests(tree)
        else:
            for part in tree.parts():
                yield from self._comparisons(part, seen)

    def _changes(self, clause: Clause) -> Iterator[Change]:
        for fact in self._facts_in(clause.when):
            if self._changeable(fact) and not self.dictionary[fact].judgement:
                with suppress(TooOpen):
                    yield from self._nearest(fact, self._opened(clause, fact), lambda value: value is True)

    def _opened(self, clause: Clause, fact: str) -> Any:
        """Whether the clause is met with that fact left open; the same for every firm if it rests on nothing else."""

        def met() -> Any:
            return clause_met(self.version, self._without(fact).run, clause)

        alone = self.firm.ready.clause(clause).facts == {fact}
        return self._once("opened", met, clause.when) if alone else met()

    def _changeable(self, fact: str) -> bool:
        """Whether it was told and can ever be otherwise: a date of registration cannot."""
        return fact in self.names.facts and self.dictionary[fact].period != FIXED

    def _without(self, fact: str) -> Names:
        """The same question with this one fact left open."""
        return self.firm.ready.names({name: v for name, v in self.firm.facts.items() if name != fact})

    def _nearest(self, fact: str, outcome: Any, wanted: Any) -> Iterator[Change]:
        """The value of `fact` nearest to the present one at which the outcome is wanted; nothing if none is."""
        if not isinstance(outcome, Branch) or any(isinstance(child, Branch) for child in outcome.children):
            return
        now = self.names.facts[fact]
        reachable = [
            (_edges(outcome, n, self.dictionary[fact], now), c)
            for n, c in enumerate(outcome.children)
            if wanted(c)
        ]
        best = min(
            ((value, child) for value, child in reachable if value is not None),
            key=lambda v: _far(v[0], now),
            default=None,
        )
        if best is not None:
            yield Change(fact, now, best[0], best[1])

    # -- points ---------------------------------------------------------------

    def _group(self, group: ScoreGroup) -> GroupPoints:
        points = span_of(self.firm.points(POINTS + group.id))
        return GroupPoints(
            group.id,
            group.title,
            points,
            group.highest,
            tuple(self._item(group, item) for item in group.items),
        )

    def _item(self, group: ScoreGroup, item: ScoreItem) -> ItemPoints:
        points = span_of(self.firm.item(group, item))
        band, found = self._band(item)
        return ItemPoints(item.id, item.title, points, band, found, tuple(self._more_points(group, item)))

    def _band(self, item: ScoreItem) -> tuple[str, Any]:
        """The band the firm is in, with the measure's value; of several ladders the one that gives most."""
        best: tuple[Any, str, Any] = (-1, "", None)
        for ladder in item.ladders:
            value = self._value(ladder.measure)
            inside = self.names.run.inside({"?": value})
            for band in ladder.bands:
                if inside.value(band.test) is True and band.points[1] > best[0]:
                    best = (band.points[1], f"{self.says(ladder.measure)} {band.text}", value)
        return best[1], best[2]

    def _more_points(self, group: ScoreGroup, item: ScoreItem) -> Iterator[Change]:
        """Facts that alone would raise the group's points; `gives` is what the group would then have.

        Nothing where a reviewer has given the points, or where the group has its maximum already.
        """
        points = span_of(self.firm.points(POINTS + group.id))
        if isinstance(points, tuple) or (group.judge and group.judge in self.names.facts):
            return
        trees = [ladder.measure for ladder in item.ladders] + (
            [item.formula] if item.formula is not None else []
        )
        for fact in dict.fromkeys(f for tree in trees for f in self._facts_in(tree)):
            if self._changeable(fact):
                other = self._without(fact)
                with suppress(TooOpen):
                    outcome = other.run.whole(other.value(POINTS + group.id))
                    yield from self._nearest(
                        fact, outcome, lambda v: isinstance(v, (int, Fraction)) and v > points
                    )


def _holds(found: Settled) -> bool:
    return found.endings == (True,)


_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", "<=": ">", ">": "<="}


def _tests(node: t.Member) -> Iterator[tuple[str, t.Node, t.Node]]:
    """The tests of `in` as comparisons, a range as two."""
    for test in node.tests:
        if isinstance(test, t.Range):
            yield (">=" if test.low_closed else ">"), node.value, test.low
            yield ("<=" if test.high_closed else "<"), node.value, test.high
        else:
            yield (test.op, node.value, test.right) if isinstance(test, t.Test) else ("=", node.value, test)


def _known(value: Any) -> tuple[str, Number] | None:
    return None if isinstance(value, Branch) else counted(value)


def _edges(branch: Branch, cell: int, kind: Any, now: Any) -> Any:
    """The value inside a cell of the branch that lies nearest to `now`."""
    if not isinstance(branch.variable.key, Leaf):
        return (
            kind.values[_nearest_index(branch, cell, kind, now)]
            if kind.type == "enum"
            else (cell == 1 if kind.type == "bool" else None)
        )
    leaf = branch.variable.key
    if not leaf.grid or leaf.id != kind.name:
        return None  # the branch asks something made of the fact, not the fact itself
    low = branch.breaks[cell - 1] if cell else None
    high = branch.breaks[cell] - 1 if cell < len(branch.breaks) else None
    at = counted(now)
    place = at[1] * leaf.grid if at else 0
    nearest = max(low, place) if low is not None else place
    nearest = min(high, nearest) if high is not None else nearest
    value = plain(Fraction(nearest) / leaf.grid)
    return type(now).fromordinal(int(value)) if at and at[0] == "date" else value


def _nearest_index(branch: Branch, cell: int, kind: Any, now: Any) -> int:
    low = branch.breaks[cell - 1] if cell else 0
    high = (branch.breaks[cell] if cell < len(branch.breaks) else len(kind.values)) - 1
    return min(max(kind.values.index(now), low), high)


def _far(value: Any, now: Any) -> Number:
    a, b = counted(value), counted(now)
    return abs(Fraction(a[1]) - b[1]) if a and b else 1
