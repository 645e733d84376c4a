"""The deadline engine: limits, pauses, the day due, and the row of cells a clerk sees."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from typing import Any, Literal, TypeAlias

from qcy.kernel.calendar import ONE_DAY, Calendar

LONGEST_COUNT = 3650  # a larger number is a slip of the keyboard, not a limit


@dataclass(frozen=True)
class _Counted:
    count: int

    def __post_init__(self) -> None:
        if type(self.count) is not int or not 0 < self.count <= LONGEST_COUNT:
            raise ValueError(f"办理时限须为 1 至 {LONGEST_COUNT} 的整数，当前为 {self.count!r}。")


class WorkingDays(_Counted):
    """工作日: statutory holidays out, make-up days in."""


class NaturalDays(_Counted):
    """自然日."""


class Months(_Counted):
    """Calendar months: to the same day number, else the last day of the month."""


class OpeningHours(_Counted):
    """Hours counted only while the hall is open."""


Limit: TypeAlias = WorkingDays | NaturalDays | Months | OpeningHours

_UNITS: dict[str, tuple[type[WorkingDays | NaturalDays | Months | OpeningHours], str]] = {
    "working_day": (WorkingDays, "个工作日"),
    "natural_day": (NaturalDays, "日"),
    "month": (Months, "个月"),
    "hour": (OpeningHours, "小时"),
}
_TEXTS = {kind: text for kind, text in _UNITS.values()}


def limit_from(spec: Mapping[str, Any]) -> Limit:
    """Reads {"unit": "working_day", "value": 5}; ValueError with a sentence for the person editing it."""
    unit = spec.get("unit")
    if not isinstance(unit, str) or unit not in _UNITS:
        raise ValueError(f"办理时限的单位“{unit}”无法识别，请从 {'、'.join(_UNITS)} 中选择。")
    kind, _ = _UNITS[unit]
    return kind(spec.get("value"))  # type: ignore[arg-type]  # _Counted refuses what is no integer


def limit_text(limit: Limit) -> str:
    """5 个工作日, 30 日, 2 个月, 4 小时."""
    return f"{limit.count} {_TEXTS[type(limit)]}"


@dataclass(frozen=True)
class Pause:
    """Days `start` to `end`, both included, do not count. `end` None: the pause is still running."""

    start: date
    end: date | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"暂停的结束日 {self.end} 早于开始日 {self.start}。")


@dataclass(frozen=True)
class Due:
    """The last day on which the case is on time (to the end of that day, Asia/Shanghai)."""

    day: date
    provisional: bool


def due_on(
    accepted: date,
    limit: Limit,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    today: date | None = None,
) -> Due:
    """Last day on which the case is on time: always a working day, never inside a pause.

    Days count strictly after acceptance, skipping the union of `pauses` (overlaps count once). An
    open pause lasts to `today`, which is then required (ValueError). A natural-day or month limit
    that ends on a free or paused day moves to the next working day. Past the last official year the
    result is provisional. Source: 行政许可法 art. 42, 45; counting: field guide 2.5. Hours: `due_at`.
    """
    is_paused = _paused(pauses, today)
    if isinstance(limit, WorkingDays):
        day = _nth(limit.count, _running(calendar.working_days_after(accepted), is_paused))
    else:
        end = _nth(_natural_length(accepted, limit), _running(_natural_days_after(accepted), is_paused))
        day = _nth(1, _running(calendar.working_days_after(end - ONE_DAY), is_paused))
    return Due(day, provisional=calendar.is_provisional(day))


def due_at(start: datetime, hours: OpeningHours, calendar: Calendar, opens: time, closes: time) -> datetime:
    """The moment at which `hours` of opening time have passed since `start` (local time of the hall).

    Hours ending exactly at closing time are due then, not at the next opening.
    """
    if opens >= closes:
        raise ValueError(f"开门时间 {opens:%H:%M} 须早于关门时间 {closes:%H:%M}。")
    left = timedelta(hours=hours.count)
    for opening, closing in _openings(start, calendar, opens, closes):
        if opening + left <= closing:
            return opening + left
        left -= closing - opening
    raise AssertionError("opening times have no end")


class Cell(StrEnum):
    """One working day of the clock as shown: used, paused, due today, overdue, or still left."""

    USED = "u"
    PAUSED = "p"
    TODAY = "t"
    OVERDUE = "x"
    LEFT = ""


State: TypeAlias = Literal["running", "due_today", "overdue", "paused", "done"]


@dataclass(frozen=True)
class Progress:
    """A working-day clock as shown to people; all numbers are working days.

    used + left == limit_days, and used + paused + left + overdue == len(cells).
    """

    limit_days: int
    used: int
    paused: int
    left: int
    overdue: int
    due: Due
    cells: tuple[Cell, ...]
    state: State


def progress(
    accepted: date,
    limit: WorkingDays,
    calendar: Calendar,
    today: date,
    pauses: Sequence[Pause] = (),
    finished: date | None = None,
) -> Progress:
    """The clock at the end of `today`, or at `finished` if the case ended: one cell per working day.

    Today counts as used. A day paused after the due day stays a paused cell and adds no lateness,
    but the case remains overdue: a pause cannot take back a limit that has already passed.
    """
    stop = finished or today
    is_paused = _paused(pauses, stop)
    due = due_on(accepted, limit, calendar, pauses, stop)
    days = takewhile(lambda day: day <= max(due.day, stop), calendar.working_days_after(accepted))
    cells = [_cell(day, due.day, stop, is_paused) for day in days]
    state = "done" if finished else _state(today, due.day, is_paused)
    if state == "due_today":
        cells[-1] = Cell.TODAY
    left = cells.count(Cell.LEFT)
    return Progress(
        limit_days=limit.count,
        used=limit.count - left,
        paused=cells.count(Cell.PAUSED),
        left=left,
        overdue=cells.count(Cell.OVERDUE),
        due=due,
        cells=tuple(cells),
        state=state,
    )


_IsPaused: TypeAlias = Callable[[date], bool]


def _paused(pauses: Sequence[Pause], today: date | None) -> _IsPaused:
    """The union of the pauses as a question about one day: order and overlap cannot matter."""
    spans = [(pause.start, _last_paused_day(pause, today)) for pause in pauses]
    return lambda day: any(start <= day <= end for start, end in spans)


def _last_paused_day(pause: Pause, today: date | None) -> date:
    end = pause.end or today
    if end is None:
        raise ValueError(f"自 {pause.start} 起的暂停尚未结束，计算到期日须给出当天日期。")
    return end


def _running(days: Iterator[date], is_paused: _IsPaused) -> Iterator[date]:
    return (day for day in days if not is_paused(day))


def _nth(count: int, days: Iterator[date]) -> date:
    return next(islice(days, count - 1, None))


def _natural_days_after(day: date) -> Iterator[date]:
    while True:
        day += ONE_DAY
        yield day


def _natural_length(accepted: date, limit: Limit) -> int:
    """Days the limit lasts when nothing pauses it; TypeError for hours, which need opening times."""
    if isinstance(limit, NaturalDays):
        return limit.count
    if isinstance(limit, Months):
        return (_months_later(accepted, limit.count) - accepted).days
    raise TypeError(f"due_on counts days; {limit!r} needs due_at")


def _months_later(day: date, months: int) -> date:
    year, months_before = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = months_before + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _openings(
    start: datetime, calendar: Calendar, opens: time, closes: time
) -> Iterator[tuple[datetime, datetime]]:
    """What is left of opening time on each working day from `start` on."""
    for day in calendar.working_days_after(start.date() - ONE_DAY):
        opening = max(start, datetime.combine(day, opens, start.tzinfo))
        closing = datetime.combine(day, closes, start.tzinfo)
        if opening < closing:
            yield opening, closing


def _cell(day: date, due: date, stop: date, is_paused: _IsPaused) -> Cell:
    if is_paused(day):
        return Cell.PAUSED
    if day > due:
        return Cell.OVERDUE
    return Cell.USED if day <= stop else Cell.LEFT


def _state(today: date, due: date, is_paused: _IsPaused) -> State:
    if today > due:
        return "overdue"
    if today == due:
        return "due_today"
    return "paused" if is_paused(today) else "running"
