"""Durations of FEEL: days (a timedelta of whole days) and months; the two never mix (DMN 1.5, 10.3.2.3.7)."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_SHAPE = re.compile(r"(-?)P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,7})D)?")


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years-and-months duration, counted in months."""

    count: int


def read_duration(text: str) -> Months | timedelta | None:
    """`P3Y`, `P18M`, `P30D`; None when the text is none of these. Hours are not used by any policy."""
    match = _SHAPE.fullmatch(text)
    if not match or not any(match.groups()[1:]):
        return None
    sign, years, months, days = match.groups()
    if days and (years or months):
        return None
    factor = -1 if sign else 1
    return (
        timedelta(factor * int(days)) if days else Months(factor * (12 * int(years or 0) + int(months or 0)))
    )


def plus_months(day: date, months: Months) -> date | None:
    """The same day that many months later, the last of the month where it does not exist; None out of range."""
    year, month = divmod(day.year * 12 + day.month - 1 + months.count, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
