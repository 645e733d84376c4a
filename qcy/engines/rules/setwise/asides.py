"""What a version says beside the verdict: flags that are certain, classes that are possible, points of every group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from ..lattice.axes import Axis
from ..lattice.firm import Firm
from ..lattice.lattice import Outcome
from ..lattice.ready import Question, Ready
from ..scope import POINTS, score_names
from .alone import Alone
from .answers import Answers, column, span_columns
from .codes import Coder, TooMany
from .layout import Layout
from .lookup import Row, lookup_of
from .points import UNIT, Points
from .view import View

AT_ONCE = 60
"""Names that are told in one word."""


class Told:
    """A flag or the class: `says` gives the names an outcome stands for. What arrays cannot follow is asked one by one."""

    def __init__(
        self,
        question: Question,
        names: tuple[str, ...],
        says: Callable[[tuple[Any, ...]], tuple[str, ...]],
        coder: Callable[[Axis], Coder],
    ) -> None:
        self.question, self.names, self.says = question, names, says
        self.asked = Alone(sorted(question.facts), self._decided)
        self.lookup = lookup_of(question.lattice, coder, self._read)

    def note(self, into: dict[str, Any], count: int, view: View, rows: slice) -> None:
        words = self._words(view)
        for place, name in enumerate(self.names):
            column(into, name, count, bool)[rows] = words >> np.uint64(place) & np.uint64(1)

    def _words(self, view: View) -> Any:
        if self.lookup is not None:
            return self.lookup.taken(view)
        return np.array([self.asked.of(view.firms, row) for row in range(view.count)], np.uint64)

    def _read(self, outcome: Outcome) -> Row:
        return (self._bits(outcome.endings),)

    def _bits(self, endings: tuple[Any, ...]) -> int:
        return sum(1 << self.names.index(name) for name in self.says(endings) if name in self.names)

    def _decided(self, facts: Mapping[str, Any]) -> int:
        return self._bits(Firm(self.question.ready, facts).settled(self.question).endings)


def flags_of(ready: Ready, coder: Callable[[Axis], Coder]) -> list[Told]:
    """Raised only where they are certain."""
    return [Told(ready.value(f.when), (f.id,), partial(_raised, f.id), coder) for f in ready.version.flags]


def _raised(flag: str, endings: tuple[Any, ...]) -> tuple[str, ...]:
    return (flag,) if len(endings) == 1 and endings[0] is True else ()


def classes_of(ready: Ready, coder: Callable[[Axis], Coder]) -> list[Told]:
    """Every class that is still possible; as many at once as a word has bits."""
    category = ready.version.category
    if category is None:
        return []
    starts = range(0, len(category.order), AT_ONCE)
    some = [category.order[start : start + AT_ONCE] for start in starts]
    return [Told(ready.value(category.value), names, lambda endings: endings, coder) for names in some]


class AllPoints:
    """The points of every group, of the items that are shown, and their total."""

    def __init__(self, ready: Ready, coder: Callable[[Axis], Coder]) -> None:
        self.ready, self.names = ready, list(score_names(ready.version))
        facts = frozenset().union(*(ready.item(g, i).facts for g in ready.version.groups for i in g.items))
        judges = {group.judge for group in ready.version.groups if group.judge}
        self.asked = Alone(sorted(facts | judges), self._decided)
        self.points: Points | None = Points(ready, Layout(facts | judges), coder)
        try:
            self.points.check(self.names)
        except TooMany:
            self.points = None

    def note(self, answers: Answers, view: View, rows: slice) -> None:
        for place, name in enumerate(self.names):
            ends = self.points.sums(view, name) if self.points else self._by_hand(view, place)
            for column_of, values in zip(span_columns(answers, name.removeprefix(POINTS)), ends, strict=True):
                column_of[rows] = values

    def _by_hand(self, view: View, place: int) -> Any:
        found = [self.asked.of(view.firms, row)[place] for row in range(view.count)]
        return np.array(found, float).T

    def _decided(self, facts: Mapping[str, Any]) -> list[tuple[float, float]]:
        firm = Firm(self.ready, facts)
        spans = [firm.points(name) for name in self.names]
        return [(float(span.low * UNIT), float(span.high * UNIT)) for span in spans]
