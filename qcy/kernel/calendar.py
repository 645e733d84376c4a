"""The working calendar: Monday to Friday, corrected year by year by the State Council's holiday notice."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Which days count. A year outside `official_years` falls back to plain Monday to Friday.

    `free_weekdays` are statutory holidays that fall on Monday to Friday, `working_weekends` the
    make-up days (调休). `version` changes whenever any day changes, so that clocks can be recomputed.
    """

    version: str
    free_weekdays: frozenset[date]
    working_weekends: frozenset[date]
    official_years: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        return day in self.working_weekends or not (_is_weekend(day) or day in self.free_weekdays)

    def is_provisional(self, day: date) -> bool:
        """True while the holiday notice of that year is not in the calendar."""
        return day.year not in self.official_years

    def working_days_after(self, day: date) -> Iterator[date]:
        """Working days strictly after `day`, without end."""
        while True:
            day += ONE_DAY
            if self.is_working_day(day):
                yield day

    def next_working_day(self, day: date) -> date:
        """`day` itself if it is a working day, else the first one after it."""
        return day if self.is_working_day(day) else next(self.working_days_after(day))

    def working_days_between(self, after: date, until: date) -> int:
        """Number of working days in (after, until]: the first day is out, the last is in."""
        span = (until - after).days
        return sum(self.is_working_day(after + n * ONE_DAY) for n in range(1, span + 1))


def load_calendar(documents: Iterable[Mapping[str, Any]]) -> Calendar:
    """One calendar from parsed year files (`seeds/calendar/cn-*.yaml`); ValueError names what is wrong.

    A file holds every day of its own year. When the notice of the next year moves a day of late
    December (it has happened: 2011-12-31), that day is added to the file of the old year.
    """
    years: dict[int, _Year] = {}
    for document in documents:
        year = _read_year(document)
        if year.number in years:
            raise ValueError(f"{year.number} 年的日历出现了两次，请只保留一份。")
        years[year.number] = year
    free = frozenset(day for year in years.values() for day in year.free)
    working = frozenset(day for year in years.values() for day in year.working)
    return Calendar(_version(years, free, working), free, working, frozenset(years))


@dataclass(frozen=True)
class _Year:
    number: int
    free: frozenset[date]
    working: frozenset[date]


def _read_year(document: Mapping[str, Any]) -> _Year:
    number = document.get("year")
    if type(number) is not int:
        raise ValueError(f"日历文件缺少年份（year），或年份不是整数：{number!r}。")
    year = _Year(number, _days(document, "free"), _days(document, "working"))
    _check_days(year)
    _check_counts(year, document.get("counts"))
    return year


def _days(document: Mapping[str, Any], key: str) -> frozenset[date]:
    values = document.get(key)
    if type(values) is not list:
        raise ValueError(f"{document['year']} 年的日历缺少日期列表 {key}。")
    days = [_day(value) for value in values]
    if len(set(days)) < len(days):
        raise ValueError(f"{document['year']} 年的日历在 {key} 中重复列出了同一天。")
    return frozenset(days)


def _day(value: object) -> date:
    """YAML gives dates, JSON gives ISO text; a time of day has no place here."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"日历中的 {value!r} 不是日期，请写成 2026-01-01 的形式。") from None


def _check_days(year: _Year) -> None:
    for day in sorted(year.free | year.working):
        if day.year != year.number:
            raise ValueError(f"{day} 不在 {year.number} 年，请放入对应年份的日历。")
    for day in sorted(year.free):
        if _is_weekend(day):
            raise ValueError(f"{day} 是周末，本来就不上班，不必列为放假日（free）。")
    for day in sorted(year.working):
        if not _is_weekend(day):
            raise ValueError(f"{day} 是周一至周五，不能列为调休上班日（working）。")


def _check_counts(year: _Year, stated: object) -> None:
    found = {"free": len(year.free), "working": len(year.working)}
    if stated != found:
        raise ValueError(f"{year.number} 年的日历天数不符：文件写明 {stated}，实际列出 {found}，请逐日核对。")


def _version(years: Iterable[int], free: Iterable[date], working: Iterable[date]) -> str:
    listed = [*(f"y{year}" for year in sorted(years))]
    listed += [*(f"f{day}" for day in sorted(free)), *(f"w{day}" for day in sorted(working))]
    digest = hashlib.sha256(",".join(listed).encode()).hexdigest()
    return f"cn-{max(years, default=0)}-{digest[:8]}"


def _is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY
