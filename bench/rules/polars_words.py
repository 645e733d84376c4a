"""Small words of the Polars peer: a quotient, a ladder of points, the class of a firm by its size."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import polars as pl
from size_floors import CLASSES, FLOORS, MICRO, Floors

c = pl.col
"""A fact, by its name."""


def share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """The quotient; null where there is nothing to divide by."""
    return pl.when(whole != 0).then(part / whole)


def at_least(measure: pl.Expr, bands: dict[float, int]) -> pl.Expr:
    """Points of the first band (highest first) whose lower end the measure reaches; 0 below and without a value."""
    return _ladder([(measure >= end, points) for end, points in bands.items()])


def at_most(measure: pl.Expr, bands: dict[float, int]) -> pl.Expr:
    """The same for bands that are better the lower they are."""
    return _ladder([(measure <= end, points) for end, points in bands.items()])


def _ladder(steps: list[tuple[pl.Expr, int]]) -> pl.Expr:
    (first, points), *others = steps
    chain = pl.when(first).then(pl.lit(points, pl.Int32))
    for test, points in others:
        chain = chain.when(test).then(pl.lit(points, pl.Int32))
    return chain.otherwise(pl.lit(0, pl.Int32))


def best(*points: pl.Expr) -> pl.Expr:
    return pl.max_horizontal(*points)


def money(amount: pl.Expr, due: pl.Expr | None = None) -> pl.Expr:
    """Rounded to the fen; where it is not `due`, none."""
    rounded = amount.round(6)
    return rounded if due is None else pl.when(due).then(rounded)


def firm_size() -> pl.Expr:
    """The class of the firm: the table's 48 rows, each class's 16 in one expression."""
    chain = pl.when(_reaches(0)).then(pl.lit(CLASSES[0], pl.Int8))
    for place in (1, 2):
        chain = chain.when(_reaches(place)).then(pl.lit(CLASSES[place], pl.Int8))
    return chain.otherwise(pl.lit(MICRO, pl.Int8))


def is_large() -> pl.Expr:
    """The first 16 rows alone, as other policies ask."""
    return _reaches(0).fill_null(False)


def _reaches(place: int) -> pl.Expr:
    """Whether one of a class's 16 rows fits; quicker than floors looked up by industry."""
    industries = [(c("size_industry") == industry, classes[place]) for industry, classes in FLOORS.items()]
    return reduce(or_, [reduce(and_, [fits, *_floors_met(floors)]) for fits, floors in industries])


def _floors_met(floors: Floors) -> list[pl.Expr]:
    measured = zip(("employees", "revenue_y0", "assets_y0"), floors)
    return [c(fact) >= floor for fact, floor in measured if floor is not None]
