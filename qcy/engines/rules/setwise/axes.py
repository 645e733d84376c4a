"""What a policy asks of a firm, as axes: on each a firm has a state, one cell or, where facts are missing, several.

An axis is a variable of the policy's own decision diagram, made by the interpreter with nothing known: a fact, or a
quotient of several facts. Its cuts are the values at which some answer changes; between two cuts lies a cell.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from ..facts import Dictionary
from ..outcomes.diagrams import Branch, Variable
from ..outcomes.terms import Leaf, Term
from .columns import EXACT, Array, Column, Firms
from .polynomials import Over, split
from .quantities import NotCertain
from .reach import reach_of
from .sweep import Reach

NULL = (-inf, 0)
"""The cut between "no value" and every number."""


Domain = Mapping[Any, Any]
"""What conditions that ask one thing only leave of it.

Fact -> its least and greatest value in steps (None: no bound). Variable of a quotient -> the stretches between cuts.
"""


@dataclass(frozen=True)
class State:
    """Cells (bits) that the axis can still be in, and the missing facts that say in which.

    `ends`: the cells at the least and at the greatest value, where one ordered fact is missing. `unsure`: too close to
    a cut to tell in floats, or not followed.
    """

    cells: int
    facts: frozenset[str]
    ends: tuple[int, int] | None = None
    unsure: bool = False


class Axis(ABC):
    """`states[i]` for i below `cells` is that cell alone; open states follow as firms show them."""

    anything: int
    """The place of "all facts are missing"."""

    narrowed = False
    """Whether a condition on this alone has already been asked: what is open here is open within its bounds."""

    def __init__(self, facts: Iterable[str], cuts: list[Any]) -> None:
        self.facts, self.cuts = tuple(facts), cuts
        self.cells = len(cuts) + 1
        self.states = [State(1 << cell, frozenset()) for cell in range(self.cells)]
        self._places = {state: place for place, state in enumerate(self.states)}
        self._at_end: dict[tuple[str, int], Array] = {}

    def at_end(self, fact: str, end: int) -> Array:
        """The place of each state once that fact, where it is the only one missing, is at its least or greatest value."""
        key, count = (fact, end), len(self.states)
        if len(self._at_end.get(key, ())) < count:
            only = frozenset({fact})
            self._at_end[key] = np.array(
                [s.ends[end] if s.ends and s.facts == only else n for n, s in enumerate(self.states)],
                np.int32,
            )
        return self._at_end[key]

    def waits_for(self, fact: str) -> Array:
        """Which states wait for that fact and nothing else."""
        only = frozenset({fact})
        return np.array([state.facts == only for state in self.states])

    @abstractmethod
    def codes(self, firms: Firms) -> Array:
        """The place of each firm's state."""

    def place(self, state: State) -> int:
        if state.cells.bit_count() == 1 and not state.unsure:  # whatever is missing changes nothing
            return state.cells.bit_length() - 1
        if state not in self._places:
            self._places[state] = len(self.states)
            self.states.append(state)
        return self._places[state]


class WordAxis(Axis):
    """A yes-or-no fact, a choice or a text."""

    def __init__(self, fact: str, cuts: list[Any]) -> None:
        super().__init__([fact], cuts)
        self.anything = self.place(State((1 << self.cells) - 1, frozenset(self.facts)))
        self._cells_of: dict[tuple[str, ...], Array] = {}

    def codes(self, firms: Firms) -> Array:
        column = firms.columns.get(self.facts[0])
        if column is None:
            return np.full(firms.count, self.anything, np.int32)
        return self._places_of(column).take(column.values, mode="wrap")

    def _places_of(self, column: Column) -> Array:
        """By the column's value; a missing one, -1, finds the last entry."""
        if column.words not in self._cells_of:
            words: Any = column.words or (0, 1)
            by_word = column.kind.type == "text"
            cells = [
                bisect_right(self.cuts, (word, 0) if by_word else place) for place, word in enumerate(words)
            ]
            self._cells_of[column.words] = np.array([*cells, self.anything], np.int32)
        return self._cells_of[column.words]


class NumberAxis(Axis):
    """A number or a day; cuts in steps."""

    def __init__(self, fact: str, cuts: list[int], domain: Domain) -> None:
        if any(abs(cut) >= EXACT for cut in cuts):
            raise NotCertain
        super().__init__([fact], cuts)
        least, most = domain.get(fact, (None, None))
        first = 0 if least is None else bisect_right(cuts, least)
        last = len(cuts) if most is None else bisect_right(cuts, most)
        cells = (1 << (last + 1)) - (1 << first)
        self.anything = self.place(State(cells, frozenset(self.facts), (first, last)))

    def codes(self, firms: Firms) -> Array:
        column = firms.columns.get(self.facts[0])
        if column is None:
            return np.full(firms.count, self.anything, np.int32)
        values = column.values
        found = np.isnan(values).astype(np.int8)
        found *= np.int8(self.anything)
        for cut in self.cuts:
            found += values >= cut
        return found


class QuotientAxis(Axis):
    """Several facts in one quotient of polynomials, never formed: compared by cross-multiplication."""

    def __init__(self, variable: Variable, cuts: list[Any], domain: Domain) -> None:
        term: Any = variable.key
        super().__init__(sorted(term.facts), cuts)
        stretches = domain.get(variable)
        self.narrowed = stretches is not None
        self.accepted = _cells_in(cuts, stretches) if stretches is not None else (1 << self.cells) - 1
        self.leaves = sorted(term.leaves, key=lambda leaf: leaf.id)
        if any(leaf.facts != {leaf.id} or not leaf.grid for leaf in self.leaves):
            raise NotCertain
        self.ends = {leaf.id: _ends(leaf, domain) for leaf in self.leaves}
        self.has_null = bool(cuts) and cuts[0] == NULL
        edges = [(Fraction(value), side) for value, side in cuts if (value, side) != NULL]
        self.n, self.d = split(term)
        self.over = Over(edges)
        self._known: Array | None = None

    def codes(self, firms: Firms) -> Array:
        columns = {leaf.id: firms.columns.get(leaf.id) for leaf in self.leaves}
        values = {
            name: np.full(firms.count, np.nan) if c is None else c.values for name, c in columns.items()
        }
        sizes = {name: 0 if c is None else max(-c.least, c.most) for name, c in columns.items()}
        n, d = self.n.at(values, sizes), self.d.at(values, sizes)
        cells, unsure = self.over.cells(n, d)
        found = cells + np.int32(self.has_null)
        found[np.broadcast_to(d.values == 0, found.shape)] = 0
        if unsure is not None and unsure.any():
            found[unsure] = self._unsure
        open_rows = np.isnan(n.values) | np.isnan(d.values)
        if open_rows.any():
            self._fill_open(found, np.nonzero(open_rows)[0], values, sizes)
        return found

    @property
    def _unsure(self) -> int:
        return self.place(State((1 << self.cells) - 1, frozenset(), unsure=True))

    def _fill_open(
        self, found: Array, rows: Array, values: Mapping[str, Array], sizes: Mapping[str, int]
    ) -> None:
        reach = reach_of(self, {name: array[rows] for name, array in values.items()}, sizes)
        places = self._places_for(reach)
        if reach.unsure.any():
            places[reach.unsure] = self._unsure
        found[rows] = places

    def _places_for(self, reach: Reach) -> Array:
        """Firms that reach the same cells, with the same facts missing, are in the same state."""
        inside, kinds = len(self.over.edges) + 1, 1 << len(self.leaves)
        keys = ((reach.low * inside + reach.high) * 2 + reach.null) * 2 + reach.falls
        keys = keys * kinds + reach.missing
        if self._known is None:
            self._known = np.full(inside * inside * 4 * kinds, -1, np.int32)
        found = self._known.take(keys)
        if (found < 0).any():
            for key in np.unique(keys[found < 0]):
                rest, missing = divmod(int(key), kinds)
                ends = divmod(rest // 4, inside)
                self._known[key] = self._place_of(*ends, rest // 2 % 2, rest % 2, missing)
            found = self._known.take(keys)
        for rows, cells in reach.exact:
            bits, ends = cells.bits, cells.ends
            if not self.has_null:  # nothing tells "no value" from the first cell
                bits, ends = bits >> 1 | bits & 1, (max(ends[0] - 1, 0), max(ends[1] - 1, 0))
            found[rows] = self._narrow(bits, self._missing_facts(int(reach.missing[rows[0]])), ends)
        return found

    def _place_of(self, low: int, high: int, null: int, falls: int, missing: int) -> int:
        cells = ((1 << (high + 1)) - (1 << low)) << self.has_null if high >= low else 0
        facts = self._missing_facts(missing)
        ends = self._ends_of(low, high, null, falls) if len(facts) == 1 else None
        return self._narrow(cells | null, facts, ends)

    def _narrow(self, cells: int, facts: frozenset[str], ends: tuple[int, int] | None) -> int:
        """Within what a condition on this quotient alone leaves; where it leaves nothing the firm fails anyway."""
        return self.place(State(cells & self.accepted or cells, facts, ends))

    def _missing_facts(self, missing: int) -> frozenset[str]:
        return frozenset(leaf.id for place, leaf in enumerate(self.leaves) if missing >> place & 1)

    def _ends_of(self, low: int, high: int, null: int, falls: int) -> tuple[int, int]:
        """Where the fact is below the line, its least value leaves no quotient at all if the line is then 0."""
        first, last = (high, low) if falls else (low, high)
        return (0 if null else first + self.has_null), last + self.has_null


def _cells_in(cuts: list[Any], stretches: Iterable[tuple[Any, Any]]) -> int:
    """Cells that some stretch reaches into, as bits."""
    starts, ends = [NULL, *cuts], [*cuts, (inf, 1)]
    return sum(
        1 << cell
        for cell, (start, end) in enumerate(zip(starts, ends, strict=True))
        if any((a is None or a < end) and (b is None or b > start) for a, b in stretches)
    )


def _ends(leaf: Leaf, domain: Domain) -> tuple[Any, Any]:
    """Least and greatest step of the fact, within the domain."""
    first, last = leaf.steps
    least, most = domain.get(leaf.id, (None, None))
    first = first if least is None else least if first is None else max(first, least)
    return first, last if most is None else most if last is None else min(last, most)


def axes_of(root: Any, dictionary: Dictionary, domain: Domain) -> dict[Variable, Axis]:
    """The axes of a diagram, with every cut that some branch of it has. NotCertain for what arrays cannot follow."""
    cuts: dict[Variable, set[Any]] = {}
    for branch in branches_of(root):
        cuts.setdefault(branch.variable, set()).update(branch.breaks)
    return {variable: _axis(variable, sorted(found), dictionary, domain) for variable, found in cuts.items()}


def branches_of(root: Any) -> list[Branch]:
    found: dict[int, Branch] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.__class__ is Branch and id(node) not in found:
            found[id(node)] = node
            waiting.extend(node.children)
    return list(found.values())


def _axis(variable: Variable, cuts: list[Any], dictionary: Dictionary, domain: Domain) -> Axis:
    key = variable.key
    if isinstance(key, Leaf) and key.id in dictionary and key.grid:
        return NumberAxis(key.id, cuts, domain)
    if isinstance(key, Term) and len(key.leaves) <= 6:
        edges = {edge for ends in domain.get(variable, ()) for edge in ends if edge is not None}
        return QuotientAxis(variable, sorted({*cuts, *edges}), domain)
    if isinstance(key, str) and key in dictionary:
        return WordAxis(key, cuts)
    raise NotCertain
