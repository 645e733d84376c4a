"""Trees of one version over one table: quantities and conditions, each computed once. For amounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from ..facts import DECIMALS, Dictionary
from ..feel import tree as t
from ..feel.evaluate import Evaluation
from ..outcomes.compare import MIRRORED, counted
from ..packs.model import Version
from ..scope import FROM_APPLICATION
from ..tables import Table as DecisionTable
from . import conditions as c
from . import quantities as q
from .columns import Firms
from .numbers import NUMBERS, constant

Step = Fraction(1, 10**DECIMALS)


class Table:
    """Computes trees for all rows of `firms`. NotCertain where only the interpreter can do it."""

    def __init__(self, version: Version, dictionary: Dictionary, firms: Firms, on: date, kind: str) -> None:
        self.version, self.dictionary, self.firms = version, dictionary, firms
        application = {"application_date": on, "application": kind, "fiscal_year": on.year - 1}
        self._constants = Evaluation(application.__getitem__)
        self._quantities: dict[t.Node, q.Quantity] = {}
        self._conditions: dict[t.Node, c.Condition] = {}

    # -- facts ----------------------------------------------------------------

    def constant(self, node: t.Node) -> Any:
        """The value of a tree without facts; KeyError when there are some."""
        if any(isinstance(n, t.Name) and n.id not in FROM_APPLICATION for n in node.walk()):
            raise KeyError
        return self._constants.value(node)

    def expanded(self, node: t.Node) -> t.Node:
        """A definition or a table in place of its name."""
        while isinstance(node, t.Name) and node.id in self.version.definitions:
            node = self.version.definitions[node.id].tree
        if isinstance(node, t.Name) and node.id in self.version.tables:
            return as_choices(self.version.tables[node.id])
        return node

    # -- numbers --------------------------------------------------------------

    def quantity(self, node: t.Node) -> q.Quantity:
        """A number for every row."""
        if node not in self._quantities:
            self._quantities[node] = self._quantity(self.expanded(node))
        return self._quantities[node]

    def _quantity(self, node: t.Node) -> q.Quantity:
        try:
            return constant(self.constant(node))
        except KeyError:
            pass
        if isinstance(node, t.Name):
            return self._fact(node.id)
        rule = NUMBERS.get(type(node))
        if rule is None:
            raise q.NotCertain
        return rule(self, node)

    def _fact(self, name: str) -> q.Quantity:
        if name not in self.dictionary or self.dictionary[name].type not in {"int", "decimal", "date"}:
            raise q.NotCertain
        column = self.firms.columns.get(name)
        return q.of_column(column) if column else q.unknown_column(self.firms, self.dictionary[name])

    # -- conditions -----------------------------------------------------------

    def condition(self, node: t.Node) -> c.Condition:
        if node not in self._conditions:
            self._conditions[node] = self._condition(self.expanded(node))
        return self._conditions[node]

    def _condition(self, node: t.Node) -> c.Condition:
        try:
            value = self.constant(node)
        except KeyError:
            rule = _CONDITIONS.get(type(node))
            if rule is None:
                raise q.NotCertain from None
            return rule(self, node)
        return c.fixed(value if isinstance(value, bool) else None)

    def compared(self, op: str, left: t.Node, right: t.Node) -> c.Condition:
        left, right = self.expanded(left), self.expanded(right)
        if isinstance(left, t.Choice) and op in {"=", "!="} and _is_text(right):
            return self._choice_of_words(op, left, right)
        if (
            isinstance(left, t.Name)
            and left.id in self.dictionary
            and self.dictionary[left.id].type in {"enum", "text", "bool"}
        ):
            return self._word(op, left.id, self.constant_or_refuse(right))
        if self.is_constant(left):
            if self.is_constant(right):
                return c.fixed(self._constants.value(t.Comparison(op, left, right)))
            return self.compared(MIRRORED[op], right, left)
        try:
            bound = self.constant(right)
        except KeyError:
            return self._asked(t.Arithmetic("-", left, right), op, Fraction(0))
        found = counted(bound)
        if found is None:
            raise q.NotCertain
        return self._asked(left, op, Fraction(found[1]))

    def _asked(self, node: t.Node, op: str, bound: Fraction) -> c.Condition:
        return c.compared(self.quantity(node), op, bound)

    def _choice_of_words(self, op: str, left: t.Choice, right: t.Node) -> c.Condition:
        """A class against a word: asked in every branch. The chain is followed without recursion: it may be long."""
        chain: list[tuple[c.Condition, c.Condition]] = []
        rest: t.Node = left
        while isinstance(rest, t.Choice):
            chain.append((self.condition(rest.condition), self.compared(op, rest.then, right)))
            rest = self.expanded(rest.other)
        result = self.compared(op, rest, right)
        for met, then in reversed(chain):
            result = c.choice(met, then, result)
        return result

    def is_constant(self, node: t.Node) -> bool:
        return all(n.id in FROM_APPLICATION for n in node.walk() if isinstance(n, t.Name))

    def constant_or_refuse(self, node: t.Node) -> Any:
        try:
            return self.constant(node)
        except KeyError:
            raise q.NotCertain from None

    def _word(self, op: str, fact: str, value: Any) -> c.Condition:
        if op not in {"=", "!="}:
            raise q.NotCertain
        found = self.words(fact, {value})
        return found if op == "=" else c.negation(found)

    def words(self, fact: str, wanted: set[Any]) -> c.Condition:
        """A choice, a text or a yes-or-no fact is one of the wanted values."""
        kind, column = self.dictionary[fact], self.firms.columns.get(fact)
        values = column.values if column else np.full(self.firms.count, -1)
        if kind.type == "bool":
            held = c.yes(values)
            return c.either(
                [held if value else c.negation(held) for value in wanted if isinstance(value, bool)]
            )
        words = column.words if column else kind.values
        places = frozenset(n for n, word in enumerate(words) if word in wanted)
        if (
            kind.type == "text"
        ):  # any text is possible: one more place than there are words, and one for each unseen
            unseen = len({w for w in wanted if w not in words and isinstance(w, str)})
            return c.one_of(values, places | {-9 - n for n in range(unseen)}, len(words) + unseen + 1)
        return c.one_of(values, places, len(words))


def _is_text(node: t.Node) -> bool:
    return isinstance(node, t.Literal) and isinstance(node.value, str)


def _yes(table: Table, node: t.Name) -> c.Condition:
    return table.words(node.id, {True}) if node.id in table.dictionary else _refuse()


def _refuse() -> c.Condition:
    raise q.NotCertain


def _member(table: Table, node: t.Member) -> c.Condition:
    value = table.expanded(node.value)
    if (
        isinstance(value, t.Name)
        and value.id in table.dictionary
        and table.dictionary[value.id].type in {"enum", "text"}
    ):
        return table.words(
            value.id,
            {
                table.constant_or_refuse(test)
                for test in node.tests
                if not isinstance(test, (t.Test, t.Range))
            },
        )
    parts = [_test(table, node.value, test) for test in node.tests]
    return parts[0] if len(parts) == 1 else c.either(parts)


def _test(table: Table, value: t.Node, test: t.Node) -> c.Condition:
    if isinstance(test, t.Range):
        return _range(table, value, test)
    return (
        table.compared(test.op, value, test.right)
        if isinstance(test, t.Test)
        else table.compared("=", value, test)
    )


def _range(table: Table, value: t.Node, test: t.Range) -> c.Condition:
    low = table.compared(">=" if test.low_closed else ">", value, test.low)
    high = table.compared("<=" if test.high_closed else "<", value, test.high)
    return c.both([low, high])


_CONDITIONS: dict[type, Callable[[Table, Any], c.Condition]] = {
    t.Name: _yes,
    t.Comparison: lambda table, node: table.compared(node.op, node.left, node.right),
    t.Member: _member,
    t.Both: lambda table, node: c.both([table.condition(item) for item in node.items]),
    t.Either: lambda table, node: c.either([table.condition(item) for item in node.items]),
    t.Negation: lambda table, node: c.negation(table.condition(node.of)),
    t.Choice: lambda table, node: c.choice(*map(table.condition, (node.condition, node.then, node.other))),
}


MOST_UNIQUE_ROWS = 40
"""Rows of a table with hit policy U: each is compared with all others."""


def as_choices(table: DecisionTable) -> t.Node:
    """A decision table with one result, of hit policy F, P or U, as nested `if`s."""
    if len(table.outputs) != 1 or table.hit not in _IN_ORDER:
        raise q.NotCertain
    result: t.Node = table.outputs[0].default or t.Literal(None)
    for condition, output in reversed(_IN_ORDER[table.hit](table)):
        result = t.Choice(condition, output, result)
    return result


Cases = list[tuple[t.Node, t.Node]]


def _first(table: DecisionTable) -> Cases:
    return [(t.Both(row.conditions), row.outputs[0]) for row in table.rows]


def _by_priority(table: DecisionTable) -> Cases:
    """The most important result first; only where every result is a listed constant."""
    order = table.outputs[0].priority
    ranked: list[tuple[int, tuple[t.Node, t.Node]]] = []
    for condition, output in _first(table):
        if not isinstance(output, t.Literal) or output.value not in order:
            raise q.NotCertain
        ranked.append((order.index(output.value), (condition, output)))
    return [case for _, case in sorted(ranked, key=lambda r: r[0])]


def _unique(table: DecisionTable) -> Cases:
    """A row counts only where no other row holds."""
    cases = _first(table)
    if len(cases) > MOST_UNIQUE_ROWS:
        raise q.NotCertain
    return [
        (
            t.Both((condition, *(_does_not_hold(other) for other, _ in cases if other is not condition))),
            output,
        )
        for condition, output in cases
    ]


def _does_not_hold(condition: t.Node) -> t.Node:
    return t.Choice(condition, t.Literal(False), t.Literal(True))  # null does not hold either


_IN_ORDER: dict[str, Callable[[DecisionTable], Cases]] = {"F": _first, "P": _by_priority, "U": _unique}
