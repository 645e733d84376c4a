"""Reads a holiday notice as somebody types it from the State Council's paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from qcy.kernel.calendar import ONE_DAY
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import half_width

SATURDAY = 5
DAY = re.compile(r"(?:(\d{4})[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?")
UNTIL = re.compile(r"\s*(?:至|到|~|—|–|--)\s*")


def read_notice(*, year: str, document: str, free: str, working: str) -> dict[str, Any]:
    """One day or range a line (10月1日至7日, 2027-02-05 至 2027-02-11); weekends inside a holiday are dropped."""
    number = _year(year)
    days_off = sorted({d for d in _days(free, number) if d.weekday() < SATURDAY})
    days_on = sorted(set(_days(working, number)))
    return {
        "year": number,
        "document": document.strip()[:60] or "待核",
        "source": "管理人员录入",
        "free": [d.isoformat() for d in days_off],
        "working": [d.isoformat() for d in days_on],
        "counts": {"free": len(days_off), "working": len(days_on)},
    }


def _year(text: str) -> int:
    digits = half_width(text).strip()
    if not re.fullmatch(r"20\d{2}", digits):
        raise Refused(Refusal("year", why="年份应为四位数字。", fix="例如 2027。"))
    return int(digits)


def _days(text: str, year: int) -> Iterator[date]:
    for line in half_width(text).splitlines():
        if line.strip():
            yield from _range(line.strip(), year)


def _range(line: str, year: int) -> Iterator[date]:
    parts = UNTIL.split(line)
    if len(parts) > 2:
        raise _unreadable(line)
    first = _day(parts[0], year, line)
    last = _day(parts[-1] if DAY.fullmatch(parts[-1]) else f"{first.month}月{parts[-1]}", year, line)
    if last < first or {first.year, last.year} != {year}:
        raise _unreadable(line)
    while first <= last:
        yield first
        first += ONE_DAY


def _day(text: str, year: int, line: str) -> date:
    found = DAY.fullmatch(text.strip())
    try:
        if found:
            return date(int(found[1] or year), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise _unreadable(line)


def _unreadable(line: str) -> Refused:
    why = f"这一行看不懂：“{line[:40]}”。"
    return Refused(Refusal("notice_line", why=why, fix="请一行写一天或一段，例如 10月1日至7日。"))
