"""Values of a missing fact that stand for all others: both sides of every place where an axis changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..facts import FIRST_DAY, LAST_DAY, FactKind
from .axes import Axis, Domain, NumberAxis, QuotientAxis
from .columns import Array, grid
from .views import LARGE, View


def limits(kind: FactKind, domain: Domain) -> tuple[int, int]:
    """Least and greatest value of the fact in steps, within the domain."""
    if kind.type == "date":
        first, last = FIRST_DAY.toordinal(), LAST_DAY.toordinal()
    else:
        first = -LARGE if kind.low is None else int(kind.low * grid(kind))
        last = LARGE if kind.high is None else int(kind.high * grid(kind))
    least, most = domain.get(kind.name, (None, None))
    return first if least is None else max(first, least), last if most is None else min(last, most)


def can_try_all(kind: FactKind, axes: Iterable[Axis]) -> bool:
    """Whether `candidates` leaves nothing out: a text can be any word, a fact in a higher power bends an axis."""
    mine = [axis for axis in axes if kind.name in axis.facts]
    quotients = [axis for axis in mine if isinstance(axis, QuotientAxis)]
    straight = all(q.n.in_one(kind.name) and q.d.in_one(kind.name) for q in quotients)
    return kind.type != "text" and straight


def candidates(kind: FactKind, domain: Domain, view: View, axes: Iterable[Axis]) -> Iterator[Any]:
    """Values of the fact, those first that are the same for every firm: one in each cell of the axes that wait for it."""
    if kind.type in {"bool", "enum", "text"}:
        yield from range(max(2, len(kind.values)))
        return
    first, last = limits(kind, domain)
    mine = [axis for axis in axes if kind.name in axis.facts]
    cuts = {cut for axis in mine if isinstance(axis, NumberAxis) for cut in axis.cuts}
    fixed = {value for cut in cuts for value in (cut, cut - 1) if first <= value <= last}
    yield from map(float, sorted(fixed, reverse=True))
    for axis in mine:
        if isinstance(axis, QuotientAxis):
            for place in _crossings(axis, kind.name, view):
                yield np.clip(place, first, last)
    yield from map(float, {first, min(first + 1, last), last})


def _crossings(axis: QuotientAxis, fact: str, view: View) -> Iterator[Array]:
    """Where (a + b x) / (c + d x) meets an edge: the whole steps around it."""
    over, under = axis.n.in_one(fact), axis.d.in_one(fact)
    if over is None or under is None:
        return
    columns = view.firms(axis.facts).columns
    values = {n: columns[n].values if n in columns else np.full(view.count, np.nan) for n in axis.facts}
    sizes = dict.fromkeys(axis.facts, 0)
    a, b, c, d = (np.broadcast_to(p.at(values, sizes).values, (view.count,)) for p in (*over, *under))
    for edge, _ in axis.over.edges:
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (a - float(edge) * c) / (float(edge) * d - b)
        at = np.floor(np.where(np.isfinite(at), at, 0.0))
        for step in (0.0, 1.0, -1.0, 2.0):
            yield at + step
