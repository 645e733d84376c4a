"""Sums that are compared with a number and seldom needed as such: points.

Written out, a sum of ten open items is a large diagram. Compared with a threshold most of it is decided early:
whatever the other items bring, the sum is above or below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .calculate import calculate
from .compare import OPERATORS, compare
from .diagrams import Branch, Diagrams, cofactors, identity, variables
from .terms import Bounds, Number, Term


@dataclass(frozen=True, eq=False)
class Total:
    """Parts to be added up; each a number, a Term or a Branch."""

    parts: tuple[Any, ...]

    def written_out(self, diagrams: Diagrams) -> Any:
        """The sum as one value."""
        result: Any = self.parts[0]
        for part in self.parts[1:]:
            result = diagrams.lift(_plus, result, part)
        return result

    def independent(self) -> bool:
        """Whether no two parts ask the same."""
        asked = [{*variables(part), *_leaves(part)} for part in self.parts]
        return sum(map(len, asked)) == len(set[Any]().union(*asked))


def _leaves(part: Any) -> set[Any]:
    return set(part.leaves) if isinstance(part, Term) else set()


def _plus(left: Any, right: Any) -> Any:
    return calculate("+", left, right)


def compare_total(diagrams: Diagrams, op: str, total: Total, bound: Number) -> Any:
    """`total op bound` as True, False, None or a Branch: the same as comparing the written-out sum."""
    ends = {id(part): ends_of(part) for part in total.parts}
    known: dict[Any, Any] = {}

    def decide(parts: Sequence[Any]) -> Any:
        if any(part is None for part in parts):
            return compare(diagrams, op, None, bound)
        certain = _certain(op, [_ends(part, ends) for part in parts], bound)
        if certain is not None:
            return certain
        open_parts = [part for part in parts if part.__class__ is Branch]
        if not open_parts:
            return compare(diagrams, op, Total(tuple(parts)).written_out(diagrams), bound)
        rest = [part for part in parts if part.__class__ is not Branch]
        settled = Total(tuple(rest)).written_out(diagrams) if rest else 0
        key = (identity(settled), *map(identity, open_parts))
        if key not in known:
            variable, cuts, cells = cofactors([settled, *open_parts])
            known[key] = diagrams.branch(variable, cuts, [decide(cell) for cell in cells])
        return known[key]

    return decide(total.parts)


def _certain(op: str, ends: list[Bounds], bound: Number) -> bool | None:
    """The answer when both ends of the sum give the same and nothing lies between; None when they differ."""
    low, high = _sum([e[0] for e in ends]), _sum([e[1] for e in ends])
    if low is not None and low == high:
        return OPERATORS[op](low, bound)
    if low is not None and low > bound:
        return _ABOVE[op]
    if high is not None and high < bound:
        return _BELOW[op]
    if (low is not None and low == bound and op in {">=", "<"}) or (
        high is not None and high == bound and op in {"<=", ">"}
    ):
        return _ABOVE[op] if low == bound else _BELOW[op]
    return None


def _sum(ends: list[Number | None]) -> Number | None:
    total: Number = 0
    for end in ends:
        if end is None:
            return None
        total += end
    return total


_ABOVE = {"=": False, "!=": True, "<": False, "<=": False, ">": True, ">=": True}
_BELOW = {op: not answer if op not in {"=", "!="} else answer for op, answer in _ABOVE.items()}


def _ends(part: Any, known: dict[int, Bounds]) -> Bounds:
    if part.__class__ is not Branch:
        return ends_of(part)
    if id(part) not in known:
        known[id(part)] = ends_of(part, known)
    return known[id(part)]


def ends_of(value: Any, known: dict[int, Bounds] | None = None) -> Bounds:
    """Least and greatest number a value can still become (None: no bound). null counts as 0, as points do."""
    if value.__class__ is Branch:
        ends = [_ends(child, known if known is not None else {}) for child in value.children]
        lows, highs = [e[0] for e in ends], [e[1] for e in ends]
        return (
            None if any(low is None for low in lows) else min(low for low in lows if low is not None),
            None if any(high is None for high in highs) else max(high for high in highs if high is not None),
        )
    if isinstance(value, Term):
        return value.bounds
    return (value, value) if isinstance(value, (int, Fraction)) else (0, 0)
