"""Firms as the axes see them: some rows of a stretch, every column and every code taken once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .columns import Array, Firms


class View:
    """Rows of `firms`; `rows` None: all of them."""

    def __init__(self, firms: Firms, rows: Array | None = None) -> None:
        self.firms, self.rows = firms, rows
        self.count = firms.count if rows is None else len(rows)
        self._values: dict[str, Array | None] = {}
        self._known: dict[Any, Array] = {}

    def values(self, fact: str) -> Array | None:
        """The column's values; None where it is missing for every firm."""
        if fact not in self._values:
            column = self.firms.columns.get(fact)
            whole = None if column is None else column.values
            self._values[fact] = whole if whole is None or self.rows is None else whole.take(self.rows)
        return self._values[fact]

    def numbers(self, fact: str) -> Array:
        """The same for a number; NaN where it is missing."""
        found = self.values(fact)
        return np.full(self.count, np.nan) if found is None else found

    def missing(self, fact: str) -> Array:
        found = self.values(fact)
        if found is None:
            return np.ones(self.count, bool)
        return np.isnan(found) if found.dtype.kind == "f" else found < 0

    def once(self, key: Any, make: Callable[[View], Array]) -> Array:
        """An array that belongs to these rows, made when it is first asked for."""
        if key not in self._known:
            self._known[key] = make(self)
        return self._known[key]

    def narrowed(self, rows: Array) -> View:
        """Some of these rows, by place."""
        return View(self.firms, rows if self.rows is None else self.rows.take(rows))

    def row(self, place: int) -> int:
        """The row of the stretch behind a place."""
        return place if self.rows is None else int(self.rows[place])
