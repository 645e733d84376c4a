"""A policy over a table of firms: the same answers as `decide`, row by row, without going row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np

from ..decide import MANUAL
from ..facts import Dictionary
from ..lattice.axes import Axis, PointsAxis
from ..lattice.ready import Ready, ready_for
from ..packs.model import DRAFT, Pack
from .alone import Alone
from .amounts import DUE, Sum
from .answers import VERDICTS, Answers
from .asides import AllPoints, classes_of, flags_of
from .codes import Coder, coder_of
from .columns import Firms
from .layout import Layout
from .points import Points, PointsCoder
from .verdicts import Verdicts
from .view import View

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
    with _judge_of(ready_for(version, dictionary, on, kind, calendar), points) as judge:
        answers.facts = judge.layout.facts
        answers.deciding = np.zeros(count, judge.layout.stored)
        start = 0
        for firms in stretches:
            judge.judge(answers, firms, slice(start, start + firms.count))
            start += firms.count
            progress(start, count)
        answers.alone = judge.alone
    return answers


@contextmanager
def _judge_of(ready: Ready, points: bool) -> Iterator[Judge]:
    """One that is idle, with the tables it has filled, or another; nobody else has it meanwhile."""
    idle: list[Judge] = ready.once(("idle", points), list)
    try:
        judge = idle.pop()
    except IndexError:
        judge = Judge(ready, points)
    yield judge
    judge.forget()
    if not idle:
        idle.append(judge)


class Judge:
    """A version made ready for arrays."""

    def __init__(self, ready: Ready, points: bool) -> None:
        version = ready.version
        coders: dict[Axis, Coder] = {}
        facts = frozenset().union(*(ready.clause(clause).facts for clause in version.clauses))
        self.layout = Layout(facts)

        def coder(axis: Axis) -> Coder:
            if axis not in coders:
                coders[axis] = PointsCoder(axis, sums) if isinstance(axis, PointsAxis) else coder_of(axis)
            return coders[axis]

        sums = Points(ready, self.layout, coder)
        self.verdicts = Verdicts(ready, self.layout, coder, sums)
        self.flags, self.classes = flags_of(ready, coder), classes_of(ready, coder)
        self.points = AllPoints(ready, coder) if points and version.scored else None
        self.amounts = [Sum(ready, amount, coder) for amount in version.amounts]

    def judge(self, answers: Answers, firms: Firms, rows: slice) -> None:
        view = View(firms)
        answers.verdict[rows], answers.deciding[rows] = self.verdicts.settle(view)
        for flag in self.flags:
            flag.note(answers.flags, answers.count, view, rows)
        for some in self.classes:
            some.note(answers.categories, answers.count, view, rows)
        if self.points:
            self.points.note(answers, view, rows)
        if self.amounts:
            verdict = answers.verdict[rows]
            due = view.narrowed(np.flatnonzero((verdict == DUE[0]) | (verdict == DUE[1])))
            for amount in self.amounts:
                amount.note(answers, view, due, rows)

    @property
    def alone(self) -> int:
        """Firms that were put to the interpreter, each once for every part that asked."""
        return sum(map(len, self._asked))

    @property
    def _asked(self) -> list[Alone[Any]]:
        parts: list[Any] = [self.verdicts, *self.flags, *self.classes, *self.amounts]
        return [part.asked for part in parts + ([self.points] if self.points else [])]

    def forget(self) -> None:
        """Firms, not kinds of firms."""
        for asked in self._asked:
            asked.known.clear()
