"""Small words of the OpenFisca peer: how a formula becomes a Variable, a quotient, points, money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openfisca_core.entities import Entity
from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable

Array = NDArray[Any]

Facts = Callable[[str], Array]
"""The values of a fact, or of another formula, for all firms."""

FIRM = Entity("firm", "firms", "A firm", "")

FORMULAS: dict[str, type[Variable]] = {}
"""Every formula by its name; a formula's values are kept, so what several policies ask is calculated once."""

NO_POINTS = np.int16(0)


def formula(kind: type) -> Callable[[Callable[[Facts], Array]], Callable[[Facts], Array]]:
    """Makes a function of the facts an OpenFisca Variable under the function's name."""

    def made(function: Callable[[Facts], Array]) -> Callable[[Facts], Array]:
        FORMULAS[function.__name__] = fact(
            function.__name__,
            kind,
            formula=lambda firm, period: function(lambda name: firm(name, period)),
        )
        return function

    return made


def fact(name: str, kind: type, **more: Any) -> type[Variable]:
    about = {"value_type": kind, "entity": FIRM, "definition_period": DateUnit.YEAR, "label": name}
    return type(name, (Variable,), about | more)


def share(part: Array, whole: Array) -> Array:
    """The quotient; where there is nothing to divide by no number at all, which meets no condition."""
    nothing = np.full(len(part), np.nan, np.float32)
    return np.divide(part, whole, out=nothing, where=whole != 0, casting="same_kind")


def at_least(measure: Array, bands: dict[float, int]) -> Array:
    """Points of the first band (highest first) whose lower end the measure reaches."""
    return points([measure >= end for end in bands], list(bands.values()))


def at_most(measure: Array, bands: dict[float, int]) -> Array:
    """The same for bands that are better the lower they are."""
    return points([measure <= end for end in bands], list(bands.values()))


def points(met: list[Array], given: list[int]) -> Array:
    return np.select(met, [np.int16(number) for number in given], NO_POINTS)


def best(*several: Array) -> Array:
    return least_or_most(np.maximum, several)


def least(*several: Any) -> Array:
    return least_or_most(np.minimum, several)


def least_or_most(choose: np.ufunc, several: tuple[Any, ...]) -> Array:
    chosen = several[0]
    for other in several[1:]:
        chosen = choose(chosen, other)
    return chosen


def among(ranks: Array, last: int) -> Array:
    """A rank from 1 to `last`; 0 means none."""
    return (ranks >= 1) & (ranks <= last)


def money(amount: Array, due: Array | None = None) -> Array:
    """Rounded to the fen; where it is not `due`, none."""
    rounded = np.round(amount, 6)
    return rounded if due is None else np.where(due, rounded, np.float32(0))
