"""Comparing values of which parts are missing: the answer is a yes, a no, or a branch on what is missing.

A quotient is never formed. `n/d >= k` asks for the sign of `n - k d` and of `d`; where one fact is missing,
the exact points at which a sign changes are the edges of the branch. null (no value) meets no test.
"""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, inf, isqrt
from typing import Any

from ..feel.durations import Months
from .diagrams import Diagrams, Variable
from .terms import ONE, Leaf, Number, Poly, Term, add, negated, settled

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_WITH_NULL: dict[str, bool | None] = dict.fromkeys(OPERATORS) | {"=": False, "!=": True}
"""A number against null: it is not equal to it, and there is no order."""

_NUMBERS = {int, Fraction}  # not bool, although Python counts it in

MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class OpenText:
    """A missing text: it can only be compared with texts."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpenText) and other.variable == self.variable

    def __hash__(self) -> int:
        return hash(self.variable)


def compare(diagrams: Diagrams, op: str, left: Any, right: Any) -> Any:
    """True, False, None (no answer: null or values of different kinds) or a Branch; FEEL 10.3.2.13."""
    if left.__class__ in _NUMBERS and right.__class__ in _NUMBERS:  # first, because nearly all are
        return OPERATORS[op](left, right)
    if isinstance(left, Term) or isinstance(right, Term):
        return _compare_terms(diagrams, op, left, right)
    if isinstance(left, OpenText) or isinstance(right, OpenText):
        return _compare_texts(diagrams, op, left, right)
    if op in {"=", "!="} and (left is None or right is None):
        return OPERATORS[op](left is None, right is None)
    if _kind(left) != _kind(right) or left is None:
        return None
    if op not in {"=", "!="} and isinstance(left, (bool, tuple, dict)):
        return None
    return OPERATORS[op](left, right)


def _kind(value: Any) -> str:
    """What a value can be compared with."""
    for kinds, name in _KINDS:
        if isinstance(value, kinds):
            return name
    return type(value).__name__


_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), "boolean"),
    ((int, Fraction), "number"),
    ((date,), "date"),
    ((timedelta,), "days"),
    ((Months,), "months"),
)


def counted(value: Any) -> tuple[str, Number] | None:
    """A number, a date as its ordinal or a duration as its days, with the kind; None for everything else."""
    kind = _kind(value)
    if kind == "number":
        return kind, value
    if kind == "date":
        return kind, value.toordinal()
    return (kind, value.days) if kind == "days" else None


def _compare_terms(diagrams: Diagrams, op: str, left: Any, right: Any) -> Any:
    if not isinstance(left, Term):
        return _compare_terms(diagrams, MIRRORED[op], right, left)
    if isinstance(right, Term):
        if left.kind != right.kind:
            return None
        if op in _EQUALITY and left.d.constant is None and right.d.constant is None:
            return _perhaps_both_null(diagrams, op, left, right)
        return _against(diagrams, op, add(left, negated(right)), 0)
    if right is None and op in _EQUALITY:
        return _against_null(diagrams, op, left)
    found = counted(right)
    if found is None or found[0] != left.kind:
        return None
    return _against(diagrams, op, left, found[1])


def _against_null(diagrams: Diagrams, op: str, term: Term) -> Any:
    """Whether the term has no value: where its denominator is 0."""
    zero = _against(diagrams, "=", Term(term.d, ONE), 0)
    return diagrams.lift(lambda is_zero: is_zero if op == "=" else not is_zero, zero)


_EQUALITY = {"=", "!="}


def _perhaps_both_null(diagrams: Diagrams, op: str, left: Term, right: Term) -> Any:
    """Equal where both have no value, or both have one and the difference is 0."""

    def equal(no_left: Any, no_right: Any, same: Any) -> bool:
        found = (no_left and no_right) or (not no_left and not no_right and same is True)
        return bool(found) if op == "=" else not found

    nulls = (_against_null(diagrams, "=", side) for side in (left, right))
    return diagrams.lift(equal, *nulls, _against(diagrams, "=", add(left, negated(right)), 0))


def _against(diagrams: Diagrams, op: str, term: Term, bound: Number) -> Any:
    known = settled(term)
    if not isinstance(known, Term):
        return _WITH_NULL[op] if known is None else OPERATORS[op](known, bound)
    if len(known.leaves) == 1:
        answer = _by_one_leaf(diagrams, op, known, bound)
        if answer is not _NOT_FOLLOWED:
            return answer
    if known.n.constant == 0:
        return _zero_over(diagrams, op, known, bound)
    return _by_quantity(diagrams, op, known, bound)


def _zero_over(diagrams: Diagrams, op: str, term: Term, bound: Number) -> Any:
    """0 over something open: 0, or no value where that something is 0."""
    no_value = _against(diagrams, "=", Term(term.d, ONE), 0)
    return diagrams.lift(_pick, no_value, _WITH_NULL[op], OPERATORS[op](0, bound))


_NOT_FOLLOWED = object()


def _by_one_leaf(diagrams: Diagrams, op: str, term: Term, bound: Number) -> Any:
    """A branch on the one missing number, with the exact values at which the answer changes."""
    if not _can_follow(term):
        return _NOT_FOLLOWED
    (leaf,) = term.leaves
    signed, d = _signed(term, bound), term.coefficients[1]
    edges = _edges([signed, d], leaf)
    answers = [_answer(op, signed, d, sample) for sample in _samples(edges, leaf)]
    return diagrams.branch(Variable(leaf, leaf.facts), edges, answers)


def _can_follow(term: Term) -> bool:
    (leaf,) = term.leaves
    return max(term.n.degree, term.d.degree) <= (2 if leaf.grid else 1)


def _signed(term: Term, bound: Number) -> Coefficients:
    """Numerator minus bound times denominator, as whole factors."""
    n, d = term.coefficients
    exact = Fraction(bound)
    return tuple(exact.denominator * a - exact.numerator * b for a, b in zip(n, d, strict=True))


Cut = tuple[Fraction, int]
"""A place between numbers: just before a value (value, 0) or just after it (value, 1)."""


def stepped(
    diagrams: Diagrams, value: Any, cuts: Sequence[Cut], results: Sequence[Any], otherwise: Any
) -> Any:
    """`results[i]` where `value` lies between the cuts i-1 and i; `otherwise` where it has no value.

    The same as a chain of comparisons, in one step.
    """
    if value.__class__ in _NUMBERS:
        return results[bisect_right(cuts, (value, 0))]
    if not isinstance(value, Term) or value.kind != "number":
        return otherwise
    if len(value.leaves) == 1 and _can_follow(value):
        return _stepped_by_one_leaf(diagrams, value, cuts, results, otherwise)
    result = results[0]
    for (edge, side), inside in zip(cuts, results[1:], strict=True):
        above = compare(diagrams, ">" if side else ">=", value, edge)
        result = diagrams.lift(_pick, above, inside, result)
    has_value = diagrams.lift(_is_bool, compare(diagrams, ">=", value, cuts[0][0])) if cuts else True
    return diagrams.lift(_pick, has_value, result, otherwise)


def _pick(condition: Any, then: Any, other: Any) -> Any:
    return then if condition is True else other


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _stepped_by_one_leaf(
    diagrams: Diagrams, term: Term, cuts: Sequence[Cut], results: Sequence[Any], otherwise: Any
) -> Any:
    (leaf,) = term.leaves
    n, d = term.coefficients
    edges = _edges([*(_signed(term, value) for value in {value for value, _ in cuts}), d], leaf)
    answers = []
    for sample in _samples(edges, leaf):
        below = _at(d, sample)
        found = None if below == 0 else Fraction(_at(n, sample)) / below
        answers.append(otherwise if found is None else results[bisect_right(cuts, (found, 0))])
    return diagrams.branch(Variable(leaf, leaf.facts), edges, answers)


Coefficients = tuple[int, ...]
"""c, b, a of c + b i + a i², where i counts steps of the leaf's grid."""


def _answer(op: str, signed: Coefficients, d: Coefficients, value: Number) -> bool | None:
    below = _at(d, value)
    if below == 0:
        return _WITH_NULL[op]
    above = _at(signed, value)
    return OPERATORS[op](above if below > 0 else -above, 0)


def _at(poly: Coefficients, value: Number) -> Number:
    c, b, a = poly
    return c + value * (b + value * a) if a else c + value * b


def _edges(polys: Iterable[Coefficients], leaf: Leaf) -> list[Any]:
    """Where a sign changes, inside the leaf's bounds; for a real leaf each edge is (value, 0 before or 1 after it)."""
    found = {edge for poly in polys for edge in _sign_changes(poly)}
    first, last = leaf.steps
    if leaf.grid:
        whole = {step for edge in found for step in edge.around()}
        return sorted(s for s in whole if (first is None or s > first) and (last is None or s <= last))
    real = ((edge.low, side) for edge in found for side in (0, 1))
    return sorted(e for e in real if (first is None or e > (first, 0)) and (last is None or e < (last, 1)))


def _samples(edges: list[Any], leaf: Leaf) -> Iterator[Number]:
    """One value of the leaf in each cell. Between two edges no sign changes, so any will do."""
    first, last = leaf.steps
    if leaf.grid:
        yield first if first is not None else (edges[0] - 1 if edges else 0)
        yield from edges
        return
    ends: list[Number | None] = [first, *(value for value, _ in edges), last]
    open_below = [False, *(side == 1 for _, side in edges)]
    for (start, end), is_open in zip(pairwise(ends), open_below, strict=True):
        yield _within(start, end, is_open)


def _within(start: Number | None, end: Number | None, is_open: bool) -> Number:
    if start is None:
        return 0 if end is None else end - 1
    if not is_open:
        return start
    return start + 1 if end is None else Fraction(start + end) / 2


@dataclass(frozen=True)
class _Root:
    """A root, exactly (`low` = `high`) or between two numbers less than one apart."""

    low: Number
    high: Number

    def around(self) -> range:
        """Steps of the grid that certainly separate what lies before, at and after the root."""
        return range(ceil(self.low) if self.low == self.high else floor(self.low), floor(self.high) + 2)


def _sign_changes(poly: Coefficients) -> list[_Root]:
    c, b, a = poly
    if a == 0:
        root = Fraction(-c, b) if b else None
        return [] if root is None else [_Root(root, root)]
    under = b * b - 4 * a * c
    if under < 0:
        return []
    ends = isqrt(under), isqrt(under) + (isqrt(under) ** 2 != under)
    return [_Root(*sorted(Fraction(-b + sign * end, 2 * a) for end in ends)) for sign in (1, -1)]


def _by_quantity(diagrams: Diagrams, op: str, term: Term, bound: Number) -> Any:
    """Several facts are missing at once: the quantity itself becomes what is asked, with its bounds."""
    quantity, factor = _normal(term)
    edge = Fraction(bound) / factor
    low, high = quantity.bounds
    cells: list[tuple[Any, int, bool]] = [
        (None, -1, low is None or low < edge),
        ((edge, 0), 0, (low is None or low <= edge) and (high is None or edge <= high)),
        ((edge, 1), 1, high is None or high > edge),
    ]
    kept: list[tuple[Any, bool | None]] = []
    kept += [
        (start, OPERATORS[op](sign if factor > 0 else -sign, 0))
        for start, sign, possible in cells
        if possible
    ]
    if term.d.constant is None and not _positive(quantity.d):
        kept = [(None, _WITH_NULL[op]), (_AFTER_NULL, kept[0][1]), *kept[1:]]
    edges, answers = [start for start, _ in kept[1:]], [answer for _, answer in kept]
    return diagrams.branch(Variable(quantity, quantity.facts), edges, answers)


_AFTER_NULL = (-inf, 0)
"""Edge between "no value" and every real number a policy can hold."""


def _positive(poly: Poly) -> bool:
    return poly.bounds[0] is not None and poly.bounds[0] > 0


def _normal(term: Term) -> tuple[Term, Number]:
    """Equal quantities look equal: (the quantity with leading factors 1, what it has to be multiplied by)."""
    top, under = term.n.parts[0][1], term.d.parts[0][1]
    n, d = term.n.times(Fraction(1) / top), term.d.times(Fraction(1) / under)
    return Term(n, d, term.kind), Fraction(top) / under


def _compare_texts(diagrams: Diagrams, op: str, left: Any, right: Any) -> Any:
    if not isinstance(left, OpenText):
        return _compare_texts(diagrams, MIRRORED[op], right, left)
    if isinstance(right, OpenText):
        variable = Variable((left.variable, right.variable), left.variable.facts | right.variable.facts)
        return diagrams.branch(variable, [1], [op == "!=", op == "="])
    if not isinstance(right, str) or op not in {"=", "!="}:
        return None
    return diagrams.branch(left.variable, [(right, 0), (right, 1)], [op == "!=", op == "=", op == "!="])
