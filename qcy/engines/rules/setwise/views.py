"""Firms as the axes see them: a stretch, and some of its firms with a missing fact put to a value."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from ..facts import FactKind
from .axes import Axis
from .columns import Array, Column, Firms


class View(Protocol):
    """Firms with a state on every axis."""

    count: int

    def codes(self, axis: Axis) -> Array: ...

    def column(self, fact: str) -> tuple[FactKind, Array] | None: ...

    def firms(self, facts: tuple[str, ...]) -> Firms: ...


class Stretch:
    """The states of some firms, each axis computed once however many questions ask it."""

    def __init__(self, firms: Firms) -> None:
        self.count, self.all = firms.count, firms
        self._codes: dict[Axis, Array] = {}

    def codes(self, axis: Axis) -> Array:
        if axis not in self._codes:
            self._codes[axis] = axis.codes(self.all)
        return self._codes[axis]

    def column(self, fact: str) -> tuple[FactKind, Array] | None:
        found = self.all.columns.get(fact)
        return None if found is None else (found.kind, found.values)

    def firms(self, facts: tuple[str, ...]) -> Firms:
        return Firms(self.count, {f: self.all.columns[f] for f in facts if f in self.all.columns})


class Part:
    """Some firms of a view."""

    def __init__(self, view: View, rows: Array) -> None:
        self.count, self.view, self.rows = len(rows), view, rows
        self._codes: dict[Axis, Array] = {}

    def codes(self, axis: Axis) -> Array:
        if axis not in self._codes:
            self._codes[axis] = self._states(axis)
        return self._codes[axis]

    def _states(self, axis: Axis) -> Array:
        return self.view.codes(axis).take(self.rows)

    def column(self, fact: str) -> tuple[FactKind, Array] | None:
        found = self.view.column(fact)
        return None if found is None else (found[0], found[1].take(self.rows))

    def firms(self, facts: tuple[str, ...]) -> Firms:
        return self.view.firms(facts).take(self.rows)


class AtEnd(Part):
    """With one fact at its least (0) or greatest (1) value, wherever an axis waits for it and nothing else."""

    def __init__(self, view: View, rows: Array, fact: str, end: int) -> None:
        super().__init__(view, rows)
        self.fact, self.end = fact, end

    def _states(self, axis: Axis) -> Array:
        found = super()._states(axis)
        return axis.at_end(self.fact, self.end).take(found) if self.fact in axis.facts else found


class Filled(Part):
    """With one fact at a value of its own for each firm, wherever an axis waits for it and nothing else."""

    def __init__(self, view: View, rows: Array, kind: FactKind, values: Any) -> None:
        super().__init__(view, rows)
        self.kind, self.values = kind, values

    def _states(self, axis: Axis) -> Array:
        found = super()._states(axis)
        if self.kind.name not in axis.facts:
            return found
        waits = axis.waits_for(self.kind.name).take(found)
        if not waits.any():
            return found
        known = axis.codes(with_fact(self.firms(axis.facts), self.kind, self.values))
        return np.where(waits, known, found)


LARGE = 10**15
"""Steps: a thousand million 万元. Stands for a number without a bound."""


def with_fact(firms: Firms, kind: FactKind, values: Any) -> Firms:
    """The same firms with that fact known."""
    whole = {"bool": np.int8, "enum": np.int32, "text": np.int32}.get(kind.type)
    old = firms.columns.get(kind.name)
    words = old.words if old is not None else kind.values
    filled = np.array(np.broadcast_to(np.asarray(values, whole or np.float64), (firms.count,)))
    least, most = (0, 0) if whole else (-LARGE if kind.low is None else 0, LARGE)
    return Firms(firms.count, {**firms.columns, kind.name: Column(kind, filled, words, least, most)})
