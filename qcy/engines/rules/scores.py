"""Points: bands, the better of two ratios, ranges in which a reviewer awards, groups with a maximum.

A range that nobody has awarded yet is a Leaf between its two ends, settled by the group's `judge` fact.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any

from .feel.evaluate import Evaluation
from .feel.functions import BUILT_IN
from .outcomes.diagrams import Branch, endings
from .outcomes.terms import Leaf, Number, Term, leaf_term, plain
from .packs.model import MEASURED, Ladder, ScoreGroup, ScoreItem


def group_points(run: Evaluation, group: ScoreGroup, judged: Any) -> Any:
    """The points of a group. Points a reviewer has given count as they are, whatever the facts say."""
    if judged is not None:
        return judged
    points = [item_points(run, group, item) for item in group.items]
    total = total_points(run, points)
    return total if group.highest is None else BUILT_IN["min"](run, total, group.highest)


def total_points(run: Evaluation, points: list[Any]) -> Any:
    return reduce(lambda a, b: run.calculated("+", a, b), points)


def item_points(run: Evaluation, group: ScoreGroup, item: ScoreItem) -> Any:
    if item.formula is not None:
        return run.value(item.formula)
    if item.awarded is not None:
        return _between(group, item, item.awarded)
    best = [_ladder_points(run, group, item, ladder) for ladder in item.ladders]
    return best[0] if len(best) == 1 else BUILT_IN["max"](run, *best)


def _ladder_points(run: Evaluation, group: ScoreGroup, item: ScoreItem, ladder: Ladder) -> Any:
    """The first band that accepts the measure; a measure without a value is accepted by none."""
    inside = run.inside({MEASURED: run.value(ladder.measure)})
    reached: list[tuple[Any, Any]] = []
    for band in ladder.bands:
        met = inside.value(band.test)
        if met is not False:
            reached.append((met, _between(group, item, band.points)))
        if met is True:
            break
    return reduce(lambda rest, band: run.chosen(band[0], band[1], rest), reversed(reached), ladder.otherwise)


def _between(group: ScoreGroup, item: ScoreItem, ends: tuple[Number, Number]) -> Number | Term:
    low, high = ends
    if low == high:
        return low
    return leaf_term(Leaf(f"{group.id}.{item.id} {low}..{high}", frozenset({group.judge}), low, high))


def bounds(value: Any) -> tuple[Number | None, Number | None]:
    """Least and greatest number a value can still become; None where there is no bound."""
    lows, highs = zip(*map(_ends, endings(value)), strict=True)
    return (
        None if any(low is None for low in lows) else min(lows),
        None if any(high is None for high in highs) else max(highs),
    )


def _ends(value: Any) -> tuple[Number | None, Number | None]:
    if isinstance(value, Term):
        return value.bounds
    return (value, value) if isinstance(value, (int, Fraction)) else (0, 0)


__all__ = ["Branch", "bounds", "group_points", "item_points", "plain", "total_points"]
