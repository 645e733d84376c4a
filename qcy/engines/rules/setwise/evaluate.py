"""A policy over a table of firms: the same answers as `decide`, row by row, without going row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import numpy as np

from ..decide import FAILS, MANUAL, QUALIFIES, UNKNOWN
from ..facts import Dictionary
from ..packs.model import DRAFT, Pack
from ..packs.names import names_of
from .amounts import Amounts
from .answers import VERDICTS, Answers, span_columns
from .axes import QuotientAxis
from .columns import Array, Firms
from .groups import Points
from .pieces import Question
from .rest import Rest
from .units import POINTS_OF, REST, VERDICT, units_of
from .verdicts import Verdict
from .views import Stretch
from .waiting import Bits

CHUNK = 32_768

Progress = Callable[[int, int], None]

FEWER = 0.6
"""Once no more than this share of the firms can still qualify, the rest of the conditions are asked of those alone."""


def evaluate(
    pack: Pack,
    dictionary: Dictionary,
    firms: Firms,
    on: date,
    kind: str = "new",
    *,
    allow_draft: bool = False,
    points: bool = True,
    progress: Progress = lambda done, total: None,
) -> Answers:
    """The policy for all rows; `points`: with the points of every firm. `progress` hears how many are done."""
    stretches = (firms.part(start, min(start + CHUNK, firms.count)) for start in range(0, firms.count, CHUNK))
    more: dict[str, Any] = {"allow_draft": allow_draft, "points": points, "progress": progress}
    return evaluate_stretches(pack, dictionary, stretches, firms.count, on, kind, **more)


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
    points: bool = True,
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
    judge = Judge(pack, Question(version, dictionary, on, kind, calendar, {}), points)
    answers.facts = tuple(judge.bits.places)
    answers.deciding = np.zeros(count, np.uint64)
    start = 0
    for firms in stretches:
        judge.judge(answers, firms, slice(start, start + firms.count))
        start += firms.count
        progress(start, count)
    answers.alone = judge.alone
    return answers


class Judge:
    """A version made ready: every unit of it, in the order in which they are asked."""

    def __init__(self, pack: Pack, question: Question, points: bool) -> None:
        self.pack, self.version, self.dictionary = pack, question.version, question.dictionary
        names = sorted(name for name in names_of(self.version) if name in self.dictionary)
        self.bits = Bits(names)
        self.ordinary = self.bits.of(name for name in names if not self.dictionary[name].judgement)
        units = units_of(self.version, self.dictionary.__contains__)
        verdicts = [Verdict(u.version, question, self.bits) for u in units if u.settles == VERDICT]
        self.verdicts = sorted(verdicts, key=_effort)
        self.rest = [Rest(pack, u.version, question) for u in units if u.settles == REST]
        self.points = [Points(pack, u.version, question) for u in units if u.settles == POINTS_OF and points]
        self.amounts = Amounts(pack, question) if self.version.amounts else None

    def judge(self, answers: Answers, firms: Firms, rows: slice) -> None:
        stretch = Stretch(firms)
        answers.verdict[rows] = self._verdicts(stretch, answers.deciding[rows])
        for rest in self.rest:
            rest.note(answers, stretch, rows)
        for points in self.points:
            points.note(answers, stretch, rows)
        if self.points:
            self._total(answers, rows)
        if self.amounts:
            self.amounts.note(answers, firms, rows)

    @property
    def alone(self) -> int:
        """Firms that were put to the interpreter, each once for every unit that asked."""
        asked = [len(unit.asked) for unit in self.verdicts]
        asked += [len(unit.asked) for unit in (*self.rest, *self.points)]
        return sum(asked) + (len(self.amounts.asked) if self.amounts else 0)

    def _verdicts(self, stretch: Stretch, deciding: Array) -> Array:
        """All units hold, or one fails, or the facts that decide the open ones decide the whole."""
        open_rows, facts = np.zeros(stretch.count, bool), np.zeros(stretch.count, np.uint64)
        alive, left = np.arange(stretch.count), np.ones(stretch.count, bool)
        for unit in self.verdicts:
            if left.sum() <= FEWER * len(left):
                alive, stretch, left = alive[left], Stretch(stretch.all.take(np.nonzero(left)[0])), left[left]
            found = unit.settle(stretch)
            left &= found.hold
            open_rows[alive] |= found.miss
            facts[alive] |= np.where(found.miss, found.facts, np.uint64(0))
        verdict = np.full(len(open_rows), VERDICTS.index(FAILS), np.int8)
        alive = alive[left]
        facts[alive] *= open_rows[alive]
        deciding[alive] = facts[alive]
        verdict[alive] = np.where(
            open_rows[alive],
            np.where((facts[alive] & self.ordinary) != 0, VERDICTS.index(UNKNOWN), VERDICTS.index(MANUAL)),
            VERDICTS.index(QUALIFIES),
        )
        return verdict

    def _total(self, answers: Answers, rows: slice) -> None:
        """The total is the sum of the groups' ends: what a reader adds up on paper."""
        for place, ends in enumerate(span_columns(answers, "total")):
            ends[rows] = sum(answers.points[group.id][place][rows] for group in self.version.groups)


def _effort(unit: Verdict) -> int:
    """Words and plain numbers first, quotients later, points last."""
    if not unit.followed or unit.scored:
        return 3
    axes = [axis for lattice in (*unit.alone, *unit.quotients, *unit.others) for axis in lattice.axes]
    return 2 if any(isinstance(axis, QuotientAxis) for axis in axes) else len(axes) > 1
