from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qcy.kernel.clock import Limit, Months, NaturalDays, OpeningHours, WorkingDays
from qcy.kernel.local_time import SHANGHAI

COUNTED = {
    WorkingDays: "{n} 个工作日",
    NaturalDays: "{n} 日",
    Months: "{n} 个月",
    OpeningHours: "{n} 小时",
}


def with_count(text: str, n: int, **more: str) -> str:
    """A text around a number, in the language of the page: English tells one from many, Chinese does not."""
    return ngettext(text, text, n).format(n=n, **more)


def chinese_day(day: date | None, today: date) -> str:
    """7 月 8 日 in the current year, 2027 年 1 月 6 日 otherwise."""
    if day is None:
        return ""
    return dateformat.format(day, _("n 月 j 日") if day.year == today.year else _("Y 年 n 月 j 日"))


def file_size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size / 1024, 0.1):.1f} KB"


def span_text(first: datetime, last: datetime | None, today: date) -> str:
    """今天 22:00–24:00, or 7 月 10 日 22:00 至 7 月 12 日 8:00. Midnight belongs to the day that ends."""
    begins = first.astimezone(SHANGHAI)
    start = f"{_named_day(begins.date(), today)} {begins:%H:%M}"
    if last is None:
        return _("{start} 起").format(start=start)
    ends = last.astimezone(SHANGHAI)
    midnight = (ends.hour, ends.minute) == (0, 0) and ends.date() > begins.date()
    day = ends.date() - timedelta(days=1) if midnight else ends.date()
    time = "24:00" if midnight else f"{ends:%H:%M}"
    if day == begins.date():
        return f"{start}–{time}"
    return _("{start} 至 {end}").format(start=start, end=f"{_named_day(day, today)} {time}")


def _named_day(day: date, today: date) -> str:
    return _("今天") if day == today else chinese_day(day, today)


def limit_text(limit: Limit) -> str:
    """5 个工作日, in the language of the page."""
    return with_count(COUNTED[type(limit)], limit.count)
