"""Points: bands, the better of two ratios, ranges in which a reviewer awards, groups with a maximum.

A range that nobody has awarded yet is a Leaf between its two ends, settled by the group's `judge` fact.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from .feel.evaluate import Evaluation
from .feel.functions import BUILT_IN
from .outcomes.compare import stepped
from .outcomes.terms import Leaf, Number, Term, leaf_term
from .outcomes.totals import Total, ends_of
from .packs.ladders import ladder_steps
from .packs.model import MEASURED, Ladder, ScoreGroup, ScoreItem


def group_points(run: Evaluation, group: ScoreGroup, judged: Any) -> Any:
    """The points of a group. Points a reviewer has given count as they are, whatever the facts say."""
    if judged is not None:
        return judged
    total = Total(tuple(item_points(run, group, item) for item in group.items))
    if group.highest is None or reaches_at_most(total, group.highest):
        return total if len(total.parts) > 1 else total.parts[0]
    return BUILT_IN["min"](run, run.whole(total), group.highest)


def reaches_at_most(total: Total, highest: Number) -> bool:
    """Whether the items cannot come to more than the group's maximum, whatever is missing."""
    ends = [ends_of(part)[1] for part in total.parts]
    return all(end is not None for end in ends) and sum(end or 0 for end in ends) <= highest


def total_points(points: list[Any]) -> Any:
    """The groups' points, left in parts: they are compared more often than they are needed."""
    parts = [part for group in points for part in (group.parts if group.__class__ is Total else (group,))]
    return Total(tuple(parts)) if len(parts) > 1 else parts[0]


def item_points(run: Evaluation, group: ScoreGroup, item: ScoreItem) -> Any:
    if item.formula is not None:
        return BUILT_IN["coalesce"](run, run.whole(run.value(item.formula)), 0)  # without a value no points
    if item.awarded is not None:
        return _between(group, item, item.awarded)
    best = [_ladder_points(run, group, item, ladder) for ladder in item.ladders]
    return best[0] if len(best) == 1 else BUILT_IN["max"](run, *best)


def _ladder_points(run: Evaluation, group: ScoreGroup, item: ScoreItem, ladder: Ladder) -> Any:
    """The first band that accepts the measure; a measure without a value is accepted by none."""
    steps = ladder_steps(ladder)
    if steps is not None:
        cuts, ends = steps
        results = [_between(group, item, points) for points in ends]
        value = run.value(ladder.measure)
        return run.diagrams.lift(lambda v: stepped(run.diagrams, v, cuts, results, ladder.otherwise), value)
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


def bounds(run: Evaluation, value: Any) -> tuple[Number | None, Number | None]:
    """Least and greatest number the points can still become; None where there is no bound."""
    if value.__class__ is not Total:
        return ends_of(value)
    if not value.independent():
        return ends_of(run.whole(value))
    lows, highs = zip(*map(ends_of, value.parts), strict=True)
    return (
        None if any(low is None for low in lows) else sum(lows),
        None if any(high is None for high in highs) else sum(highs),
    )
