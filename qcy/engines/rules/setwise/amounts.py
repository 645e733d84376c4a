"""Amounts over a table: whole fen by arrays, the interpreter for what does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from ..decide import MANUAL, QUALIFIES, Answer, decide
from ..lattice.ready import Ready
from ..packs.model import Amount, Pack
from ..packs.names import reached_names
from .alone import Alone
from .answers import VERDICTS, Answers, column
from .columns import Array, Column, Firms
from .fillings import limits, with_fact
from .quantities import NotCertain, Quantity
from .points import UNIT
from .spans import Spans
from .table import Table

STEPS = (0, 1, 10**8, 10**9, 10**10, 10**11)
"""What is missing is raised by one of these to see whether an amount depends on it."""

FILLINGS = 24

DUE = [VERDICTS.index(QUALIFIES), VERDICTS.index(MANUAL)]


class Amounts:
    """The amounts of a version, for the firms to which they are due."""

    def __init__(self, pack: Pack, ready: Ready) -> None:
        self.pack, self.ready = pack, ready
        self.version = replace(ready.version, clauses=(), routes=(), flags=(), category=None)
        names = reached_names(ready.version, [amount.value for amount in ready.version.amounts])
        self.facts = sorted(name for name in names if name in ready.dictionary)
        self.asked = Alone(self.facts, self._decided)

    def note(self, answers: Answers, firms: Firms, rows: slice) -> None:
        verdict = answers.verdict[rows]
        paid = np.isin(verdict, DUE)
        for always in (False, True):
            amounts = [a for a in self.version.amounts if a.always is always]
            for amount in amounts:
                column(answers.amounts, amount.id, answers.count, float, np.nan)
            due = np.arange(firms.count) if always else np.nonzero(paid)[0]
            if amounts and len(due):
                self._note(answers, firms if always else firms.take(due), due + rows.start, amounts)

    def _note(self, answers: Answers, firms: Firms, rows: Array, amounts: list[Amount]) -> None:
        open_rows = np.zeros(firms.count, bool)
        for amount, values in zip(amounts, self._values(firms, amounts), strict=True):
            unknown = np.nonzero(np.isnan(values))[0]
            if len(unknown):
                values = values.copy()
                values[unknown], open_rows[unknown] = self._without(firms.take(unknown), amount)
            answers.amounts[amount.id][rows] = values
        for row in np.nonzero(open_rows)[0]:
            found = self.asked.of(firms, int(row)).amounts
            for amount in amounts:
                value = found.get(amount.id)
                answers.amounts[amount.id][rows[row]] = np.nan if value is None else float(value * UNIT)

    def _values(self, firms: Firms, amounts: list[Amount]) -> list[Array]:
        q = self.ready
        table = Table(self.version, q.dictionary, firms, q.on, q.kind)
        return [
            np.broadcast_to(np.asarray(_fen_of(table, amount), float), (firms.count,)) for amount in amounts
        ]

    def _without(self, firms: Firms, amount: Amount) -> tuple[Array, Array]:
        """(the amount where it is the same whatever is missing, firms of which that has to be looked up)."""
        may_be, at_least = self._may_be_told(firms, amount)
        q = self.ready
        try:
            told = Spans(Table(self.version, q.dictionary, firms, q.on, q.kind)).settled(amount.value)
        except NotCertain:
            told = np.zeros(firms.count, bool)
        told &= may_be & ~np.isnan(at_least)
        return np.where(told, at_least, np.nan), may_be & ~told

    def _may_be_told(self, firms: Firms, amount: Amount) -> tuple[Array, Array]:
        """Firms whose amount is the same in every way of filling in what is missing that was tried, and that amount."""
        same, first = np.arange(firms.count), np.full(firms.count, np.nan)
        for steps in self._fillings():
            part = firms.take(same)
            columns = {n: self._filled(part, n, step) for n, step in zip(self.facts, steps, strict=True)}
            (values,) = self._values(Firms(part.count, columns), [amount])
            before = first[same]
            first[same] = np.where(np.isnan(before), values, before)
            same = same[(values == before) | np.isnan(before) | np.isnan(values)]
            if not len(same):
                break
        may_be = np.zeros(firms.count, bool)
        may_be[same] = True
        return may_be, first

    def _fillings(self) -> Iterator[list[int]]:
        """Everything at its least, then each fact at a step of its own, drawn by dice that always fall the same way."""
        dice = Random(1)  # noqa: S311
        yield [0] * len(self.facts)
        for _ in range(FILLINGS):
            yield [dice.choice(STEPS) for _ in self.facts]

    def _filled(self, firms: Firms, name: str, step: int) -> Column:
        kind = self.ready.dictionary[name]
        first, last = (
            limits(kind)
            if kind.type in {"int", "decimal", "date"}
            else (0, 1 if kind.type == "bool" else max(0, len(kind.values) - 1))
        )
        value = min(last, max(first, 0 if step else first) + step)
        old = firms.columns.get(name)
        if old is None:
            return with_fact(firms, kind, value)
        values = np.where(old.missing, value, old.values).astype(old.values.dtype)
        return Column(kind, values, old.words, min(old.least, value), max(old.most, value))

    def _decided(self, facts: Mapping[str, Any]) -> Answer:
        q = self.ready
        more: dict[str, Any] = {"allow_draft": True, "calendar": q.calendar}
        pack = replace(self.pack, versions=(self.version,))
        return replace(decide(pack, q.dictionary, facts, q.on, q.kind, **more), firm=None)


def _fen_of(table: Table, amount: Amount) -> Any:
    """Whole fen, rounded once, half away from zero; NaN where the arrays cannot say."""
    try:
        return fen(table.quantity(amount.value))
    except NotCertain:
        return np.nan


def fen(found: Quantity) -> Array:
    """`factor * n / d` rounded to whole fen; the products are proved to fit into int64."""
    ratio = found.factor * UNIT
    top, under = ratio.numerator, ratio.denominator
    size = max(abs(found.least), abs(found.most)) * abs(top) * 2 + found.highest * under
    if size >= 2**62 or not (isinstance(found.error, float) and isinstance(found.error_below, float)):
        raise NotCertain
    n, d = np.asarray(found.n, float), np.asarray(1.0 if found.d is None else found.d, float)
    usable = ~(np.isnan(n) | np.isnan(d)) & (d != 0)
    whole_n, whole_d = (
        np.where(usable, n, 0).astype(np.int64) * top,
        np.where(usable, d, 1).astype(np.int64) * under,
    )
    rounded = np.sign(whole_n) * ((2 * np.abs(whole_n) + whole_d) // (2 * whole_d))
    return np.where(usable, rounded.astype(float), np.nan)
