"""What an expression is after reading: immutable nodes that compare by meaning, not by where they stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column of a node in its text, both from 1."""

    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"第 {self.line} 行第 {self.column} 列"


@dataclass(frozen=True, slots=True)
class Node:
    at: Place = field(default=Place(), compare=False, kw_only=True)

    def parts(self) -> Iterator[Node]:
        """The nodes directly inside this one."""
        for name in _child_fields(type(self)):  # type: ignore[arg-type]  # classes can be hashed
            value = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Node))

    def walk(self) -> Iterator[Node]:
        """This node and everything inside it, outermost first."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(tuple(node.parts())))


@cache
def _child_fields(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name != "at")


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number (int or Fraction), text, true, false, null, date or duration."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    op: str  # + - * / **
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    op: str  # = != < <= > >=
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Both(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Choice(Node):
    condition: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()  # parameter names, when the call names them


@dataclass(frozen=True, slots=True)
class Path(Node):
    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Range(Node):
    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Listing(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Test(Node):
    """`>= 5` inside a cell or after `in`: a comparison whose left side is the value tested."""

    op: str
    right: Node


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`value in (tests)`: true when one test accepts the value. A test is a Test, a Range or a value to equal."""

    value: Node
    tests: tuple[Node, ...]
