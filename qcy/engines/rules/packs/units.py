"""Units that do not go together: heads against 万元. Numbers as such go with everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ..facts import Dictionary
from ..feel import tree as t
from .model import Version

UNKNOWN = ""

ALIKE = {"min", "max", "sum", "coalesce"}
"""Functions whose arguments are things of one kind, and give one of that kind."""

KEEPS = {"abs", "round", "floor", "ceiling", "decimal"}
"""Functions that give what their first argument is."""


class Units:
    """Of the expressions of one version, through its definitions."""

    def __init__(self, version: Version, dictionary: Dictionary) -> None:
        self.version, self.dictionary = version, dictionary
        self._known: dict[str, str] = {}

    def unlike(self, tree: t.Node) -> Iterator[tuple[t.Place, str]]:
        """Where two units meet that cannot be added up or compared."""
        for node in tree.walk():
            units = dict.fromkeys(unit for part in _meeting(node) if (unit := self.of(part)))
            if len(units) > 1:
                yield node.at, f"“{'”和“'.join(units)}”不是同一种单位，不能相加或比较，请核对。"

    def of(self, node: t.Node) -> str:
        match node:
            case t.Name():
                return self._named(node.id)
            case t.Negative():
                return self.of(node.of)
            case t.Choice():
                return self._first((node.then, node.other))
            case t.Call() if node.function in ALIKE:
                return self._first(node.arguments)
            case t.Call() if node.function in KEEPS:
                return self._first(node.arguments[:1])
            case t.Arithmetic():
                return self._reckoned(node)
        return UNKNOWN

    def _named(self, name: str) -> str:
        if name in self.version.definitions:
            if name not in self._known:
                self._known[name] = self.of(self.version.definitions[name].tree)
            return self._known[name]
        return self.dictionary[name].unit if name in self.dictionary else UNKNOWN

    def _reckoned(self, node: t.Arithmetic) -> str:
        """A share of something is the same thing; ten times one may stand for another: one person for every ten firms."""
        if node.op in {"+", "-"}:
            return self._first((node.left, node.right))
        if node.op == "*" and _is_share(node.right):
            return self.of(node.left)
        return self.of(node.right) if node.op == "*" and _is_share(node.left) else UNKNOWN

    def _first(self, parts: Sequence[t.Node]) -> str:
        return next((unit for part in parts if (unit := self.of(part))), UNKNOWN)


def _is_share(node: t.Node) -> bool:
    return isinstance(node, t.Literal) and isinstance(node.value, Fraction) and 0 < node.value < 1


def _meeting(node: t.Node) -> Sequence[t.Node]:
    """Parts of which the units have to be the same."""
    match node:
        case t.Comparison() | t.Arithmetic(op="+" | "-"):
            return node.left, node.right
        case t.Member():
            return node.value, *(end for test in node.tests for end in _ends(test))
        case t.Call() if node.function in ALIKE:
            return node.arguments
    return ()


def _ends(test: t.Node) -> Sequence[t.Node]:
    match test:
        case t.Range():
            return test.low, test.high
        case t.Test():
            return (test.right,)
    return (test,)
