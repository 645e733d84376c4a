"""When a matter is taken in each year, from the edition; and the same window moved for a demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)  # a matter without a window is open all year round


@dataclass(frozen=True)
class Window:
    opens_on: date = FIRST
    closes_on: date = LAST
    is_demo: bool = False


ALWAYS = Window()


def window_of(content: Mapping[str, Any], today: date) -> Window:
    """`window: {opens: "06-01", closes: "08-31"}` of this year; once it is over, of the next."""
    stated = content.get("window")
    if not stated:
        return ALWAYS
    this_year = _in(stated, today.year)
    return this_year if today <= this_year.closes_on else _in(stated, today.year + 1)


def _in(stated: Mapping[str, str], year: int) -> Window:
    opens, closes = (date.fromisoformat(f"{year}-{stated[end]}") for end in ("opens", "closes"))
    return Window(opens, closes)
