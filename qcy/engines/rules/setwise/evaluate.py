"""A policy over a table of firms: the same answers as `decide`, row by row, most of them without going row by row.

Rows that arrays cannot settle beyond doubt (a missing fact that several conditions share, an open score) are
handed to the interpreter, each different firm once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from ..decide import FAILS, MANUAL, QUALIFIES, UNKNOWN, Answer, decide
from ..facts import Dictionary
from ..packs.model import DRAFT, Amount, Pack, Version
from .answers import VERDICTS, Answers, column, span_columns
from .columns import Array, Firms
from .part import Part
from .points import UNIT
from .quantities import NotCertain, Quantity
from .table import Table
from .units import VERDICT, Unit, facts_of, units_of

CHUNK = 32_768


Progress = Callable[[int, int], None]


def evaluate(
    pack: Pack,
    dictionary: Dictionary,
    firms: Firms,
    on: date,
    kind: str = "new",
    *,
    allow_draft: bool = False,
    progress: Progress = lambda done, total: None,
) -> Answers:
    """The policy for all rows; `progress` hears how many are done."""
    stretches = (firms.part(start, min(start + CHUNK, firms.count)) for start in range(0, firms.count, CHUNK))
    return evaluate_stretches(
        pack, dictionary, stretches, firms.count, on, kind, allow_draft=allow_draft, progress=progress
    )


def evaluate_stretches(
    pack: Pack,
    dictionary: Dictionary,
    stretches: Iterable[Firms],
    count: int,
    on: date,
    kind: str = "new",
    *,
    allow_draft: bool = False,
    calendar: Any = None,
    progress: Progress = lambda done, total: None,
) -> Answers:
    """The same where the rows come in stretches, as from a snapshot; each is read when its turn comes."""
    version = pack.version_for(on, kind)
    answers = Answers(pack, version, count, np.zeros(count, np.int8))
    if version is None:
        return answers
    if version.status == DRAFT and not allow_draft:
        answers.verdict[:] = VERDICTS.index(MANUAL)
        return answers
    units = units_of(version, dictionary.__contains__)
    seen: list[dict[Any, Answer]] = [{} for _ in (*units, version)]
    start = 0
    for part in stretches:
        _Stretch(answers, version, dictionary, part, on, kind, start, allow_draft, calendar).run(units, seen)
        start += part.count
        progress(start, count)
    return answers


class _Stretch:
    """One stretch of rows: every unit of the version, then what they come to together."""

    def __init__(
        self,
        answers: Answers,
        version: Version,
        dictionary: Dictionary,
        firms: Firms,
        on: date,
        kind: str,
        start: int,
        allow_draft: bool,
        calendar: Any,
    ) -> None:
        self.answers, self.version, self.dictionary, self.firms = answers, version, dictionary, firms
        self.on, self.kind, self.allow_draft, self.calendar = on, kind, allow_draft, calendar
        self.rows = slice(start, start + firms.count)
        self.start = start

    def run(self, units: list[Unit], seen: list[dict[Any, Answer]]) -> None:
        parts = [self._part(unit.version, known) for unit, known in zip(units, seen, strict=False)]
        table = self._table(self.version)
        for part in parts:
            part.share(table)
            part.settle()
        verdicts = [part for unit, part in zip(units, parts, strict=True) if unit.settles == VERDICT]
        failed = np.zeros(self.firms.count, bool)
        for part in verdicts:
            failed |= (part.verdict == VERDICTS.index(FAILS)) & ~part.by_hand
        for part in verdicts:
            part.ask_interpreter(part.by_hand & ~failed)
        for unit, part in zip(units, parts, strict=True):
            if unit.settles != VERDICT:
                part.ask_interpreter(part.by_hand)
        self._join(verdicts)
        self._note([part for unit, part in zip(units, parts, strict=True) if unit.settles != VERDICT])
        self._amounts(table, seen[-1])

    def _table(self, version: Version) -> Table:
        return Table(version, self.dictionary, self.firms, self.on, self.kind)

    def _part(self, version: Version, known: dict[Any, Answer]) -> Part:
        question = (self.answers.pack, version, self.dictionary, self.on, self.kind, self.calendar)
        return Part(question, self.firms, known)

    def _join(self, parts: list[Part]) -> None:
        """All pieces hold, or one fails, or the facts that decide the open pieces decide the whole."""
        codes = (
            np.stack([part.verdict for part in parts]) if parts else np.ones((1, self.firms.count), np.int8)
        )
        failed = (codes == VERDICTS.index(FAILS)).any(axis=0)
        held = (codes == VERDICTS.index(QUALIFIES)).all(axis=0)
        ordinary = (codes == VERDICTS.index(UNKNOWN)).any(axis=0)
        self.answers.verdict[self.rows] = np.select(
            [failed, held, ordinary],
            [VERDICTS.index(name) for name in (FAILS, QUALIFIES, UNKNOWN)],
            VERDICTS.index(MANUAL),
        )
        for part in parts:
            for fact, rows in part.deciding.items():
                column(self.answers.deciding, fact, self.answers.count, bool)[self.rows] |= rows & ~failed

    def _note(self, parts: list[Part]) -> None:
        """Points with their total, flags and classes, as the pieces have found them."""
        for part in parts:
            for name, ends in part.points.items():
                self._note_points(name, *ends)
            for columns, found in (
                (self.answers.flags, part.flags),
                (self.answers.categories, part.categories),
            ):
                for name, rows in found.items():
                    column(columns, name, self.answers.count, bool)[self.rows] = rows
        if self.version.scored:
            low, high = (
                sum(self.answers.points[g.id][end][self.rows] for g in self.version.groups) for end in (0, 1)
            )
            self._note_points("total", low, high)

    def _note_points(self, name: str, low: Any, high: Any) -> None:
        for ends, values in zip(span_columns(self.answers, name), (low, high), strict=True):
            ends[self.rows] = values

    def _amounts(self, table: Table, known: dict[Any, Answer]) -> None:
        """Amounts that are due; a firm whose amount the arrays cannot say is looked at by itself."""
        verdict = self.answers.verdict[self.rows]
        paid = (verdict == VERDICTS.index(QUALIFIES)) | (verdict == VERDICTS.index(MANUAL))
        open_rows = np.zeros(self.firms.count, bool)
        for amount in self.version.amounts:
            due = np.ones(self.firms.count, bool) if amount.always else paid
            values = column(self.answers.amounts, amount.id, self.answers.count, float, np.nan)[self.rows]
            values[:] = np.where(due, _fen_of(table, amount), np.nan)
            open_rows |= due & np.isnan(values)
        if open_rows.any():
            self._ask_amounts(np.nonzero(open_rows)[0], known)

    def _ask_amounts(self, rows: Array, known: dict[Any, Answer]) -> None:
        names = facts_of(self.version, self.dictionary.__contains__)
        for row in map(int, rows):
            facts = self.firms.row(row, names)
            key = tuple(facts.get(name) for name in names)
            if key not in known:
                pack, draft = self.answers.pack, self.allow_draft
                more: dict[str, Any] = {"allow_draft": draft, "calendar": self.calendar}
                found = decide(pack, self.dictionary, facts, self.on, self.kind, **more)
                known[key] = replace(found, names=None)
            for amount in self.version.amounts:
                value = known[key].amounts.get(amount.id)
                self.answers.amounts[amount.id][self.start + row] = (
                    np.nan if value is None else float(value * UNIT)
                )


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
