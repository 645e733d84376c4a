"""A table of firms as the set-wise evaluator wants it: one array per fact, exact, with "nobody has told" in it.

numbers   float64 of whole steps (fen for 万元, heads, days since year 1), NaN where missing; below 2^53, so exact
yes / no  int8: 1, 0, -1 missing          choices, texts   int32: place in `words`, -1 missing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..facts import DECIMALS, Dictionary, FactKind
from ..lattice.axes import steps_of
from ..outcomes.terms import plain

Array = NDArray[Any]

EXACT = 2**53
"""Whole numbers below it are exact in a float64."""


@dataclass(frozen=True)
class Column:
    """One fact of every firm. `least` and `most` bound the known values (0 when there are none)."""

    kind: FactKind
    values: Array
    words: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def size(self) -> int:
        """No known value is larger, with or without its sign."""
        return max(-self.least, self.most)

    @property
    def missing(self) -> Array:
        return np.isnan(self.values) if self.values.dtype.kind == "f" else self.values < 0

    def value(self, row: int) -> Any:
        """The fact of one firm as the interpreter holds it; None where it is missing."""
        raw = self.values[row]
        if raw != raw or (self.values.dtype.kind != "f" and raw < 0):
            return None
        if self.kind.type == "bool":
            return bool(raw)
        if self.kind.type in {"enum", "text"}:
            return self.words[int(raw)]
        return (
            date.fromordinal(int(raw))
            if self.kind.type == "date"
            else plain(Fraction(int(raw), grid(self.kind)))
        )


def grid(kind: FactKind) -> int:
    """Steps in one unit of the fact."""
    return 10**DECIMALS if kind.type == "decimal" else 1


@dataclass(frozen=True)
class Firms:
    """A table of firms. A fact without a column is missing for all of them."""

    count: int
    columns: Mapping[str, Column] = field(default_factory=dict)

    def row(self, row: int, names: Iterable[str]) -> dict[str, Any]:
        """The facts of one firm among `names`."""
        found = {name: self.columns[name].value(row) for name in names if name in self.columns}
        return {name: value for name, value in found.items() if value is not None}

    def with_choice(self, kind: FactKind, place: int) -> Firms:
        """The same firms with a yes-or-no fact or a choice known, by the place of its value."""
        values = np.full(self.count, place, np.int8 if kind.type == "bool" else np.int32)
        return Firms(self.count, {**self.columns, kind.name: Column(kind, values, kind.values)})

    def take(self, rows: Array) -> Firms:
        """Some rows, copied."""
        cut = {n: Column(c.kind, c.values[rows], c.words, c.least, c.most) for n, c in self.columns.items()}
        return Firms(len(rows), cut)

    def part(self, start: int, stop: int) -> Firms:
        """Some rows, without copying; bounds stay those of the whole table."""
        cut = {
            n: Column(c.kind, c.values[start:stop], c.words, c.least, c.most) for n, c in self.columns.items()
        }
        return Firms(min(stop, self.count) - start, cut)


def firms_of(rows: Sequence[Mapping[str, Any]], dictionary: Dictionary) -> Firms:
    """From plain fact values, one mapping a firm (as `Dictionary.read` gives them)."""
    names = dict.fromkeys(name for row in rows for name in row)
    return Firms(
        len(rows), {name: column_of(dictionary[name], [row.get(name) for row in rows]) for name in names}
    )


def column_of(kind: FactKind, values: Sequence[Any]) -> Column:
    """From plain values, None for missing."""
    if kind.type == "bool":
        return Column(kind, np.array([-1 if v is None else int(v) for v in values], np.int8))
    if kind.type in {"enum", "text"}:
        words = kind.values or tuple(sorted({v for v in values if v is not None}))
        places = {word: n for n, word in enumerate(words)}
        return Column(kind, np.array([-1 if v is None else places[v] for v in values], np.int32), words)
    return bounded(kind, np.array([np.nan if v is None else steps_of(kind, v) for v in values], np.float64))


def bounded(kind: FactKind, values: Array) -> Column:
    """A number column with its bounds. Must be given whole steps. ValueError where a value cannot be that of the fact."""
    least, most = ends_of(values) or (0, 0)
    if max(-least, most) >= EXACT:
        raise ValueError(f"{kind.zh}：数值太大，不能准确计算。")
    if not fits(kind, ends_of(values)):
        raise ValueError(f"{kind.zh}：有的数值超出了这项数据允许的范围，请核对。")
    return Column(kind, values, (), least, most)


def ends_of(values: Array) -> tuple[int, int] | None:
    """Least and greatest of the known numbers."""
    known = values[~np.isnan(values)]
    return (int(known.min()), int(known.max())) if len(known) else None


def fits(kind: FactKind, ends: tuple[int, int] | None) -> bool:
    """Whether numbers between these steps lie within the bounds of the fact: answers rely on it."""
    if ends is None:
        return True
    above = kind.low is None or ends[0] >= kind.low * grid(kind)
    return above and (kind.high is None or ends[1] <= kind.high * grid(kind))
