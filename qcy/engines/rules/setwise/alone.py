"""Firms that arrays leave over: put to the interpreter one by one, equal ones once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from .columns import Firms

Found = TypeVar("Found")


class Alone(Generic[Found]):
    """What `ask` says of a firm's facts among `names`."""

    def __init__(self, names: Sequence[str], ask: Callable[[Mapping[str, Any]], Found]) -> None:
        self.names, self.ask = names, ask
        self.known: dict[tuple[Any, ...], Found] = {}

    def of(self, firms: Firms, row: int) -> Found:
        facts = firms.row(row, self.names)
        key = tuple(facts.get(name) for name in self.names)
        if key not in self.known:
            self.known[key] = self.ask(facts)
        return self.known[key]

    def __len__(self) -> int:
        return len(self.known)
