from __future__ import annotations

from django.core.cache import cache

from qcy.kernel.calendar import Calendar, load_calendar

from .models import CalendarYear

CACHE_KEY = "qcy.calendar"


def calendar_in_force() -> Calendar:
    """The newest version of every loaded year. Held per process; `load_calendar_year` forgets it."""
    held: Calendar | None = cache.get(CACHE_KEY)
    if held is None:
        held = read_calendar()
        cache.set(CACHE_KEY, held, timeout=60)
    return held


def read_calendar() -> Calendar:
    newest = {row.year: row.data for row in CalendarYear.objects.order_by("version")}
    return load_calendar([newest[year] for year in sorted(newest)])
