"""Bands as intervals: whether they leave a gap, overlap, or are cut by a value that cannot occur."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf

from ..facts import Dictionary
from ..feel import tree as t
from .model import Band, Ladder, Number

Edge = tuple[Fraction | float, int]
"""A cut between numbers: just below a value (value, 0) or just above it (value, 1)."""


@dataclass(frozen=True)
class Interval:
    start: Edge
    end: Edge
    text: str


def intervals(band: Band) -> list[Interval] | None:
    """The intervals a band accepts; None when its test is not made of constants."""
    if not isinstance(band.test, t.Member):
        return [Interval((-inf, 0), (inf, 0), band.text)] if band.test == t.Literal(True) else None
    found = [_interval(test, band.text) for test in band.test.tests]
    return None if any(i is None for i in found) else [i for i in found if i is not None]


def _interval(test: t.Node, text: str) -> Interval | None:
    if isinstance(test, t.Range):
        low, high = _number(test.low), _number(test.high)
        if low is None or high is None:
            return None
        return Interval((low, 0 if test.low_closed else 1), (high, 1 if test.high_closed else 0), text)
    value = _number(test.right if isinstance(test, t.Test) else test)
    if value is None:
        return None
    start, end = _TESTS[test.op if isinstance(test, t.Test) else "="](value)
    return Interval(start, end, text)


_TESTS: dict[str, Callable[[Fraction], tuple[Edge, Edge]]] = {
    "<": lambda v: ((-inf, 0), (v, 0)),
    "<=": lambda v: ((-inf, 0), (v, 1)),
    "=": lambda v: ((v, 0), (v, 1)),
    ">": lambda v: ((v, 1), (inf, 0)),
    ">=": lambda v: ((v, 0), (inf, 0)),
}


def _number(node: t.Node) -> Fraction | None:
    value = node.value if isinstance(node, t.Literal) else None
    return Fraction(value) if isinstance(value, (int, Fraction)) and not isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def ladder_steps(
    ladder: Ladder,
) -> tuple[tuple[tuple[Fraction, int], ...], tuple[tuple[Number, Number], ...]] | None:
    """The bands as cuts and the points between them; None when a test is not made of constants.

    Where bands overlap the first one counts, as when they are tried in order.
    """
    found = [(band, intervals(band)) for band in ladder.bands]
    if any(parts is None for _, parts in found):
        return None
    edges = {end for _, parts in found for part in parts or () for end in (part.start, part.end)}
    cuts = sorted((Fraction(value), side) for value, side in edges if abs(value) != inf)
    starts: list[Edge] = [(-inf, 0), *cuts]
    bare = (ladder.otherwise, ladder.otherwise)
    ends = [
        next((band.points for band, parts in found if _covers(parts or [], start)), bare) for start in starts
    ]
    return tuple(cuts), tuple(ends)


def _covers(parts: list[Interval], start: Edge) -> bool:
    """Whether the stretch that begins at `start` lies inside one of the intervals."""
    return any(part.start <= start < part.end for part in parts)


def ladder_faults(ladder: Ladder, dictionary: Dictionary) -> Iterator[str]:
    """Sentences about bands that overlap, leave a hole or cannot be checked."""
    found: list[Interval] = []
    for band in ladder.bands:
        parts = intervals(band)
        if parts is None:
            yield f"档次“{band.text}”请写成数的范围，例如 [0.2..0.25) 或 >= 0.3。"
            return
        found += parts
    found.sort(key=lambda interval: interval.start)
    whole = _counts_whole(ladder.measure, dictionary)
    for lower, upper in zip(found, found[1:]):
        if upper.start < lower.end:
            yield f"档次“{lower.text}”与“{upper.text}”重叠，边上的数只能归一档。"
        elif not _adjacent(lower.end, upper.start, whole):
            yield f"档次“{lower.text}”与“{upper.text}”之间有空隙，落在中间的企业没有分数。"


def _adjacent(end: Edge, start: Edge, whole: bool) -> bool:
    if end == start:
        return True
    return whole and end[1] == 1 and start[1] == 0 and end[0] + 1 >= start[0]


def _counts_whole(measure: t.Node, dictionary: Dictionary) -> bool:
    kind = dictionary.kinds.get(measure.id) if isinstance(measure, t.Name) else None
    return kind is not None and kind.type == "int"
