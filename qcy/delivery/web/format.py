from __future__ import annotations

from datetime import date, datetime, timedelta

from qcy.kernel.local_time import SHANGHAI


def chinese_day(day: date | None, today: date) -> str:
    """7 月 8 日 in the current year, 2027 年 1 月 6 日 otherwise."""
    if day is None:
        return ""
    year = "" if day.year == today.year else f"{day.year} 年 "
    return f"{year}{day.month} 月 {day.day} 日"


def file_size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size / 1024, 0.1):.1f} KB"


def span_text(first: datetime, last: datetime | None, today: date) -> str:
    """今天 22:00–24:00, or 7 月 10 日 22:00 至 7 月 12 日 8:00. Midnight belongs to the day that ends."""
    begins = first.astimezone(SHANGHAI)
    start = f"{_named_day(begins.date(), today)} {begins:%H:%M}"
    if last is None:
        return f"{start} 起"
    ends = last.astimezone(SHANGHAI)
    midnight = (ends.hour, ends.minute) == (0, 0) and ends.date() > begins.date()
    day = ends.date() - timedelta(days=1) if midnight else ends.date()
    clock = "24:00" if midnight else f"{ends:%H:%M}"
    return f"{start}–{clock}" if day == begins.date() else f"{start} 至 {_named_day(day, today)} {clock}"


def _named_day(day: date, today: date) -> str:
    return "今天" if day == today else chinese_day(day, today)
