"""Points of one group over many firms, as the least and the most they can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..packs.model import ScoreItem
from ..scores import item_points
from .answers import Answers, span_columns
from .columns import Array
from .lattice import Lattice
from .quantities import NotCertain
from .rest import Aside
from .scoring import UNIT, item_outcome
from .views import Stretch


class Points(Aside):
    """A group, and its items where they are shown by themselves."""

    def prepare(self) -> None:
        (self.group,) = self.unit.groups
        names, q = self.question.names, self.question
        self.lattices: list[tuple[ScoreItem, Lattice]] = []
        for item in self.group.items:
            root = names.run.whole(item_points(names.run, self.group, item))
            read = item_outcome(self.group.judge)
            self.lattices.append((item, Lattice(root, q.dictionary, q.axes, {}, read)))

    def note(self, answers: Answers, stretch: Stretch, rows: slice) -> None:
        spans, open_rows = self._spans(stretch)
        for name, ends in spans.items():
            for column, values in zip(span_columns(answers, name), ends, strict=True):
                column[rows] = values
        for row in np.nonzero(open_rows)[0]:
            for name, span in self.asked.of(stretch.all, int(row)).points.items():
                if name != "total":
                    low, high = span if isinstance(span, tuple) else (span, span)
                    for column, value in zip(span_columns(answers, name), (low, high), strict=True):
                        column[rows.start + row] = float(value * UNIT)

    def _spans(self, stretch: Stretch) -> tuple[dict[str, tuple[Array, Array]], Array]:
        if self.followed:
            try:
                return self._by_arrays(stretch)
            except NotCertain:
                self.followed = False
        return {}, np.ones(stretch.count, bool)

    def _by_arrays(self, stretch: Stretch) -> tuple[dict[str, tuple[Array, Array]], Array]:
        """Two items that wait for the same fact cannot be added up by their ends: such firms are left open."""
        low, high = np.zeros(stretch.count), np.zeros(stretch.count)
        shared, open_rows = _Shared(stretch.count), np.zeros(stretch.count, bool)
        spans: dict[str, tuple[Array, Array]] = {}
        for item, lattice in self.lattices:
            places = lattice.places(stretch)
            ends = [lattice.taken(places, name, _END[name], float) for name in ("low", "high")]
            unsettled = lattice.taken(places, "tied", lambda o: o.waits.unsure or bool(o.waits.knots), bool)
            open_rows |= unsettled | shared.add(lattice, places)
            low, high = low + ends[0], high + ends[1]
            if self.group.show_items:
                spans[item.id] = ends[0], ends[1]
        if self.group.highest is not None:
            low, high = (np.minimum(end, float(self.group.highest * UNIT)) for end in (low, high))
        known, given = self._given(stretch)
        spans[self.group.id] = np.where(known, given, low), np.where(known, given, high)
        return spans, open_rows

    def _given(self, stretch: Stretch) -> tuple[Any, Any]:
        found = stretch.column(self.group.judge) if self.group.judge else None
        if found is None:
            return False, 0.0
        kind, values = found
        return ~np.isnan(values), np.nan_to_num(values) * (UNIT if kind.type == "int" else 1)


_END = {"low": lambda outcome: outcome.low, "high": lambda outcome: outcome.high}


class _Shared:
    """Finds firms of which two items wait for the same fact and nothing else."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.waiting: dict[str, Array] = {}

    def add(self, lattice: Lattice, places: Array) -> Array:
        found = np.zeros(self.count, bool)
        for fact in {fact for axis in lattice.axes for fact in axis.facts}:
            waits = lattice.taken(places, f"waits {fact}", _waits_for(fact), bool)
            if fact in self.waiting:
                found |= waits & self.waiting[fact]
                self.waiting[fact] |= waits
            else:
                self.waiting[fact] = waits
        return found


def _waits_for(fact: str) -> Callable[[Any], bool]:
    return lambda outcome: fact in outcome.waits.single
