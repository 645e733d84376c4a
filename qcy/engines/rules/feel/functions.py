"""The built-in functions of the profile. Each takes the evaluation and its arguments, already evaluated.

Named as in DMN 1.5, chapter 10.3.4, with `_` for the blanks; `coalesce`, `working_days_between` and
`add_working_days` are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import islice
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from ..outcomes.calculate import unfollowed
from ..outcomes.compare import compare
from ..outcomes.terms import Term, plain
from .parse import FeelError

if TYPE_CHECKING:
    from .evaluate import Evaluation

MOST_DECIMALS = 40


def _items(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """`min(a, b)` and `min([a, b])` mean the same."""
    return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], tuple) else arguments


def _least(run: Evaluation, *arguments: Any) -> Any:
    return _extreme(run, "<=", _items(arguments))


def _greatest(run: Evaluation, *arguments: Any) -> Any:
    return _extreme(run, ">=", _items(arguments))


def _extreme(run: Evaluation, op: str, items: tuple[Any, ...]) -> Any:
    """null among the items makes the whole null, as in every other calculation."""
    if not items:
        return None

    def better(a: Any, b: Any) -> Any:
        first = compare(run.diagrams, op, a, b)
        return run.diagrams.lift(lambda met: None if met is None else a if met else b, first)

    best = items[0]
    for item in items[1:]:
        best = run.diagrams.lift(better, best, item)
    return best


def _total(run: Evaluation, *arguments: Any) -> Any:
    items = _items(arguments)
    if not items:
        return None
    result = items[0]
    for item in items[1:]:
        result = run.calculated("+", result, item)
    return result


def _coalesce(run: Evaluation, *arguments: Any) -> Any:
    """The first argument that is not null. A missing fact is not null: it has a value nobody has told yet."""

    def first_of(value: Any, other: Any) -> Any:
        missing = compare(run.diagrams, "=", value, None)
        return run.diagrams.lift(lambda is_null: other if is_null is True else value, missing)

    result: Any = None
    for argument in reversed(arguments):
        result = run.diagrams.lift(first_of, argument, result)
    return result


def _rounding(name: str, act: Callable[[Fraction], int]) -> Callable[..., Any]:
    """A function `name(n)` and `name(n, scale)`: the number of decimals, 0 unless given."""

    def rounded(value: Any, scale: Any) -> Any:
        if isinstance(value, Term):
            return unfollowed(f"{name} {scale}", [value])
        if not _is_number(value) or not isinstance(scale, int) or abs(scale) > MOST_DECIMALS:
            return None
        unit = Fraction(10) ** scale
        return plain(Fraction(act(Fraction(value) * unit)) / unit)

    return lambda run, value, scale=0: run.diagrams.lift(rounded, value, scale)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Fraction)) and not isinstance(value, bool)


def half_up(value: Fraction) -> int:
    """Half away from zero: what offices mean by 四舍五入."""
    return floor(value + Fraction(1, 2)) if value >= 0 else ceil(value - Fraction(1, 2))


def _absolute(run: Evaluation, value: Any) -> Any:
    return run.chosen(run.compared("<", value, 0), run.calculated("-", 0, value), value)


def _count(run: Evaluation, *arguments: Any) -> Any:
    return len(_items(arguments))


def _date(run: Evaluation, *arguments: Any) -> Any:
    return run.diagrams.lift(_made_date, *arguments)


def _made_date(*arguments: Any) -> Any:
    if len(arguments) != 3:
        return None
    if any(isinstance(a, Term) for a in arguments):
        return unfollowed("date", list(arguments), kind="date", partial=True)
    if not all(_is_number(a) and Fraction(a).denominator == 1 for a in arguments):
        return None
    try:
        return date(*map(int, arguments))
    except ValueError:
        return None


def _working_days_between(run: Evaluation, after: Any, until: Any) -> Any:
    """Working days in (after, until]; negative spans are null."""

    def days(first: Any, last: Any) -> Any:
        if isinstance(first, Term) or isinstance(last, Term):
            return unfollowed("working days", [first, last], partial=True)
        usable = isinstance(first, date) and isinstance(last, date) and first <= last
        return _calendar(run).working_days_between(first, last) if usable else None

    return run.diagrams.lift(days, after, until)


def _add_working_days(run: Evaluation, start: Any, count: Any) -> Any:
    """The day that many working days after `start`."""

    def day(first: Any, days: Any) -> Any:
        if isinstance(first, Term) or isinstance(days, Term):
            return unfollowed("add working days", [first, days], kind="date", partial=True)
        if not isinstance(first, date) or not isinstance(days, int) or not 1 <= days <= 3_000:
            return None
        return next(islice(_calendar(run).working_days_after(first), days - 1, None))

    return run.diagrams.lift(day, start, count)


def _calendar(run: Evaluation) -> Any:
    if run.calendar is None:
        raise FeelError("要计算工作日，请先给出放假安排。")
    return run.calendar


def part_of_open(value: Any, name: str) -> Any:
    """`.year` and the like of a date that is missing."""
    return unfollowed(name, [value]) if isinstance(value, Term) else None


def _even(value: Fraction) -> int:
    return round(value)  # Python rounds halves to even, as FEEL's decimal() does


BUILT_IN: dict[str, Callable[..., Any]] = {
    "min": _least,
    "max": _greatest,
    "sum": _total,
    "count": _count,
    "abs": _absolute,
    "coalesce": _coalesce,
    "floor": _rounding("floor", floor),
    "ceiling": _rounding("ceiling", ceil),
    "round": _rounding("round", half_up),
    "round_half_up": _rounding("round", half_up),
    "decimal": _rounding("decimal", _even),
    "date": _date,
    "working_days_between": _working_days_between,
    "add_working_days": _add_working_days,
}

ARGUMENTS: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "floor": (1, 2),
    "ceiling": (1, 2),
    "round": (1, 2),
    "round_half_up": (1, 2),
    "decimal": (2, 2),
    "date": (3, 3),
    "working_days_between": (2, 2),
    "add_working_days": (2, 2),
}
"""How many arguments a function takes (at least, at most); the others take one or more."""
