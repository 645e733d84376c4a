"""Firms made up to be hard: on a threshold, one step off, zero, missing. For comparing the two evaluators (R1)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from .facts import FIRST_DAY, Dictionary, FactKind
from .feel import tree as t
from .packs.model import Version
from .packs.names import names_of, trees_of
from .setwise.columns import grid

ORDINARY = (0, 1, 2, 3, 5, 10, 50, 99, 100, 500, 1000, 2000, 20000, 123456)
"""Values a number takes when no threshold is aimed at."""


LARGEST = Fraction(10**7)
"""万元: a hundred billion yuan."""


class Sampler:
    """Draws firms for one version. Half of the numbers aim at one of the version's own thresholds."""

    def __init__(self, version: Version, dictionary: Dictionary, on: date, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (a test's dice, not a secret)
        self.kinds = [dictionary[name] for name in sorted(names_of(version)) if name in dictionary]
        self.on = on
        literals = [n.value for tree in trees_of(version) for n in tree.walk() if isinstance(n, t.Literal)]
        self.thresholds = sorted(
            {Fraction(v) for v in literals if isinstance(v, (int, Fraction)) and not isinstance(v, bool)}
        )
        self.texts = sorted({v for v in literals if isinstance(v, str)})
        self.days = sorted({v for v in literals if isinstance(v, date)})

    def firms(self, count: int) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            yield self._firm()

    def _firm(self) -> dict[str, Any]:
        """Some firms know nearly everything, some nearly nothing; some have ratios that sit on a threshold."""
        missing = self.chance.choice((0.0, 0.03, 0.1, 0.3, 0.7))
        facts = {k.name: self._value(k) for k in self.kinds if self.chance.random() >= missing}
        if self.chance.random() < 0.5:
            self._aim(facts)
        return facts

    def _aim(self, facts: dict[str, Any]) -> None:
        """Makes one number a threshold times another, or one step beside it."""
        numbers = [k for k in self.kinds if k.name in facts and k.type in {"int", "decimal"}]
        for _ in range(min(4, len(numbers) // 2)):
            over, under = self.chance.sample(numbers, 2)
            ratio = self.chance.choice(self.thresholds or [Fraction(1)])
            facts[over.name] = self._near(over, Fraction(facts[under.name]) * ratio)

    def _value(self, kind: FactKind) -> Any:
        if kind.type == "bool":
            return self.chance.random() < (0.15 if self.chance.random() < 0.5 else 0.85)
        if kind.type == "enum":
            return self.chance.choice(kind.values)
        if kind.type == "text":
            return self.chance.choice([*self.texts, "别处"])
        return self._day() if kind.type == "date" else self._near(kind, self._target())

    def _target(self) -> Fraction:
        if self.thresholds and self.chance.random() < 0.5:
            return self.chance.choice(self.thresholds)
        return Fraction(self.chance.choice(ORDINARY))

    def _near(self, kind: FactKind, target: Fraction) -> Any:
        """The target, or one step below or above it, inside the fact's bounds."""
        steps = int(min(target, LARGEST) * grid(kind)) + self.chance.choice((0, 0, 0, -1, 1))
        value = Fraction(steps, grid(kind)) * (self.chance.choice((1, 1, 1, -1)) if kind.low is None else 1)
        value = max(value, Fraction(kind.low)) if kind.low is not None else value
        value = min(value, Fraction(kind.high)) if kind.high is not None else value
        return value.numerator if value.denominator == 1 else value

    def _day(self) -> date:
        """A day near the application, a year end, or a date the rule names."""
        near = [self.on, self.on.replace(year=self.on.year - 1), date(self.on.year - 2, 12, 31), *self.days]
        return max(
            FIRST_DAY, self.chance.choice(near) + timedelta(self.chance.choice((-1, 0, 1, -365, -400, 30)))
        )
