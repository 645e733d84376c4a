"""Comparing values of which parts are missing: the answer is a yes, a no, or a branch on what is missing.

A quotient is never formed. `n/d >= k` asks for the sign of `n - k d` and of `d`; where one fact is missing,
the exact points at which a sign changes are the edges of the branch. null (no value) meets no test.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor, inf, isqrt, lcm
from typing import Any

from ..feel.durations import Months
from .diagrams import Diagrams, Variable
from .terms import Leaf, Number, Poly, Term, add, negated, settled

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


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
        return _compare_terms(diagrams, _MIRRORED[op], right, left)
    if isinstance(right, Term):
        return _against(diagrams, op, add(left, negated(right)), 0) if left.kind == right.kind else None
    found = counted(right)
    if found is None or found[0] != left.kind:
        return None
    return _against(diagrams, op, left, found[1])


def _against(diagrams: Diagrams, op: str, term: Term, bound: Number) -> Any:
    known = settled(term)
    if not isinstance(known, Term):
        return None if known is None else OPERATORS[op](known, bound)
    if len(known.leaves) == 1:
        answer = _by_one_leaf(diagrams, op, known, bound)
        if answer is not _NOT_FOLLOWED:
            return answer
    return _by_quantity(diagrams, op, known, bound)


_NOT_FOLLOWED = object()


def _by_one_leaf(diagrams: Diagrams, op: str, term: Term, bound: Number) -> Any:
    """A branch on the one missing number, with the exact values at which the answer changes."""
    (leaf,) = term.leaves
    signed = term.n + term.d.times(-bound)
    if max(signed.degree, term.d.degree) > (2 if leaf.grid else 1):
        return _NOT_FOLLOWED
    edges = sorted({edge for poly in (signed, term.d) for edge in _sign_changes(poly, leaf)})
    edges = [edge for edge in edges if _inside(edge, leaf)]
    answers = [_answer(op, signed, term.d, sample) for sample in _samples(edges, leaf)]
    return diagrams.branch(Variable(leaf, leaf.facts), edges, answers)


def _answer(op: str, signed: Poly, d: Poly, value: Number) -> bool | None:
    below = d.at(value)
    if below == 0:
        return None
    above = signed.at(value)
    return OPERATORS[op](above if below > 0 else -above, 0)


def _inside(edge: Any, leaf: Leaf) -> bool:
    """An edge that leaves values of the leaf on both sides."""
    first = _first(leaf)
    return (first is None or edge > first) and (leaf.high is None or _value(edge, leaf) <= leaf.high)


def _first(leaf: Leaf) -> Any:
    if leaf.low is None:
        return None
    return ceil(leaf.low * leaf.grid) if leaf.grid else (Fraction(leaf.low), 0)


def _value(edge: Any, leaf: Leaf) -> Number:
    return Fraction(edge, leaf.grid) if leaf.grid else edge[0]


def _samples(edges: list[Any], leaf: Leaf) -> Iterator[Number]:
    """One value of the leaf in each cell. Between two edges no sign changes, so any will do."""
    if leaf.grid:
        first = ceil(leaf.low * leaf.grid) if leaf.low is not None else (edges[0] - 1 if edges else 0)
        yield from (Fraction(start, leaf.grid) for start in (first, *edges))
        return
    ends: list[Number | None] = [leaf.low, *(edge[0] for edge in edges), leaf.high]
    open_below = [False, *(side == 1 for _, side in edges)]
    for start, end, is_open in zip(ends, ends[1:], open_below, strict=True):
        yield _within(start, end, is_open)


def _within(start: Number | None, end: Number | None, is_open: bool) -> Number:
    if start is None:
        return 0 if end is None else end - 1
    if not is_open:
        return start
    return start + 1 if end is None else Fraction(start + end) / 2


def _sign_changes(poly: Poly, leaf: Leaf) -> list[Any]:
    """Edges between which the sign of `poly` in one leaf stays the same (at least all of those needed)."""
    factors = [Fraction(0), Fraction(0), Fraction(0)]
    for monomial, factor in poly.parts:
        factors[len(monomial)] += factor
    c, b, a = factors
    if not leaf.grid:
        return [(-c / b, 0), (-c / b, 1)] if b else []
    return _grid_changes(c, b / leaf.grid, a / leaf.grid**2)


def _grid_changes(c: Fraction, b: Fraction, a: Fraction) -> list[int]:
    """For a i² + b i + c over the integers i."""
    if a == 0:
        return [ceil(-c / b), floor(-c / b) + 1] if b else []
    whole = lcm(a.denominator, b.denominator, c.denominator)
    p, q, r = (int(x * whole) for x in (a, b, c))
    under = q * q - 4 * p * r
    if under < 0:
        return []
    near = [floor(Fraction(-q + s * isqrt(under), 2 * p)) for s in (1, -1)]
    return [root + step for root in near for step in (-2, -1, 0, 1, 2, 3)]  # isqrt and floor are off by 2 at most


def _by_quantity(diagrams: Diagrams, op: str, term: Term, bound: Number) -> Any:
    """Several facts are missing at once: the quantity itself becomes what is asked, with its bounds."""
    quantity, factor = _normal(term)
    edge = Fraction(bound) / factor
    low, high = quantity.bounds
    cells = [
        (None, -1, low is None or low < edge),
        ((edge, 0), 0, (low is None or low <= edge) and (high is None or edge <= high)),
        ((edge, 1), 1, high is None or high > edge),
    ]
    kept = [(start, OPERATORS[op](sign if factor > 0 else -sign, 0)) for start, sign, possible in cells if possible]
    if term.d.constant is None and not _positive(quantity.d):
        kept = [(None, None), (_AFTER_NULL, kept[0][1]), *kept[1:]]
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
        return _compare_texts(diagrams, _MIRRORED[op], right, left)
    if isinstance(right, OpenText):
        variable = Variable((left.variable, right.variable), left.variable.facts | right.variable.facts)
        return diagrams.branch(variable, [1], [op == "!=", op == "="])
    if not isinstance(right, str) or op not in {"=", "!="}:
        return None
    return diagrams.branch(left.variable, [(right, 0), (right, 1)], [op == "!=", op == "=", op == "!="])
