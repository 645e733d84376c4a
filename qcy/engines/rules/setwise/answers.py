"""What came out for a table of firms, by column; and one firm of it in the interpreter's own shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from ..decide import FAILS, MANUAL, QUALIFIES, UNKNOWN, Answer
from ..facts import Dictionary
from ..outcomes.terms import plain
from ..packs.model import Pack, Version
from .columns import Array
from .points import UNIT

VERDICTS = (FAILS, QUALIFIES, UNKNOWN, MANUAL)
"""What the codes in `Answers.verdict` mean."""


@dataclass
class Answers:
    """Answers for every firm of a table."""

    pack: Pack
    version: Version | None
    count: int
    verdict: Array
    facts: tuple[str, ...] = ()
    deciding: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    """The missing facts that can change the verdict: bit n stands for `facts[n]`."""

    alone: int = 0
    """Firms that were put to the interpreter."""

    points: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    amounts: dict[str, Array] = field(default_factory=dict)
    categories: dict[str, Array] = field(default_factory=dict)
    flags: dict[str, Array] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {name: int((self.verdict == code).sum()) for code, name in enumerate(VERDICTS)}

    def total(self, amount: str) -> Fraction:
        """Sum of an amount over the firms that get it, in 万元."""
        if amount not in self.amounts:
            return Fraction(0)
        values = self.amounts[amount]
        whole = values[~np.isnan(values)].astype(np.int64)
        high, low = np.divmod(whole, 2**31)  # two sums that cannot overflow, put together exactly
        return Fraction(int(high.sum()) * 2**31 + int(low.sum()), UNIT)


def column(columns: dict[str, Array], name: str, count: int, dtype: Any, empty: Any = 0) -> Array:
    if name not in columns:
        columns[name] = np.full(count, empty, dtype)
    return columns[name]


def span_columns(answers: Answers, name: str) -> tuple[Array, Array]:
    if name not in answers.points:
        answers.points[name] = (np.zeros(answers.count), np.zeros(answers.count))
    return answers.points[name]


def rows_of(answers: Answers, dictionary: Dictionary) -> Iterator[Answer]:
    """Every firm's answer in the interpreter's own shape (for comparing, and for showing one firm)."""
    for row in range(answers.count):
        bits = int(answers.deciding[row]) if answers.facts else 0
        yield _row(answers, dictionary, row, [f for n, f in enumerate(answers.facts) if bits >> n & 1])


def _row(answers: Answers, dictionary: Dictionary, row: int, deciding: list[str]) -> Answer:
    verdict = VERDICTS[answers.verdict[row]]
    order = answers.version.category.order if answers.version and answers.version.category else ()
    return Answer(
        answers.pack,
        answers.version,
        verdict,
        date.min,
        "new",
        tuple(fact for fact in deciding if not dictionary[fact].judgement),
        tuple(fact for fact in deciding if dictionary[fact].judgement),
        {name: _span(low[row], high[row]) for name, (low, high) in answers.points.items()},
        {name: _exact(values[row]) for name, values in answers.amounts.items() if values[row] == values[row]},
        tuple(name for name in order if answers.categories[name][row]),
        tuple(flag.id for flag in answers.version.flags if answers.flags[flag.id][row])
        if answers.version
        else (),
    )


def _exact(value: float) -> Any:
    return plain(Fraction(int(value), UNIT))


def _span(low: float, high: float) -> Any:
    return _exact(low) if low == high else (_exact(low), _exact(high))
