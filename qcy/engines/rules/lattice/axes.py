"""What a policy asks of a firm, as axes: on each a firm lies in one cell or, where facts are missing, in several.

An axis is a variable of the policy's own decision diagram, made by the interpreter with nothing known: a fact, a quotient
of facts, or points. Its cuts are the values at which some answer changes; between two cuts lies a cell. Axes are
independent of each other: what is missing in two of them is filled in for each by itself (ADR 28).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from ..facts import DECIMALS, Dictionary, FactKind
from ..outcomes.diagrams import Branch, Variable
from ..outcomes.terms import Leaf, Number, Term
from .polynomials import split, whole_part

NULL = (-inf, 0)
"""The cut between "no value" and every number."""

Cut = tuple[Fraction, int]
"""A place between numbers: just before a value (value, 0) or just after it (value, 1)."""


class NotFollowed(Exception):
    """A diagram asks something that is neither a fact, a quotient of facts nor points."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Cells of numbers from `low` to `high`, counted without "no value"; none where `high` is below `low`."""

    low: int
    high: int
    null: bool = False


class Axis:
    """`facts` settle it; `inside` is the number of its cells without the one for "no value"."""

    def __init__(self, facts: Iterable[str], cuts: list[Any]) -> None:
        self.facts, self.cuts = tuple(facts), cuts
        self.has_null = bool(cuts) and cuts[0] == NULL
        self.inside = len(cuts) + 1 - self.has_null

    def bits(self, reach: Reach) -> int:
        """The same as one bit per cell; where nothing tells "no value" from the first cell they are one."""
        cells = (1 << (reach.high + 1)) - (1 << reach.low) if reach.high >= reach.low else 0
        return cells << self.has_null | reach.null

    @property
    def cells(self) -> int:
        return self.inside + self.has_null


class FactAxis(Axis, ABC):
    """An axis that facts alone tell."""

    @abstractmethod
    def reach(self, facts: Mapping[str, Any]) -> Reach:
        """The cells a firm with these facts can be in."""


class WordAxis(FactAxis):
    """A yes-or-no fact, a choice or a text."""

    def __init__(self, kind: FactKind, cuts: list[Any]) -> None:
        super().__init__([kind.name], cuts)
        self.kind = kind

    def reach(self, facts: Mapping[str, Any]) -> Reach:
        value = facts.get(self.kind.name)
        if value is None:
            return Reach(0, self.inside - 1)
        cell = self.cell(value)
        return Reach(cell, cell)

    def cell(self, value: Any) -> int:
        if self.kind.type == "text":
            return bisect_right(self.cuts, (value, 0))
        return bisect_right(
            self.cuts, int(value) if self.kind.type == "bool" else self.kind.values.index(value)
        )


class NumberAxis(FactAxis):
    """A number or a day; cuts in steps."""

    def __init__(self, kind: FactKind, leaf: Leaf, cuts: list[int]) -> None:
        super().__init__([kind.name], cuts)
        self.kind = kind
        first, last = _limits(leaf)
        self.anything = Reach(bisect_right(cuts, first), bisect_right(cuts, last))
        self._limits = first, last

    def reach(self, facts: Mapping[str, Any]) -> Reach:
        value = facts.get(self.kind.name)
        if value is None:
            return self.anything
        cell = bisect_right(self.cuts, steps_of(self.kind, value))
        return Reach(cell, cell)

    def parts(self) -> list[tuple[int, tuple[Any, Any]]]:
        """The cells a missing fact can be in, each with its least and greatest step."""
        starts, ends = [self._limits[0], *self.cuts], [*(cut - 1 for cut in self.cuts), self._limits[1]]
        cells = range(self.anything.low, self.anything.high + 1)
        return [
            (cell, (max(starts[cell], self._limits[0]), min(ends[cell], self._limits[1]))) for cell in cells
        ]


class QuotientAxis(FactAxis):
    """Several facts in one quotient of polynomials, never formed: compared by cross-multiplication.

    `edges` are the cuts without the whole part of the quotient: growth of a fifth is `b / a >= 1.2`, so that a fact that
    stands above and below is filled in once.
    """

    def __init__(self, term: Term, cuts: list[Any], dictionary: Dictionary) -> None:
        super().__init__(sorted(term.facts), cuts)
        self.leaves = sorted(term.leaves, key=lambda leaf: leaf.id)
        if any(leaf.id not in dictionary or not leaf.grid for leaf in self.leaves):
            raise NotFollowed
        self.kinds = {leaf.id: dictionary[leaf.id] for leaf in self.leaves}
        self.limits: dict[str, tuple[Any, Any]] = {leaf.id: _limits(leaf) for leaf in self.leaves}
        n, self.d = split(term)
        whole, self.n = whole_part(n, self.d)
        self.edges: list[Cut] = [(Fraction(value) - whole, side) for value, side in cuts[self.has_null :]]

    def reach(self, facts: Mapping[str, Any]) -> Reach:
        return self.within(facts, {})

    def within(self, facts: Mapping[str, Any], limits: Mapping[str, tuple[Any, Any]]) -> Reach:
        """The same where some missing facts have narrower limits, in steps."""
        ends = {name: self._ends(name, facts.get(name), limits) for name in self.facts}
        return self.between(*self.n.between(ends), *self.d.between(ends))

    def _ends(self, name: str, value: Any, limits: Mapping[str, tuple[Any, Any]]) -> tuple[Any, Any]:
        if value is None:
            return limits.get(name, self.limits[name])
        steps = steps_of(self.kinds[name], value)
        return steps, steps

    def between(self, least: Any, most: Any, below: Any, above: Any) -> Reach:
        """Of numerators from `least` to `most` over denominators from `below` to `above` (infinite: no bound)."""
        if below == above == 0:
            return Reach(0, -1, null=True)
        if below < 0:  # only where facts contradict each other, or a sign is not known
            if below < above:
                return Reach(0, self.inside - 1, null=above >= 0)
            least, most, below, above = -most, -least, -above, -below
        low = self._passed(least, above if least >= 0 else below)
        high = self._passed(most, below if most >= 0 else above)
        return Reach(low, high, null=below == 0)

    def _passed(self, over: Any, under: Any) -> int:
        """How many edges `over / under` has passed; under 0 stands for any small positive number."""
        return sum(_passes(over, under, value, side) for value, side in self.edges)


class PointsAxis(Axis):
    """Points of an item, a group or the whole, between what their items can come to: told by the items, not by facts."""

    def __init__(self, name: str, cuts: list[Any]) -> None:
        super().__init__((), cuts)
        self.name = name

    def between(self, low: Number, high: Number) -> Reach:
        return Reach(bisect_right(self.cuts, (low, 0)), bisect_right(self.cuts, (high, 0)))


def _passes(over: Any, under: Any, value: Fraction, side: int) -> bool:
    if over == 0:
        under = 1
    if under == 0 or over in {inf, -inf}:
        return bool(over > 0)
    if under == inf:  # as near to 0 as one likes, from its own side
        return value < 0 or (value == 0 and over > 0)
    left, right = over * value.denominator, under * value.numerator
    return bool(left > right if side else left >= right)


def _limits(leaf: Leaf) -> tuple[Any, Any]:
    """Least and greatest step of a fact that is missing."""
    first, last = leaf.steps
    return -inf if first is None else first, inf if last is None else last


def steps_of(kind: FactKind, value: Any) -> int:
    """A number or a day, counted in steps of its fact."""
    if kind.type == "date":
        return int(value.toordinal())
    return int(value * 10**DECIMALS) if kind.type == "decimal" else int(value)


def axes_of(root: Any, dictionary: Dictionary, points: str) -> dict[Variable, Axis]:
    """The axes of a diagram, with every cut that some branch of it has. NotFollowed for what is no axis."""
    cuts: dict[Variable, set[Any]] = {}
    for branch in branches_of(root):
        cuts.setdefault(branch.variable, set()).update(branch.breaks)
    return {variable: _axis(variable, sorted(found), dictionary, points) for variable, found in cuts.items()}


def branches_of(root: Any) -> list[Branch]:
    found: dict[int, Branch] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.__class__ is Branch and id(node) not in found:
            found[id(node)] = node
            waiting.extend(node.children)
    return list(found.values())


def _axis(variable: Variable, cuts: list[Any], dictionary: Dictionary, points: str) -> Axis:
    key = variable.key
    if isinstance(key, Leaf) and key.id in dictionary and key.grid:
        return NumberAxis(dictionary[key.id], key, cuts)
    if isinstance(key, Leaf) and key.id.startswith(points):
        return PointsAxis(key.id, cuts)
    if isinstance(key, Term):
        return QuotientAxis(key, cuts, dictionary)
    if isinstance(key, str) and key in dictionary:
        return WordAxis(dictionary[key], cuts)
    raise NotFollowed
