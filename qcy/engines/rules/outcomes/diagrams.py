"""What an expression can still become, as a decision diagram over the missing facts.

A value of the engine is either known (a Python value), a Term (a number with missing facts in it) or a
`Branch`: "if the missing fact lies here, this; if it lies there, that". Branches are ordered, shared and
reduced, so two expressions that mean the same are the same object. Hence, without any search:

- the verdict is certain exactly when the diagram is a single value;
- a missing fact can change the verdict exactly when it occurs in the diagram.

Idea: Bryant 1986 (ordered decision diagrams), with intervals as edges.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BRANCHES = 20_000
"""A diagram above this size is given up: the answer is then "unknown" for every fact in it."""


class TooOpen(Exception):
    """So many facts are missing and entangled that their cases cannot be followed."""


@dataclass(frozen=True, slots=True)
class Variable:
    """What a branch asks for. `facts` are the facts whose values answer it."""

    key: Hashable
    facts: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """`children[i]` holds for values from `breaks[i-1]` (included) up to `breaks[i]` (excluded)."""

    variable: Variable
    rank: int
    breaks: tuple[Any, ...]
    children: tuple[Any, ...]


def identity(value: Any) -> Hashable:
    """Tells values apart where Python does not: True and 1, and branches by what they are."""
    return id(value) if value.__class__ is Branch else (value.__class__, value)


class Diagrams:
    """The branches of one evaluation: their order, and the table that keeps equal ones the same object."""

    def __init__(self) -> None:
        self.comparisons: dict[str, Callable[[Any, Any], Any]] = {}
        self._ranks: dict[Variable, int] = {}
        self._branches: dict[Hashable, Branch] = {}
        self._done: dict[Hashable, Any] = {}

    def branch(self, variable: Variable, breaks: Sequence[Any], children: Sequence[Any]) -> Any:
        """The diagram that asks `variable` and goes on with a child; children may ask anything themselves."""
        rank = self._ranks.setdefault(variable, len(self._ranks))
        top = min((c for c in children if c.__class__ is Branch), key=lambda c: c.rank, default=None)
        if top is None or top.rank > rank:
            return self._made(variable, rank, breaks, children)
        if top.rank == rank:
            return self._made(variable, rank, *_refined(rank, breaks, children))
        key = ("branch", rank, tuple(breaks), *map(identity, children))
        if key not in self._done:
            cuts = _cuts(children, top.rank)
            cells = [[_cofactor(c, top.rank, start) for c in children] for start in (None, *cuts)]
            inner = [self.branch(variable, breaks, cell) for cell in cells]
            self._done[key] = self._made(top.variable, top.rank, cuts, inner)
        return self._done[key]

    def _made(self, variable: Variable, rank: int, breaks: Sequence[Any], children: Sequence[Any]) -> Any:
        kept_breaks, kept = [], [children[0]]
        for start, child in zip(breaks, children[1:], strict=True):
            if identity(child) != identity(kept[-1]):
                kept_breaks.append(start)
                kept.append(child)
        if len(kept) == 1:
            return kept[0]
        key = (rank, tuple(kept_breaks), tuple(map(identity, kept)))
        found = self._branches.get(key)
        if found is None:
            if len(self._branches) >= MOST_BRANCHES:
                raise TooOpen
            found = self._branches[key] = Branch(variable, rank, tuple(kept_breaks), tuple(kept))
        return found

    def lift(self, act: Callable[..., Any], *values: Any) -> Any:
        """`act` on every combination of what the values can become. `act` itself sees no branches."""
        open_values = [v for v in values if v.__class__ is Branch]
        if not open_values:  # by far the most frequent case
            return act(*values)
        key = (act, *map(identity, values))
        if key not in self._done:
            variable, cuts, cells = cofactors(values)
            self._done[key] = self.branch(variable, cuts, [self.lift(act, *cell) for cell in cells])
        return self._done[key]


def _cuts(values: Sequence[Any], rank: int) -> list[Any]:
    return sorted({b for v in values if v.__class__ is Branch and v.rank == rank for b in v.breaks})


def _refined(rank: int, breaks: Sequence[Any], children: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The same branch where children ask the same variable again: their answers are known by the cell."""
    cuts = sorted({*breaks, *_cuts(children, rank)})
    starts = (None, *cuts)
    return cuts, [_cofactor(children[0 if s is None else bisect_right(breaks, s)], rank, s) for s in starts]


def _cofactor(value: Any, rank: int, start: Any) -> Any:
    """What `value` is where the variable of that rank lies in the cell that begins at `start` (None: the first)."""
    if value.__class__ is not Branch or value.rank != rank:
        return value
    return value.children[0 if start is None else bisect_right(value.breaks, start)]


def cofactors(values: Sequence[Any]) -> tuple[Variable, list[Any], list[list[Any]]]:
    """The first variable the values ask, its cuts, and what the values are in each of its cells."""
    top = min((v for v in values if v.__class__ is Branch), key=lambda v: v.rank)
    cuts = _cuts(values, top.rank)
    return top.variable, cuts, [[_cofactor(v, top.rank, start) for v in values] for start in (None, *cuts)]


def endings(value: Any) -> list[Any]:
    """Every value the diagram can end in, each once."""
    if value.__class__ is not Branch:
        return [value]
    found: dict[Hashable, Any] = {}
    for branch in _branches(value):
        found.update((identity(c), c) for c in branch.children if c.__class__ is not Branch)
    return list(found.values())


def variables(value: Any) -> set[Variable]:
    """What the diagram still asks: exactly the variables that can change where it ends."""
    return {branch.variable for branch in _branches(value)} if isinstance(value, Branch) else set()


def _branches(value: Branch) -> Iterator[Branch]:
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        branch = waiting.pop()
        if id(branch) in seen:
            continue
        seen.add(id(branch))
        yield branch
        waiting.extend(c for c in branch.children if c.__class__ is Branch)
