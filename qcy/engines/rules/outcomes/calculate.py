"""Arithmetic on values of which parts may be missing. Exact: integers and fractions, never floats.

null stays null (FEEL 10.3.2.12); so does what cannot be calculated, such as text times number.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, cast

from ..feel.durations import Months, plus_months
from .compare import OpenText, counted
from .diagrams import Variable
from .terms import (
    Leaf,
    Number,
    Poly,
    Term,
    add,
    as_term,
    constant,
    divide,
    followed,
    leaf_term,
    may_be_null,
    multiply,
    negated,
    plain,
    settled,
)

MOST_BITS = 200_000
"""Size of a power: `9 ** 9 ** 9` is null, not a machine that stands still."""


def calculate(op: str, left: Any, right: Any) -> Any:
    """`left op right`, one of + - * / **."""
    if left.__class__ in _NUMBERS and right.__class__ in _NUMBERS:  # first, because nearly all are
        return _plain_number(op, cast(Number, left), cast(Number, right))
    if left is None or right is None:
        return None
    if isinstance(left, OpenText) or isinstance(right, OpenText):
        return _unfollowed_text(op, left, right)
    if isinstance(left, str) or isinstance(right, str):
        return left + right if op == "+" and type(left) is type(right) is str else None
    if isinstance(left, Months) or isinstance(right, Months):
        return _with_months(op, left, right)
    return _with_counts(op, left, right)


def _with_counts(op: str, left: Any, right: Any) -> Any:
    a, b = _as_counted(left), _as_counted(right)
    if a is None or b is None:
        return None
    kind = _KINDS.get((a.kind, op, b.kind))
    if kind is None:
        return None
    result = _TERMS[op](a, b)
    if result is None:
        return None
    known = settled(Term(result.n, result.d, kind))
    if isinstance(known, Term):
        return known if followed(known) else unfollowed(op, [left, right])
    return _uncounted(kind, known)


_KINDS = {
    **{("number", op, "number"): "number" for op in ("+", "-", "*", "/", "**")},
    ("date", "-", "date"): "days",
    ("date", "+", "days"): "date",
    ("days", "+", "date"): "date",
    ("date", "-", "days"): "date",
    ("days", "+", "days"): "days",
    ("days", "-", "days"): "days",
    ("days", "*", "number"): "days",
    ("number", "*", "days"): "days",
    ("days", "/", "days"): "number",
}
"""What comes of which calculation; what is not listed is null."""


def _as_counted(value: Any) -> Term | None:
    if isinstance(value, Term):
        return value
    found = counted(value)
    return None if found is None else Term(constant(found[1]), constant(1), found[0])


def _uncounted(kind: str, value: Number | None) -> Any:
    if value is None or kind == "number":
        return value
    if Fraction(value).denominator != 1:
        return None
    try:
        return date.fromordinal(int(value)) if kind == "date" else timedelta(int(value))
    except (ValueError, OverflowError):
        return None


_NUMBERS = {int, Fraction}


def _plain_number(op: str, a: Number, b: Number) -> Number | None:
    if op == "/":
        return plain(Fraction(a) / b) if b else None
    if op == "**":
        return power(a, b)
    return plain(_PLAIN[op](a, b))


_PLAIN: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def power(base: Number, exponent: Number) -> Number | None:
    """Whole exponents only: a root is not a fraction. null when there is no value or it would be enormous."""
    if Fraction(exponent).denominator != 1 or (base == 0 and exponent < 0):
        return None
    exact, times = Fraction(base), int(exponent)
    bits = max(exact.numerator.bit_length(), exact.denominator.bit_length())
    if bits * abs(times) > MOST_BITS:
        return None
    return plain(exact**times)


def _power_of_term(a: Term, b: Term) -> Term | None:
    times = settled(b)
    if not isinstance(times, int) or not 0 <= times <= 4:
        return unfollowed("**", [a, b], partial=True)
    result = as_term(1) if a.d.constant is not None else Term(a.d, a.d)  # without a value, a ** 0 has none
    for _ in range(times):
        result = multiply(result, a)
    return result


_TERMS: dict[str, Callable[[Term, Term], Term | None]] = {
    "+": add,
    "-": lambda a, b: add(a, negated(b)),
    "*": multiply,
    "/": lambda a, b: None if b.n.constant == 0 else divide(a, b),
    "**": _power_of_term,
}


def _with_months(op: str, left: Any, right: Any) -> Any:
    if isinstance(left, Months) and isinstance(right, Months) and op in {"+", "-"}:
        return Months(left.count + (right.count if op == "+" else -right.count))
    if isinstance(left, Months) and op == "+":
        left, right = right, left
    if not isinstance(right, Months) or op not in {"+", "-"}:
        return None
    if isinstance(left, Term) and left.kind == "date":
        return unfollowed(op, [left, right], kind="date")
    signed = right if op == "+" else Months(-right.count)
    return plus_months(left, signed) if isinstance(left, date) else None


def unfollowed(name: str, values: list[Any], kind: str = "number", partial: bool = False) -> Term:
    """A number nobody can follow exactly any more: anything, settled by the facts that are in it.

    It may have no value at all if one of the values may have none, or if the function is `partial`.
    """
    leaf = _leaf(name, values)
    found = leaf_term(leaf, kind)
    if not partial and not any(isinstance(v, Term) and may_be_null(v) for v in values):
        return found
    exists = Leaf(f"{leaf.id} 有值", leaf.facts, 0, 1, 1)
    return Term(found.n, leaf_term(exists).n, kind)


def _leaf(name: str, values: list[Any]) -> Leaf:
    facts = frozenset(fact for v in values if isinstance(v, Term) for fact in v.facts)
    return Leaf(f"{name}({', '.join(map(describe, values))})", facts)


def _unfollowed_text(op: str, left: Any, right: Any) -> OpenText:
    facts: frozenset[str] = frozenset()
    for value in (left, right):
        facts |= value.variable.facts if isinstance(value, OpenText) else frozenset()
    return OpenText(Variable((op, describe(left), describe(right)), facts))


def describe(value: Any) -> str:
    """A text that is the same for the same value and differs for different ones."""
    if isinstance(value, Term):
        return f"{_described(value.n)} / {_described(value.d)}"
    return repr(value.variable.key) if isinstance(value, OpenText) else repr(value)


def _described(poly: Poly) -> str:
    return " + ".join(f"{c} {' '.join(leaf.id for leaf in m)}" for m, c in poly.parts) or "0"
