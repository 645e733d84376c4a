"""One piece of a version over one stretch of rows: arrays first, the interpreter for what they cannot settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from ..decide import FAILS, MANUAL, QUALIFIES, UNKNOWN, Answer, decide
from ..facts import Dictionary
from ..feel import tree as t
from ..packs.model import Clause, Pack, Version
from ..scope import POINTS, TOTAL, score_names
from . import conditions as c
from .answers import VERDICTS, column
from .columns import Array, Firms
from .points import UNIT
from .quantities import NotCertain
from .signature import signatures
from .table import Table
from .units import facts_of

FEW = 8
"""Below this it is not worth telling firms apart first."""

Question = tuple[Pack, Version, Dictionary, date, str, Any]
"""Pack, version, dictionary, day and kind of the application, calendar of working days."""


class Part:
    """One unit over one stretch: arrays first, the interpreter for the rows they cannot settle."""

    def __init__(self, question: Question, firms: Firms, known: dict[Any, Answer]) -> None:
        self.pack, self.version, self.dictionary, self.on, self.kind, self.calendar = question
        self.firms, self.known = firms, known
        self.table = Table(self.version, self.dictionary, firms, self.on, self.kind)
        self.verdict = np.full(firms.count, VERDICTS.index(QUALIFIES), np.int8)
        self.by_hand = np.zeros(firms.count, bool)
        self.not_followed = (
            False  # something in the unit arrays cannot compute at all: its notes are not complete
        )
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
            for ends, values in zip(
                self.points[name.removeprefix(POINTS)], (found.low, found.high), strict=True
            ):
                ends[:] = values
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
        for name, rows in classes(
            self.table, self.version.category.value, np.ones(self.firms.count, bool)
        ).items():
            self.categories[name][:] = rows
        self.by_hand |= sum(mask.astype(np.int8) for mask in self.categories.values()) > 1

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
        more: dict[str, Any] = {"allow_draft": True, "calendar": self.calendar}
        return replace(decide(pack, self.dictionary, facts, self.on, self.kind, **more), names=None)

    def _keys(self, rows: Array, names: Sequence[str]) -> Sequence[Any]:
        """What tells these firms apart; None for one that has to be looked at by itself."""
        if len(rows) < FEW:
            return [None] * len(rows)
        question = (self.pack, self.version, self.dictionary, self.on, self.kind, self.calendar)
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
            column(self.deciding, fact, self.firms.count, bool)[row] = asked
        for name, ends in self.points.items():
            span = answer.points[name]
            low, high = span if isinstance(span, tuple) else (span, span)
            ends[0][row], ends[1][row] = float(low * UNIT), float(high * UNIT)
        for columns, names in ((self.categories, answer.categories), (self.flags, answer.flags)):
            for name in columns:
                columns[name][row] = name in names


def _met(found: c.Condition) -> c.Condition:
    """No value counts as not met."""
    return c.Condition(
        found.can_hold, found.may_miss, False, found.doubt, found.facts, found.how, found.parts
    )


def classes(table: Table, tree: t.Node, reach: Array) -> dict[Any, Array]:
    """Rows that can end in each constant of a tree of `if`s, among those in `reach`."""
    masks: dict[Any, Array] = {}
    tree = table.expanded(tree)
    while isinstance(tree, t.Choice):
        met = table.condition(tree.condition)
        for name, rows in classes(table, tree.then, reach & np.asarray(met.can_hold)).items():
            masks[name] = masks.get(name, False) | rows
        reach, tree = reach & np.asarray(met.may_miss), table.expanded(tree.other)
    if not isinstance(tree, t.Literal):
        raise NotCertain
    masks[tree.value] = masks.get(tree.value, False) | reach
    return masks
