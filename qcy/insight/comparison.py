"""What a number may be compared with, and when a multiple would say more than the two periods allow. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .enums import Comparison

WHAT_IT_SAYS = {
    Comparison.SAME_PERIOD: "两个期间一样长",
    Comparison.PRIOR_FULL_YEAR: "本年只有一部分月份，上年是全年，不是同比",
    Comparison.NAMED_BASE: "基数由发布方指定",
    Comparison.TARGET: "对比的是目标，不是上年",
    Comparison.TIME_PROGRESS: "对比的是时序进度，不是上年",
}


@dataclass(frozen=True)
class Period:
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def multiple(value: Decimal, period: Period, base: Decimal, base_period: Period) -> Decimal | None:
    """How many times the base, or None where the number would mislead.

    A base of zero has no multiple. A base of a shorter period makes any value look like growth. One leap
    day more or less is not a different period. Source: field guide 5, engine rules.
    """
    if base <= 0 or base_period.days < period.days - 1:
        return None
    return (value / base).quantize(Decimal("0.1"))


def comparison_sentence(comparison: Comparison, printed: str) -> str:
    """As printed, with the kind of comparison: 1.6 倍 of a full year and 1.6 倍 of the same months differ."""
    if comparison == Comparison.NONE:
        return printed
    said = f"{printed}。" if printed else ""
    return f"{said}对比口径：{comparison.label}（{WHAT_IT_SAYS[comparison]}）"
