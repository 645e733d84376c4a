"""Firms as the axes see them: some rows of a stretch, every column and every code taken once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..facts import FactKind
from .columns import Array, Firms


class View:
    """All rows of `firms`; `narrowed` gives some of them, which take over what has been worked out for all."""

    def __init__(self, firms: Firms) -> None:
        self.firms, self.count = firms, firms.count
        self.rows: Array | None = None
        self._wider: View | None = None
        self._places: Any = None
        self._chosen = ""
        self._known: dict[Any, Any] = {}

    def narrowed(self, places: Array) -> View:
        """Some of these rows, by place."""
        found = View(self.firms)
        found.count, found._wider, found._places = len(places), self, places
        found.rows = places if self.rows is None else self.rows.take(places)
        return found

    def chosen(self, kind: FactKind, place: int) -> View:
        """The same rows with a yes-or-no fact or a choice known, by the place of its value."""
        found = View(self.firms.with_choice(kind, place))
        found.count, found.rows, found._wider, found._chosen = self.count, self.rows, self, kind.name
        return found

    def once(self, key: Any, make: Callable[[View], Any]) -> Any:
        """Arrays that belong to these rows, made when they are first asked for."""
        if key not in self._known:
            found = self._inherited(key)
            self._known[key] = make(self) if found is None else found
        return self._known[key]

    def _inherited(self, key: Any) -> Any:
        """What is known already for these rows or for wider ones, unless it hangs on a fact that is chosen here."""
        if key not in self._known and self._wider and not (self._chosen and _hangs_on(key, self._chosen)):
            found = self._wider._inherited(key)
            if found is not None:
                self._known[key] = found if self._places is None else _taken(found, self._places)
        return self._known.get(key)

    def values(self, fact: str) -> Array | None:
        """The column's values; None where it is missing for every firm."""
        column = self.firms.columns.get(fact)
        if column is None:
            return None
        values = column.values
        found: Array = self.once(fact, lambda v: values if v.rows is None else values.take(v.rows))
        return found

    def numbers(self, fact: str) -> Array:
        """The same for a number; NaN where it is missing."""
        found = self.values(fact)
        return np.full(self.count, np.nan) if found is None else found

    def missing(self, fact: str) -> Array:
        found: Array = self.once(("missing", fact), lambda view: view._missing(fact))
        return found

    def _missing(self, fact: str) -> Array:
        found = self.values(fact)
        if found is None:
            return np.ones(self.count, bool)
        return np.isnan(found) if found.dtype.kind == "f" else found < 0

    def zero(self, fact: str) -> Array:
        """Where a number is 0."""
        found: Array = self.once(("zero", fact), lambda view: view.numbers(fact) == 0)
        return found

    def row(self, place: int) -> int:
        """The row of the table behind a place."""
        return place if self.rows is None else int(self.rows[place])


def _hangs_on(key: Any, fact: str) -> bool:
    """Keys are a fact, something about a fact or about points, or a coder or a lookup."""
    if key.__class__ is str:
        return bool(key == fact)
    return fact in (key[1:] if key.__class__ is tuple else key.facts)


def _taken(found: Any, places: Array) -> Any:
    return tuple(part.take(places) for part in found) if found.__class__ is tuple else found.take(places)
