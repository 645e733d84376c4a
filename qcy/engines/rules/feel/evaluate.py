"""The interpreter: one tree, one scope, one value; exact, and a diagram where facts are missing.

It is the oracle of the engine: the set-wise evaluator has to give the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from ..outcomes.calculate import calculate
from ..outcomes.compare import OPERATORS, compare
from ..outcomes.diagrams import Branch, Diagrams
from ..outcomes.totals import Total, compare_total
from . import functions
from . import tree as t
from .durations import Months
from .parse import FeelError

Scope = Callable[[str], Any]
"""Gives the value of a name; raises KeyError for a name nobody knows."""


@dataclass(frozen=True)
class Context:
    """FEEL's context: names with values, in order."""

    entries: tuple[tuple[str, Any], ...]

    @staticmethod
    def of(entries: Mapping[str, Any]) -> Context:
        return Context(tuple(entries.items()))

    def get(self, name: str) -> Any:
        return dict(self.entries).get(name)


@dataclass(frozen=True)
class Function:
    """A function written in FEEL (a business knowledge model): what it calls its arguments, and its body."""

    parameters: tuple[str, ...]
    body: Callable[[Evaluation], Any]


class Evaluation:
    """Evaluates trees in one scope. `diagrams` is shared by everything that belongs to one question."""

    def __init__(self, scope: Scope, diagrams: Diagrams | None = None, calendar: Any = None) -> None:
        self.scope, self.calendar = scope, calendar
        self.diagrams = diagrams or Diagrams()
        if not self.diagrams.comparisons:
            self.diagrams.comparisons = {op: partial(compare, self.diagrams, op) for op in OPERATORS}

    def inside(self, names: Mapping[str, Any]) -> Evaluation:
        """The same evaluation where these names come first."""
        outer = self.scope
        return Evaluation(
            lambda name: names[name] if name in names else outer(name), self.diagrams, self.calendar
        )

    def value(self, node: t.Node) -> Any:
        return _RULES[type(node)](self, node)

    def compared(self, op: str, left: Any, right: Any) -> Any:
        if left.__class__ is Total and isinstance(right, (int, Fraction)):
            return compare_total(self.diagrams, op, left, right)
        left, right = self.whole(left), self.whole(right)
        return self.diagrams.lift(self.diagrams.comparisons[op], left, right)

    def whole(self, value: Any) -> Any:
        """A sum that has been left in parts, added up."""
        return value.written_out(self.diagrams) if value.__class__ is Total else value

    def calculated(self, op: str, left: Any, right: Any) -> Any:
        return self.diagrams.lift(_CALCULATIONS[op], self.whole(left), self.whole(right))

    def chosen(self, condition: Any, then: Any, other: Any) -> Any:
        return self.diagrams.lift(_pick, condition, self.whole(then), self.whole(other))

    def both(self, left: Any, right: Any) -> Any:
        return self.diagrams.lift(_both, left, right)

    def either(self, left: Any, right: Any) -> Any:
        return self.diagrams.lift(_either, left, right)

    def negated(self, value: Any) -> Any:
        return self.diagrams.lift(_not, value)

    def accepted(self, value: Any, test: t.Node) -> Any:
        """Whether one unary test accepts the value (FEEL 10.3.2.8)."""
        if isinstance(test, t.Test):
            return self.compared(test.op, value, self.value(test.right))
        if isinstance(test, t.Range):
            return self._within(value, test)
        wanted = self.value(test)
        if wanted is True and not isinstance(value, (bool, Branch)):
            return True
        options = wanted if isinstance(wanted, tuple) else (wanted,)
        found: Any = False
        for option in options:
            found = self.either(found, self.compared("=", value, option))
        return found

    def _within(self, value: Any, test: t.Range) -> Any:
        low = self.compared(">=" if test.low_closed else ">", value, self.value(test.low))
        if low is False:
            return False
        return self.both(low, self.compared("<=" if test.high_closed else "<", value, self.value(test.high)))


def _calculation(op: str) -> Callable[[Any, Any], Any]:
    return lambda left, right: calculate(op, left, right)


_CALCULATIONS = {op: _calculation(op) for op in ("+", "-", "*", "/", "**")}


def _pick(condition: Any, then: Any, other: Any) -> Any:
    return then if condition is True else other


def _both(left: Any, right: Any) -> bool | None:
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def _either(left: Any, right: Any) -> bool | None:
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def _not(value: Any) -> bool | None:
    return not value if isinstance(value, bool) else None


def _name(run: Evaluation, node: t.Name) -> Any:
    try:
        return run.scope(node.id)
    except KeyError:
        raise FeelError(f"没有名为“{node.id}”的数据。", node.at) from None


def _all(run: Evaluation, node: t.Both) -> Any:
    result: Any = True
    for item in node.items:
        result = run.both(result, run.value(item))
        if result is False:
            return False
    return result


def _any(run: Evaluation, node: t.Either) -> Any:
    result: Any = False
    for item in node.items:
        result = run.either(result, run.value(item))
        if result is True:
            return True
    return result


def _choice(run: Evaluation, node: t.Choice) -> Any:
    condition = run.value(node.condition)
    if not isinstance(condition, Branch):
        return run.value(node.then if condition is True else node.other)
    return run.chosen(condition, run.value(node.then), run.value(node.other))


def _member(run: Evaluation, node: t.Member) -> Any:
    value = run.value(node.value)
    result: Any = False
    for test in node.tests:
        result = run.either(result, run.accepted(value, test))
        if result is True:
            return True
    return result


def _call(run: Evaluation, node: t.Call) -> Any:
    arguments = [run.whole(run.value(argument)) for argument in node.arguments]
    if node.function in functions.BUILT_IN:
        return functions.BUILT_IN[node.function](run, *arguments)
    try:
        function = run.scope(node.function)
    except KeyError:
        raise FeelError(f"没有名为“{node.function}”的函数。", node.at) from None
    if not isinstance(function, Function) or len(function.parameters) != len(arguments):
        raise FeelError(f"“{node.function}”不能这样调用。", node.at)
    return function.body(run.inside(dict(zip(node.names or function.parameters, arguments, strict=True))))


def _path(run: Evaluation, node: t.Path) -> Any:
    return run.diagrams.lift(lambda value: _part(value, node.name), run.value(node.of))


def _part(value: Any, name: str) -> Any:
    if isinstance(value, Context):
        return value.get(name)
    if isinstance(value, date) and name in {"year", "month", "day"}:
        return getattr(value, name)
    if isinstance(value, timedelta) and name == "days":
        return value.days
    if isinstance(value, Months) and name in {"years", "months"}:
        return value.count // 12 if name == "years" else value.count % 12
    return functions.part_of_open(value, name)


_RULES: dict[type, Callable[[Evaluation, Any], Any]] = {
    t.Literal: lambda run, node: node.value,
    t.Name: _name,
    t.Negative: lambda run, node: run.calculated("-", 0, run.value(node.of)),
    t.Arithmetic: lambda run, node: run.calculated(node.op, run.value(node.left), run.value(node.right)),
    t.Comparison: lambda run, node: run.compared(node.op, run.value(node.left), run.value(node.right)),
    t.Both: _all,
    t.Either: _any,
    t.Negation: lambda run, node: run.negated(run.value(node.of)),
    t.Choice: _choice,
    t.Member: _member,
    t.Call: _call,
    t.Path: _path,
    t.Listing: lambda run, node: tuple(run.value(item) for item in node.items),
}
