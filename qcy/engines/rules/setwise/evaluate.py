"""A policy over a table of firms: the same answers as `decide`, row by row, most of them without going row by row.

Rows that arrays cannot settle beyond doubt (a missing fact that several conditions share, an open score) are
handed to the interpreter, each different firm once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from ..decide import FAILS, MANUAL, QUALIFIES, UNKNOWN, Answer, decide
from ..facts import Dictionary
from ..outcomes.terms import plain
from ..packs.model import DRAFT, Amount, Clause, Pack, Version
from ..packs.names import names_of
from ..scope import POINTS, TOTAL, score_names
from . import conditions as c
from .columns import Array, Firms
from .points import UNIT, Points
from .quantities import NotCertain, Quantity
from .table import Table, as_choices

CHUNK = 32_768
VERDICTS = (FAILS, QUALIFIES, UNKNOWN, MANUAL)


@dataclass
class Answers:
    """Answers for every firm of a table. `by_row` holds those the interpreter gave."""

    pack: Pack
    version: Version | None
    count: int
    verdict: Array
    deciding: dict[str, Array] = field(default_factory=dict)
    points: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    amounts: dict[str, Array] = field(default_factory=dict)
    categories: dict[str, Array] = field(default_factory=dict)
    flags: dict[str, Array] = field(default_factory=dict)
    by_row: dict[int, Answer] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {name: int((self.verdict == code).sum()) for code, name in enumerate(VERDICTS)}

    def total(self, amount: str) -> Fraction:
        """Sum of an amount over the firms that get it, in 万元."""
        return Fraction(int(np.nansum(self.amounts[amount])), UNIT) if amount in self.amounts else Fraction(0)


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
    known: dict[tuple[Any, ...], Answer] = {}
    start = 0
    for part in stretches:
        _Part(answers, version, dictionary, part, on, kind, start, known, allow_draft).run()
        start += part.count
        progress(start, count)
    return answers


class _Part:
    """One stretch of rows."""

    def __init__(
        self,
        answers: Answers,
        version: Version,
        dictionary: Dictionary,
        firms: Firms,
        on: date,
        kind: str,
        start: int,
        known: dict[tuple[Any, ...], Answer],
        allow_draft: bool,
    ) -> None:
        self.answers, self.version, self.dictionary, self.firms = answers, version, dictionary, firms
        self.on, self.kind, self.start, self.known, self.allow_draft = on, kind, start, known, allow_draft
        self.table = Table(version, dictionary, firms, on, kind)
        self.rows = slice(start, start + firms.count)
        self.by_hand = np.zeros(firms.count, bool)
        self.names = sorted(name for name in names_of(version) if name in dictionary)

    def run(self) -> None:
        for settle in (self._verdict, self._points, self._flags, self._category, self._amounts):
            try:
                settle()
            except NotCertain:
                self.by_hand[:] = True
        for row in np.nonzero(self.by_hand)[0]:
            self._ask_interpreter(int(row))

    # -- the parts of an answer -------------------------------------------------

    def _verdict(self) -> None:
        met = c.both([self._clause(clause) for clause in self.version.clauses])
        hold, miss = (
            np.broadcast_to(np.asarray(m), (self.firms.count,)) for m in (met.can_hold, met.may_miss)
        )
        verdict = self.answers.verdict[self.rows]
        verdict[:] = np.where(
            hold, np.where(miss, VERDICTS.index(UNKNOWN), VERDICTS.index(QUALIFIES)), VERDICTS.index(FAILS)
        )
        deciding = c.Deciding(self.table.missing, self.firms.count)
        deciding.mark(met, True)
        self.by_hand |= deciding.doubt
        self._note_deciding(deciding, verdict)

    def _note_deciding(self, deciding: c.Deciding, verdict: Array) -> None:
        ordinary = np.zeros(self.firms.count, bool)
        for fact, rows in deciding.by_fact.items():
            self._column(self.answers.deciding, fact, bool)[self.rows] = rows
            if not self.dictionary[fact].judgement:
                ordinary |= rows
        verdict[(verdict == VERDICTS.index(UNKNOWN)) & ~ordinary] = VERDICTS.index(MANUAL)

    def _clause(self, clause: Clause) -> c.Condition:
        """A clause or one of its routes; no value counts as not met."""
        own = _met(self.table.condition(clause.when))
        routes = [
            _met(self.table.condition(option.when))
            for route in self.version.routes_for(clause.id)
            for option in route.options
        ]
        return c.either([own, *routes]) if routes else own

    def _points(self) -> None:
        total: Points | None = None
        for name in score_names(self.version):
            if name != TOTAL:
                found = self.table.points(name)
                self._note_points(name.removeprefix(POINTS), found)
                self.by_hand |= np.asarray(found.doubt)
        if self.version.scored:
            total = self.table.points(TOTAL)
            self._note_points("total", total)

    def _note_points(self, name: str, found: Points) -> None:
        if name not in self.answers.points:
            self.answers.points[name] = (np.zeros(self.answers.count), np.zeros(self.answers.count))
        for ends, values in zip(self.answers.points[name], (found.low, found.high), strict=True):
            ends[self.rows] = values

    def _flags(self) -> None:
        for flag in self.version.flags:
            found = self.table.condition(flag.when)
            self._column(self.answers.flags, flag.id, bool)[self.rows] = c._and(
                found.can_hold, c._not(found.may_miss)
            )
            asked = c.Deciding(self.table.missing, self.firms.count)
            asked.mark(found, True)
            self.by_hand |= asked.doubt

    def _category(self) -> None:
        if self.version.category is None:
            return
        tree = self.table.expanded(self.version.category.value)
        masks = self._classes(tree, np.ones(self.firms.count, bool))
        for name in self.version.category.order:
            self._column(self.answers.categories, name, bool)[self.rows] = masks.get(name, False)
        several = sum(np.asarray(mask, np.int8) for mask in masks.values())
        self.by_hand |= several > 1

    def _classes(self, tree: Any, reach: Array) -> dict[str, Array]:
        """Rows that can end in each class, following `if` by `if`."""
        from ..feel import tree as t

        tree = self.table.expanded(tree)
        if isinstance(tree, t.Literal):
            return {tree.value: reach}
        if not isinstance(tree, t.Choice):
            raise NotCertain
        masks: dict[str, Array] = {}
        while isinstance(tree, t.Choice):
            met = self.table.condition(tree.condition)
            for name, rows in self._classes(tree.then, reach & np.asarray(met.can_hold)).items():
                masks[name] = masks.get(name, False) | rows
            reach, tree = reach & np.asarray(met.may_miss), self.table.expanded(tree.other)
        for name, rows in self._classes(tree, reach).items():
            masks[name] = masks.get(name, False) | rows
        return masks

    def _amounts(self) -> None:
        verdict = self.answers.verdict[self.rows]
        paid = (verdict == VERDICTS.index(QUALIFIES)) | (verdict == VERDICTS.index(MANUAL))
        for amount in self.version.amounts:
            due = np.ones(self.firms.count, bool) if amount.always else paid
            values = self._column(self.answers.amounts, amount.id, float, np.nan)[self.rows]
            values[:] = np.where(due, self._fen(amount), np.nan)
            self.by_hand |= due & np.isnan(values)

    def _fen(self, amount: Amount) -> Any:
        """Whole fen, rounded once, half away from zero; NaN where the arrays cannot say."""
        try:
            return fen(self.table.quantity(amount.value))
        except NotCertain:
            return np.nan

    def _column(self, columns: dict[str, Array], name: str, dtype: Any, empty: Any = 0) -> Array:
        if name not in columns:
            columns[name] = np.full(self.answers.count, empty, dtype)
        return columns[name]

    # -- the interpreter --------------------------------------------------------

    def _ask_interpreter(self, row: int) -> None:
        facts = self.firms.row(row, self.names)
        key = tuple(facts.get(name) for name in self.names)
        if key not in self.known:
            pack, draft = self.answers.pack, self.allow_draft
            found = decide(pack, self.dictionary, facts, self.on, self.kind, allow_draft=draft)
            self.known[key] = Answer(**{**vars(found), "names": None})
        self._write(self.start + row, self.known[key])

    def _write(self, row: int, answer: Answer) -> None:
        """The interpreter's answer in place of what the arrays said."""
        answers = self.answers
        answers.by_row[row] = answer
        answers.verdict[row] = VERDICTS.index(answer.verdict)
        for fact in {*answers.deciding, *answer.undecided_by, *answer.judged_by}:
            asked = fact in answer.undecided_by or fact in answer.judged_by
            self._column(answers.deciding, fact, bool)[row] = asked
        for name, span in answer.points.items():
            self._note_one_span(name, row, span)
        for amount in self.version.amounts:
            value = answer.amounts.get(amount.id)
            self._column(answers.amounts, amount.id, float, np.nan)[row] = (
                np.nan if value is None else float(value * UNIT)
            )
        for columns, names in ((answers.categories, answer.categories), (answers.flags, answer.flags)):
            for name in {*columns, *names}:
                self._column(columns, name, bool)[row] = name in names

    def _note_one_span(self, name: str, row: int, span: Any) -> None:
        if name not in self.answers.points:
            self.answers.points[name] = (np.zeros(self.answers.count), np.zeros(self.answers.count))
        low, high = span if isinstance(span, tuple) else (span, span)
        ends = self.answers.points[name]
        ends[0][row], ends[1][row] = float(low * UNIT), float(high * UNIT)


def _met(found: c.Condition) -> c.Condition:
    """No value counts as not met."""
    return c.Condition(
        found.can_hold, found.may_miss, False, found.doubt, found.facts, found.how, found.parts
    )


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


def rows_of(answers: Answers, dictionary: Dictionary) -> Iterator[Answer]:
    """Every firm's answer in the interpreter's own shape (for comparing, and for showing one firm)."""
    deciding = sorted(answers.deciding)
    for row in range(answers.count):
        yield _row(answers, dictionary, row, [fact for fact in deciding if answers.deciding[fact][row]])


def _row(answers: Answers, dictionary: Dictionary, row: int, deciding: list[str]) -> Answer:
    verdict = VERDICTS[answers.verdict[row]]
    order = answers.version.category.order if answers.version and answers.version.category else ()
    return Answer(
        answers.pack,
        answers.version,
        verdict,
        date.min,
        "new",
        tuple(fact for fact in deciding if not dictionary[fact].judgement),
        tuple(fact for fact in deciding if dictionary[fact].judgement),
        {name: _span(low[row], high[row]) for name, (low, high) in answers.points.items()},
        {name: _exact(values[row]) for name, values in answers.amounts.items() if values[row] == values[row]},
        tuple(name for name in order if answers.categories[name][row]),
        tuple(flag.id for flag in answers.version.flags if answers.flags[flag.id][row])
        if answers.version
        else (),
    )


def _exact(value: float) -> Any:
    return plain(Fraction(int(value), UNIT))


def _span(low: float, high: float) -> Any:
    return _exact(low) if low == high else (_exact(low), _exact(high))


__all__ = ["Answers", "Mapping", "as_choices", "evaluate", "fen", "rows_of"]
