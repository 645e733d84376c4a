"""Amounts over a table: whole fen by arrays, the interpreter for what does not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..decide import MANUAL, QUALIFIES, Answer, decide
from ..packs.model import Amount, Pack
from .answers import VERDICTS, Answers, column
from .columns import Array, Column, Firms
from .pieces import Question
from .quantities import NotCertain, Quantity
from .scoring import UNIT
from .splits import limits
from .table import Table
from .units import facts_of
from .views import with_fact

MANY = 10**9
"""Steps by which a missing number is raised to see whether an amount depends on it."""

DUE = [VERDICTS.index(QUALIFIES), VERDICTS.index(MANUAL)]


class Amounts:
    """The amounts of a version, for the firms to which they are due."""

    def __init__(self, pack: Pack, question: Question) -> None:
        self.pack, self.question, self.version = pack, question, question.version
        self.facts = facts_of(self.version, question.dictionary.__contains__)
        self.known: dict[tuple[Any, ...], Answer] = {}

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
        table = Table(self.version, self.question.dictionary, firms, self.question.on, self.question.kind)
        open_rows = np.zeros(firms.count, bool)
        for amount in amounts:
            values = np.broadcast_to(np.asarray(_fen_of(table, amount), float), (firms.count,))
            answers.amounts[amount.id][rows] = values
            open_rows |= np.isnan(values)
        open_rows[open_rows] = self._may_be_told(firms.take(np.nonzero(open_rows)[0]), amounts)
        for row in np.nonzero(open_rows)[0]:
            found = self._by_hand(firms, int(row)).amounts
            for amount in amounts:
                value = found.get(amount.id)
                answers.amounts[amount.id][rows[row]] = np.nan if value is None else float(value * UNIT)

    def _may_be_told(self, firms: Firms, amounts: list[Amount]) -> Array:
        """Firms whose amounts come out the same for two ways of filling in what is missing. Others have none."""
        found = []
        for low in (True, False):
            filled = Firms(firms.count, {name: self._filled(firms, name, low) for name in self.facts})
            q = self.question
            table = Table(self.version, q.dictionary, filled, q.on, q.kind)
            found.append([_fen_of(table, amount) for amount in amounts])
        same = np.zeros(firms.count, bool)
        for one, other in zip(*found, strict=True):
            same |= ~(np.asarray(one) != np.asarray(other)) | np.isnan(one) | np.isnan(other)
        return same

    def _filled(self, firms: Firms, name: str, low: bool) -> Column:
        kind = self.question.dictionary[name]
        old = firms.columns.get(name)
        first, last = limits(kind, {}) if kind.type in {"int", "decimal", "date"} else (0, len(kind.values) - 1)
        value = first if low else min(last, max(first, 0) + MANY) if kind.type in {"int", "decimal"} else last
        if kind.type == "bool":
            value = int(not low)
        if old is None:
            return with_fact(firms, kind, value).columns[name]
        values = np.where(old.missing, value, old.values).astype(old.values.dtype)
        return Column(kind, values, old.words, min(old.least, value), max(old.most, value))

    def _by_hand(self, firms: Firms, row: int) -> Answer:
        facts = firms.row(row, self.facts)
        key = tuple(facts.get(name) for name in self.facts)
        if key not in self.known:
            q = self.question
            more: dict[str, Any] = {"allow_draft": True, "calendar": q.calendar}
            self.known[key] = replace(decide(self.pack, q.dictionary, facts, q.on, q.kind, **more), names=None)
        return self.known[key]


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
