from __future__ import annotations

from datetime import date


def chinese_day(day: date | None, today: date) -> str:
    """7 月 8 日 in the current year, 2027 年 1 月 6 日 otherwise."""
    if day is None:
        return ""
    year = "" if day.year == today.year else f"{day.year} 年 "
    return f"{year}{day.month} 月 {day.day} 日"


def file_size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size / 1024, 0.1):.1f} KB"
