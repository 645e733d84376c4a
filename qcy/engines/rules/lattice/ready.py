"""A version made ready for a day and a kind of application: each of its questions with the facts it rests on and its lattice."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

from ..facts import Dictionary, FactKind
from ..feel import tree as t
from ..met import clause_met, condition_met, route_met
from ..outcomes.diagrams import TooOpen
from ..outcomes.terms import Leaf, Number, leaf_term
from ..packs.model import Clause, Route, ScoreGroup, ScoreItem, Version
from ..packs.names import item_trees, reached_names
from ..scope import POINTS, TOTAL, Names
from ..scores import item_points
from .axes import Axis, NotFollowed, axes_of, branches_of
from .lattice import Lattice

MOST_BRANCHES = 4_000
"""A diagram above this size is not cut down: the interpreter looks at each firm by itself."""

KEPT = 256
"""Versions that are kept ready, each for a day and a kind."""


class Question:
    """Something a version asks: `evaluate` says it in the terms of one scope, known facts or none."""

    def __init__(self, ready: Ready, names: Iterable[str], evaluate: Callable[[Names], Any]) -> None:
        self.ready, self.evaluate = ready, evaluate
        self.facts = frozenset(name for name in names if name in ready.dictionary)

    @cached_property
    def lattice(self) -> Lattice | None:
        """None where the question cannot be followed with nothing known."""
        try:
            root = self.evaluate(self.ready.nothing_known())
            if len(branches_of(root)) > MOST_BRANCHES:
                return None
            return Lattice(root, self.ready.axes(root))
        except (TooOpen, NotFollowed):
            return None


class Ready:
    """Every question of a version."""

    def __init__(self, version: Version, dictionary: Dictionary, on: date, kind: str, calendar: Any) -> None:
        self.version, self.dictionary = version, dictionary
        self.on, self.kind, self.calendar = on, kind, calendar
        self._axes: dict[Hashable, Axis] = {}
        self._known: dict[Hashable, Any] = {}

    def names(self, facts: Mapping[str, Any]) -> Names:
        """The scope of a firm with these facts."""
        return Names(self.version, self.dictionary, facts, self.on, self.kind, self.calendar)

    def nothing_known(self) -> Names:
        return _NothingKnown(self.version, self.dictionary, {}, self.on, self.kind, self.calendar)

    def axes(self, root: Any) -> dict[Any, Axis]:
        """The axes of a diagram; equal ones are one object for the whole version."""
        found = axes_of(root, self.dictionary, POINTS)
        return {v: self._axes.setdefault((v, *axis.cuts), axis) for v, axis in found.items()}

    # -- questions --------------------------------------------------------------

    def clause(self, clause: Clause) -> Question:
        """Whether the clause is met by itself or by a route."""
        routes = self.version.routes_for(clause.id)
        return self._question(
            ("met", id(clause)),
            lambda: [clause.when, *(option.when for route in routes for option in route.options)],
            lambda names: clause_met(self.version, names.run, clause),
        )

    def own(self, clause: Clause) -> Question:
        """Whether a clause, or an option of a route, is met by itself."""
        return self._question(
            ("own", id(clause)), lambda: [clause.when], lambda names: condition_met(names.run, clause)
        )

    def route(self, route: Route) -> Question:
        return self._question(
            ("route", id(route)),
            lambda: [option.when for option in route.options],
            lambda names: route_met(names.run, route),
        )

    def value(self, tree: t.Node) -> Question:
        """A flag's condition, the class or an amount."""
        return self._question(("value", id(tree)), lambda: [tree], lambda names: names.run.value(tree))

    def item(self, group: ScoreGroup, item: ScoreItem) -> Question:
        """The points of an item; the group's reviewers are not among its facts."""
        return self._question(
            ("item", id(item)),
            lambda: item_trees(item),
            lambda names: names.run.whole(item_points(names.run, group, item)),
        )

    def _question(
        self,
        key: Hashable,
        trees: Callable[[], Iterable[t.Node]],
        evaluate: Callable[[Names], Any],
    ) -> Question:
        found: Question = self.once(
            key, lambda: Question(self, reached_names(self.version, trees()), evaluate)
        )
        return found

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Something that is the same for every firm, made when it is first asked for."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    @cached_property
    def pickers(self) -> list[str]:
        """Yes-or-no facts and choices that several clauses ask."""
        asked = Counter(fact for clause in self.version.clauses for fact in self.clause(clause).facts)
        shared = (fact for fact, times in asked.items() if times > 1)
        return sorted(fact for fact in shared if self.dictionary[fact].type in {"bool", "enum"})

    # -- points -----------------------------------------------------------------

    def counted(self, name: str) -> list[Counted]:
        """What makes up the points of that name."""
        found: list[Counted] = self.once(("counted", name), lambda: self._counted(name))
        return found

    def _counted(self, name: str) -> list[Counted]:
        groups = self.version.groups
        if name == TOTAL:
            return [Counted(group, group.items, group.highest, group.judge) for group in groups]
        name = name.removeprefix(POINTS)
        for group in groups:
            if group.id == name:
                return [Counted(group, group.items, group.highest, group.judge)]
        shown = ((g, i) for g in groups for i in g.items if g.show_items and i.id == name)
        group, item = next(shown)
        return [Counted(group, (item,), None, "")]


@dataclass(frozen=True)
class Counted:
    """Items of a group that count together, at most `highest`; `judge` holds the points once reviewers have given them."""

    group: ScoreGroup
    items: tuple[ScoreItem, ...]
    highest: Number | None
    judge: str


def values_of(kind: FactKind) -> tuple[Any, ...]:
    """Every value of a yes-or-no fact or a choice, in the order of its column."""
    return (False, True) if kind.type == "bool" else kind.values


class _NothingKnown(Names):
    """Points stand for themselves: a condition on them does not have to be followed into their items."""

    def _points(self, name: str) -> Any:
        return leaf_term(Leaf(POINTS + name, frozenset()))


_kept: OrderedDict[Hashable, Ready] = OrderedDict()
_keeping = Lock()


def ready_for(version: Version, dictionary: Dictionary, on: date, kind: str, calendar: Any) -> Ready:
    """The version made ready, kept for the next firm."""
    key = (id(version), id(dictionary), on, kind, id(calendar))
    with _keeping:
        if key not in _kept:
            _kept[key] = Ready(version, dictionary, on, kind, calendar)  # holds what its key names
        _kept.move_to_end(key)
        if len(_kept) > KEPT:
            _kept.popitem(last=False)  # the one that was not asked for longest
        return _kept[key]
