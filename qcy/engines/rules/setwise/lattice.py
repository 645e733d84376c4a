"""One question of a policy over many firms: its decision diagram, and an answer for each kind of firm that occurs.

A firm is described by its states on the diagram's axes; the diagram cut down to those states is the answer: it is
certain when one ending is left, and a missing fact decides exactly when its axis is still asked. Each kind is
worked out once and looked up from then on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from ..facts import Dictionary
from ..outcomes.diagrams import Branch, identity
from .axes import Axis, Domain, State, axes_of, branches_of
from .columns import Array
from .quantities import NotCertain
from .views import View

MOST_KINDS = 1 << 22
"""A table of answers is kept for at most so many combinations of states."""

ROOM = 3
"""Open states an axis of several facts gets room for before the table is made anew, in multiples of its cells."""


@dataclass(frozen=True)
class Waits:
    """What the axes that are still asked wait for.

    `single`: facts that some axis waits for and nothing else: another axis that waits for the same one is not
    independent of it. `knots`: facts that two axes of this diagram wait for in that way, so that its outcome may be
    wider than the truth. `several`: the sets of two or more facts that an axis waits for: another axis that waits for
    the same set may be the same quantity. `loose`: those facts and sets whose axis no condition on the same quotient
    has narrowed before. `unsure`: an axis is not told, or two wait for the same set.
    """

    single: frozenset[str]
    knots: frozenset[str]
    several: frozenset[frozenset[str]]
    loose: frozenset[Any]
    unsure: bool


@dataclass(frozen=True)
class Outcome:
    """What a kind of firm comes to: the endings it can still reach, and the missing facts that can change which."""

    endings: tuple[Any, ...]
    facts: frozenset[str]
    waits: Waits


@dataclass(frozen=True, eq=False)
class Asked:
    """A branch of a diagram that has been cut down: only the cells that can still be reached."""

    axis: Axis
    children: tuple[Any, ...]


class Lattice:
    """A diagram with its axes. NotCertain when arrays cannot follow one of them."""

    def __init__(
        self,
        root: Any,
        dictionary: Dictionary,
        known: dict[Hashable, Axis],
        domain: Domain,
        read: Callable[[Any, Mapping[Axis, State]], Any] | None = None,
    ) -> None:
        self.root, self._read = root, read or outcome_of
        found = axes_of(root, dictionary, domain)
        self._of = {}
        for variable, axis in found.items():
            key = (variable, tuple(axis.cuts), frozenset(domain.items()))
            self._of[variable] = known.setdefault(key, axis)
        self.axes = list(self._of.values())
        self.kinds: list[tuple[int, ...]] = []
        self.outcomes: list[Any] = []
        self._places: dict[tuple[int, ...], int] = {}
        self._columns: dict[str, Array] = {}
        self._table = np.zeros(0, np.int32)
        self._sizes: tuple[int, ...] = ()
        self._children = {id(b): self._by_cell(b) for b in branches_of(root)}

    def places(self, view: View) -> Array:
        """The place of each firm's kind in `outcomes`."""
        if not self.axes:
            return np.full(view.count, self._place_of(()), np.int32)
        return self._looked_up([view.codes(axis) for axis in self.axes])

    def taken(self, places: Array, name: str, what: Callable[[Any], Any], dtype: Any) -> Array:
        """A property of each firm's outcome; worked out once per kind, under `name`."""
        found = self._columns.get(name)
        if found is None or len(found) < len(self.outcomes):
            done = [] if found is None else [found]
            more = [what(outcome) for outcome in self.outcomes[sum(map(len, done)) :]]
            found = self._columns[name] = np.concatenate([*done, np.array(more, dtype)])
        return found.take(places)

    # -- the table ------------------------------------------------------------

    def _looked_up(self, codes: list[Array]) -> Array:
        self._make_room()
        keys = codes[0].astype(np.int32) if len(codes) > 1 else codes[0]
        for size, code in zip(self._sizes[1:], codes[1:], strict=True):
            keys = keys * np.int32(size) + code
        found = self._table.take(keys)
        fresh = found < 0
        if fresh.any():
            for key in np.unique(keys[fresh]):
                self._table[key] = self._place_of(self._states(int(key)))
            found = self._table.take(keys)
        return found

    def _make_room(self) -> None:
        needed = [len(axis.states) for axis in self.axes]
        if self._sizes and all(n <= s for n, s in zip(needed, self._sizes, strict=True)):
            return
        roomy = [
            n if len(axis.facts) == 1 else max(n + 4, axis.cells * ROOM)
            for n, axis in zip(needed, self.axes, strict=True)
        ]
        sizes = roomy if prod(roomy) <= MOST_KINDS else needed
        if prod(sizes) > MOST_KINDS:
            raise NotCertain
        self._sizes = tuple(sizes)
        self._table = np.full(prod(sizes), -1, np.int32)

    def _states(self, key: int) -> tuple[int, ...]:
        found = []
        for size in reversed(self._sizes):
            key, place = divmod(key, size)
            found.append(place)
        return tuple(reversed(found))

    # -- one kind of firm -----------------------------------------------------

    def _place_of(self, kind: tuple[int, ...]) -> int:
        if kind not in self._places:
            self._places[kind] = len(self.kinds)
            self.kinds.append(kind)
            self.outcomes.append(self.outcome(kind))
        return self._places[kind]

    def outcome(self, places: tuple[int, ...]) -> Any:
        """The diagram cut down to these states: its endings, and the facts of the axes it still asks."""
        states = {axis: axis.states[place] for axis, place in zip(self.axes, places, strict=True)}
        done: dict[int, Any] = {}
        made: dict[Hashable, Asked] = {}

        def cut(node: Any) -> Any:
            if node.__class__ is not Branch:
                return node
            if id(node) not in done:
                axis = self._of[node.variable]
                children, cells = self._children[id(node)], states[axis].cells
                kept = tuple(cut(children[cell]) for cell in range(axis.cells) if cells >> cell & 1)
                names = tuple(map(identity, kept))
                one = len(set(names)) == 1
                done[id(node)] = kept[0] if one else made.setdefault((axis, names), Asked(axis, kept))
            return done[id(node)]

        return self._read(cut(self.root), states)

    def _by_cell(self, branch: Branch) -> list[Any]:
        """The child for each cell of the axis: a branch may have fewer cuts than its axis."""
        cuts = self._of[branch.variable].cuts
        found, place = [branch.children[0]], 0
        for value in cuts:
            if place < len(branch.breaks) and branch.breaks[place] == value:
                place += 1
            found.append(branch.children[place])
        return found


def outcome_of(root: Any, states: Mapping[Axis, State]) -> Outcome:
    endings: dict[Hashable, Any] = {}
    asked: set[Axis] = set()
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        name = identity(node)
        if name in seen:
            continue
        seen.add(name)
        if node.__class__ is Asked:
            asked.add(node.axis)
            waiting += node.children
        else:
            endings[name] = node
    ordered = tuple(endings[name] for name in sorted(endings, key=repr))
    facts = frozenset(fact for axis in asked for fact in states[axis].facts)
    return Outcome(ordered, facts, waits_of(asked, states))


def waits_of(asked: Iterable[Axis], states: Mapping[Axis, State]) -> Waits:
    """Of the axes that are still asked."""
    found = {axis: states[axis] for axis in asked}
    waiting = Counter(state.facts for state in found.values())
    single = {fact: times for facts, times in waiting.items() if len(facts) == 1 for fact in facts}
    several = {facts: times for facts, times in waiting.items() if len(facts) > 1}
    loose = [state.facts for axis, state in found.items() if not axis.narrowed]
    return Waits(
        frozenset(single),
        frozenset(fact for fact, times in single.items() if times > 1),
        frozenset(several),
        frozenset(facts if len(facts) > 1 else next(iter(facts), "") for facts in loose) - {""},
        any(state.unsure for state in found.values()) or any(times > 1 for times in several.values()),
    )
