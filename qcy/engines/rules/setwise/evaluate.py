"""A policy over a table of firms: the same answers as `decide`, row by row, most of them without going row by row.

Rows that arrays cannot settle beyond doubt (a missing fact that several conditions share, an open score) are
handed to the interpreter, each different firm once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from ..decide import FAILS, MANUAL, QUALIFIES, UNKNOWN, Answer, decide
from ..facts import Dictionary
from ..feel import tree as t
from ..outcomes.terms import plain
from ..packs.model import DRAFT, Amount, Clause, Pack, Version
from ..scope import POINTS, TOTAL, score_names
from . import conditions as c
from .columns import Array, Firms
from .points import UNIT
from .quantities import NotCertain, Quantity
from .signature import signatures
from .table import Table
from .units import VERDICT, Unit, facts_of, units_of

CHUNK = 32_768

FEW = 8
"""Below this it is not worth telling firms apart first."""
VERDICTS = (FAILS, QUALIFIES, UNKNOWN, MANUAL)


@dataclass
class Answers:
    """Answers for every firm of a table."""

    pack: Pack
    version: Version | None
    count: int
    verdict: Array
    deciding: dict[str, Array] = field(default_factory=dict)
    points: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    amounts: dict[str, Array] = field(default_factory=dict)
    categories: dict[str, Array] = field(default_factory=dict)
    flags: dict[str, Array] = field(default_factory=dict)

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
    units = units_of(version, dictionary.__contains__)
    seen: list[dict[Any, Answer]] = [{} for _ in (*units, version)]
    start = 0
    for part in stretches:
        _Stretch(answers, version, dictionary, part, on, kind, start, allow_draft).run(units, seen)
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
    ) -> None:
        self.answers, self.version, self.dictionary, self.firms = answers, version, dictionary, firms
        self.on, self.kind, self.allow_draft = on, kind, allow_draft
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
        question = (self.answers.pack, version, self.dictionary, self.on, self.kind)
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
                _column(self.answers.deciding, fact, self.answers.count, bool)[self.rows] |= rows & ~failed

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
                    _column(columns, name, self.answers.count, bool)[self.rows] = rows
        if self.version.scored:
            low, high = (
                sum(self.answers.points[g.id][end][self.rows] for g in self.version.groups) for end in (0, 1)
            )
            self._note_points("total", low, high)

    def _note_points(self, name: str, low: Any, high: Any) -> None:
        for column, values in zip(_span_columns(self.answers, name), (low, high), strict=True):
            column[self.rows] = values

    def _amounts(self, table: Table, known: dict[Any, Answer]) -> None:
        """Amounts that are due; a firm whose amount the arrays cannot say is looked at by itself."""
        verdict = self.answers.verdict[self.rows]
        paid = (verdict == VERDICTS.index(QUALIFIES)) | (verdict == VERDICTS.index(MANUAL))
        open_rows = np.zeros(self.firms.count, bool)
        for amount in self.version.amounts:
            due = np.ones(self.firms.count, bool) if amount.always else paid
            values = _column(self.answers.amounts, amount.id, self.answers.count, float, np.nan)[self.rows]
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
                found = decide(pack, self.dictionary, facts, self.on, self.kind, allow_draft=draft)
                known[key] = replace(found, names=None)
            for amount in self.version.amounts:
                value = known[key].amounts.get(amount.id)
                self.answers.amounts[amount.id][self.start + row] = (
                    np.nan if value is None else float(value * UNIT)
                )


Question = tuple[Pack, Version, Dictionary, date, str]


class Part:
    """One unit over one stretch: arrays first, the interpreter for the rows they cannot settle."""

    def __init__(self, question: Question, firms: Firms, known: dict[Any, Answer]) -> None:
        self.pack, self.version, self.dictionary, self.on, self.kind = question
        self.firms, self.known = firms, known
        self.table = Table(self.version, self.dictionary, firms, self.on, self.kind)
        self.verdict = np.full(firms.count, VERDICTS.index(QUALIFIES), np.int8)
        self.by_hand = np.zeros(firms.count, bool)
        self.not_followed = False  # something in the unit arrays cannot compute at all: its notes are not complete
        self.deciding: dict[str, Array] = {}
        self.points: dict[str, tuple[Array, Array]] = {}
        self.flags: dict[str, Array] = {}
        self.categories: dict[str, Array] = {}

    def share(self, table: Table) -> None:
        """Takes what was already computed for other units of the same version, and adds to it."""
        self.table.share(table)

    def settle(self) -> None:
        for settle in (self._verdict, self._points, self._flags, self._category):
            try:
                settle()
            except NotCertain:
                self.by_hand[:] = self.not_followed = True

    # -- by arrays ----------------------------------------------------------------

    def _verdict(self) -> None:
        if not self.version.clauses:
            return
        met = c.both([self._clause(clause) for clause in self.version.clauses])
        hold, miss = (
            np.broadcast_to(np.asarray(m), (self.firms.count,)) for m in (met.can_hold, met.may_miss)
        )
        codes = [VERDICTS.index(name) for name in (UNKNOWN, QUALIFIES, FAILS)]
        self.verdict[:] = np.where(hold, np.where(miss, codes[0], codes[1]), codes[2])
        found = c.Deciding(self.table.missing, self.firms.count)
        found.mark(met, True)
        self.by_hand |= found.doubt
        ordinary = np.zeros(self.firms.count, bool)
        for fact, rows in found.by_fact.items():
            self.deciding[fact] = rows
            ordinary |= rows & (not self.dictionary[fact].judgement)
        self.verdict[(self.verdict == VERDICTS.index(UNKNOWN)) & ~ordinary] = VERDICTS.index(MANUAL)

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
        if self.version.clauses or not self._settles_points():
            return
        names = [name for name in score_names(self.version) if name != TOTAL]
        for name in names:
            self.points[name.removeprefix(POINTS)] = (np.zeros(self.firms.count), np.zeros(self.firms.count))
        for name in names:
            found = self.table.points(name)
            for column, values in zip(
                self.points[name.removeprefix(POINTS)], (found.low, found.high), strict=True
            ):
                column[:] = values
            self.by_hand |= np.asarray(found.doubt)

    def _settles_points(self) -> bool:
        return not self.version.flags and self.version.category is None

    def _flags(self) -> None:
        for flag in self.version.flags:
            self.flags[flag.id] = np.zeros(self.firms.count, bool)
            found = self.table.condition(flag.when)
            self.flags[flag.id][:] = c._and(found.can_hold, c._not(found.may_miss))
            asked = c.Deciding(self.table.missing, self.firms.count)
            asked.mark(found, True)
            self.by_hand |= asked.doubt

    def _category(self) -> None:
        if self.version.category is None:
            return
        for name in self.version.category.order:
            self.categories[name] = np.zeros(self.firms.count, bool)
        for name, rows in self._classes(self.version.category.value, np.ones(self.firms.count, bool)).items():
            self.categories[name][:] = rows
        self.by_hand |= sum(mask.astype(np.int8) for mask in self.categories.values()) > 1

    def _classes(self, tree: t.Node, reach: Array) -> dict[str, Array]:
        """Rows that can end in each class, following `if` by `if`."""
        masks: dict[str, Array] = {}
        tree = self.table.expanded(tree)
        while isinstance(tree, t.Choice):
            met = self.table.condition(tree.condition)
            for name, rows in self._classes(tree.then, reach & np.asarray(met.can_hold)).items():
                masks[name] = masks.get(name, False) | rows
            reach, tree = reach & np.asarray(met.may_miss), self.table.expanded(tree.other)
        if not isinstance(tree, t.Literal):
            raise NotCertain
        masks[tree.value] = masks.get(tree.value, False) | reach
        return masks

    # -- by the interpreter -------------------------------------------------------

    def ask_interpreter(self, wanted: Array) -> None:
        """Each firm that something in the unit can tell from the others, once."""
        rows = np.nonzero(wanted)[0]
        names = facts_of(self.version, self.dictionary.__contains__)
        for row, key in zip(map(int, rows), self._keys(rows, names), strict=True):
            facts = self.firms.row(row, names)
            key = tuple(facts.get(name) for name in names) if key is None else key
            if key not in self.known:
                self.known[key] = self._decided(facts)
            self._write(row, self.known[key])

    def _decided(self, facts: Mapping[str, Any]) -> Answer:
        pack = replace(self.pack, versions=(self.version,))
        return replace(decide(pack, self.dictionary, facts, self.on, self.kind, allow_draft=True), names=None)

    def _keys(self, rows: Array, names: Sequence[str]) -> Sequence[Any]:
        """What tells these firms apart; None for one that has to be looked at by itself."""
        if len(rows) < FEW:
            return [None] * len(rows)
        question = (self.pack, self.version, self.dictionary, self.on, self.kind)
        part = Part(question, self.firms.take(rows), {})
        part.settle()
        if part.not_followed:
            return [None] * len(rows)
        try:
            keys, alone = signatures(part.table.notes, part.firms, names)
        except NotCertain:
            return [None] * len(rows)
        return [None if single else key for key, single in zip(keys, alone, strict=True)]

    def _write(self, row: int, answer: Answer) -> None:
        """The interpreter's answer in place of what the arrays said."""
        self.verdict[row] = VERDICTS.index(answer.verdict)
        for fact in {*self.deciding, *answer.undecided_by, *answer.judged_by}:
            asked = fact in answer.undecided_by or fact in answer.judged_by
            _column(self.deciding, fact, self.firms.count, bool)[row] = asked
        for name, ends in self.points.items():
            span = answer.points[name]
            low, high = span if isinstance(span, tuple) else (span, span)
            ends[0][row], ends[1][row] = float(low * UNIT), float(high * UNIT)
        for columns, names in ((self.categories, answer.categories), (self.flags, answer.flags)):
            for name in columns:
                columns[name][row] = name in names


def _column(columns: dict[str, Array], name: str, count: int, dtype: Any, empty: Any = 0) -> Array:
    if name not in columns:
        columns[name] = np.full(count, empty, dtype)
    return columns[name]


def _span_columns(answers: Answers, name: str) -> tuple[Array, Array]:
    if name not in answers.points:
        answers.points[name] = (np.zeros(answers.count), np.zeros(answers.count))
    return answers.points[name]


def _fen_of(table: Table, amount: Amount) -> Any:
    """Whole fen, rounded once, half away from zero; NaN where the arrays cannot say."""
    try:
        return fen(table.quantity(amount.value))
    except NotCertain:
        return np.nan


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
