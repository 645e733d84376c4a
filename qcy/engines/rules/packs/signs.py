"""Which expressions can never be negative: proved from the bounds of facts and from the conditions around them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..facts import Dictionary
from ..feel import tree as t
from .model import Version

Proved = frozenset[t.Node]
"""Expressions that a surrounding condition has shown to be above 0."""


class Signs:
    def __init__(self, version: Version, dictionary: Dictionary) -> None:
        self.version, self.dictionary = version, dictionary
        self._known: dict[str, bool] = {}

    def doubtful_denominators(self, node: t.Node, proved: Proved = frozenset()) -> Iterator[t.Node]:
        """Denominators for which it is not certain that they are at least 0."""
        if isinstance(node, t.Arithmetic) and node.op == "/" and not self.never_negative(node.right, proved):
            yield node.right
        if isinstance(node, t.Choice):
            yield from self.doubtful_denominators(node.condition, proved)
            yield from self.doubtful_denominators(node.then, proved | set(positive_if(node.condition)))
            yield from self.doubtful_denominators(node.other, proved | set(positive_unless(node.condition)))
            return
        if isinstance(node, t.Both):
            for item in node.items:
                yield from self.doubtful_denominators(item, proved)
                proved = proved | set(positive_if(item))
            return
        for part in node.parts():
            yield from self.doubtful_denominators(part, proved)

    def never_negative(self, node: t.Node, proved: Proved = frozenset()) -> bool:
        if node in proved:
            return True
        if isinstance(node, t.Literal):
            return isinstance(node.value, (int, Fraction)) and node.value >= 0
        if isinstance(node, t.Name):
            return self._name_never_negative(node.id)
        if isinstance(node, t.Arithmetic) and node.op in {"+", "*", "/"}:
            return self.never_negative(node.left, proved) and self.never_negative(node.right, proved)
        if isinstance(node, t.Choice):
            return self.never_negative(node.then, proved) and self.never_negative(node.other, proved)
        if isinstance(node, t.Call) and node.function in {"min", "sum", "floor", "round"}:
            return all(self.never_negative(argument, proved) for argument in node.arguments)
        return isinstance(node, t.Call) and (
            node.function == "abs"
            or (node.function == "max" and any(self.never_negative(a, proved) for a in node.arguments))
        )

    def _name_never_negative(self, name: str) -> bool:
        if name in self.version.definitions:
            if name not in self._known:
                self._known[name] = self.never_negative(self.version.definitions[name].tree)
            return self._known[name]
        kind = self.dictionary.kinds.get(name)
        return kind is not None and kind.low is not None and kind.low >= 0


def positive_if(condition: t.Node) -> Iterator[t.Node]:
    """What is above 0 where the condition holds."""
    if isinstance(condition, t.Both):
        for item in condition.items:
            yield from positive_if(item)
    if isinstance(condition, t.Comparison) and isinstance(condition.right, t.Literal):
        bound = condition.right.value
        number = isinstance(bound, (int, Fraction)) and not isinstance(bound, bool)
        if number and ((condition.op == ">" and bound >= 0) or (condition.op in {">=", "="} and bound > 0)):
            yield condition.left


def positive_unless(condition: t.Node) -> Iterator[t.Node]:
    """What is above 0 where the condition does not hold (and its value is known)."""
    if isinstance(condition, t.Either):
        for item in condition.items:
            yield from positive_unless(item)
    if isinstance(condition, t.Comparison) and condition.op in _OPPOSITE:
        yield from positive_if(t.Comparison(_OPPOSITE[condition.op], condition.left, condition.right))


_OPPOSITE = {"<=": ">", "<": ">="}
