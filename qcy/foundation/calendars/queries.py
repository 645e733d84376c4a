from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qcy.foundation.database.held import Held
from qcy.kernel.calendar import Calendar, load_calendar

from .models import CalendarYear

HELD_SECONDS = 60


def read_calendar() -> Calendar:
    return calendar_with(None)


def calendar_with(document: Mapping[str, Any] | None) -> Calendar:
    """The calendar as it would be with one more year, or a corrected one."""
    newest = {row.year: row.data for row in CalendarYear.objects.order_by("version")}
    if document is not None:
        newest[int(document["year"])] = document
    return load_calendar([newest[year] for year in sorted(newest)])


held_calendar = Held(read_calendar, HELD_SECONDS)


def calendar_in_force() -> Calendar:
    """The newest version of every loaded year. Held per process; `load_calendar_year` forgets it."""
    return held_calendar()
