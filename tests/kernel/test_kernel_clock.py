"""The deadline engine (C7): when a case is due, and what the clock shows."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcy.kernel.calendar import Calendar, load_calendar
from qcy.kernel.clock import (
    Cell,
    Due,
    Months,
    NaturalDays,
    OpeningHours,
    Pause,
    WorkingDays,
    due_at,
    due_on,
    limit_from,
    limit_text,
    progress,
)

ONE_DAY = timedelta(days=1)
JULY_8 = date(2026, 7, 8)  # a Wednesday, no holiday near


def july(day: int) -> date:
    return date(2026, 7, day)


def cells(text: str) -> tuple[Cell, ...]:
    """ "uup--" as cells; a dash is a day that is left."""
    return tuple(Cell("" if letter == "-" else letter) for letter in text)


# --- strategies -------------------------------------------------------------------------------------

MANY = load_calendar(
    [
        {
            "year": 2025,
            "free": [date(2025, 10, day) for day in (1, 2, 3, 6, 7, 8)],
            "working": [date(2025, 9, 28), date(2025, 10, 11)],
            "counts": {"free": 6, "working": 2},
        }
    ]
)
FIRST = date(2025, 8, 1)
days = st.integers(0, 150).map(lambda n: FIRST + n * ONE_DAY)
limits = st.one_of(
    st.integers(1, 40).map(WorkingDays),
    st.integers(1, 90).map(NaturalDays),
    st.integers(1, 14).map(Months),
)
working_limits = st.integers(1, 40).map(WorkingDays)


@st.composite
def closed_pauses(draw):
    start = draw(days)
    return Pause(start, start + draw(st.integers(0, 30)) * ONE_DAY)


overlapping_pauses = st.lists(closed_pauses(), max_size=5)


def merged(pauses: list[Pause]) -> list[Pause]:
    """The union as disjoint pauses, worked out the slow way: day by day."""
    paused = sorted({p.start + n * ONE_DAY for p in pauses for n in range((p.end - p.start).days + 1)})
    return [Pause(day, day) for day in paused]


def unpaused_working_days(after: date, until: date, pauses: list[Pause]) -> int:
    span = [after + n * ONE_DAY for n in range(1, (until - after).days + 1)]
    return sum(MANY.is_working_day(day) and not any(p.start <= day <= p.end for p in pauses) for day in span)


# --- limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "value", "limit", "text"),
    [
        ("working_day", 5, WorkingDays(5), "5 个工作日"),
        ("natural_day", 30, NaturalDays(30), "30 日"),
        ("month", 2, Months(2), "2 个月"),
        ("hour", 4, OpeningHours(4), "4 小时"),
    ],
)
def test_a_limit_is_read_from_its_definition_and_shown_in_words(unit, value, limit, text):
    assert limit_from({"unit": unit, "value": value}) == limit
    assert limit_text(limit) == text


@pytest.mark.parametrize("value", [0, -1, 2.5, "5", True, None, 10**9])
def test_a_limit_that_is_no_sensible_count_is_refused(value):
    with pytest.raises(ValueError, match="办理时限须为"):
        limit_from({"unit": "working_day", "value": value})


@pytest.mark.parametrize("unit", ["week", None, ["month"]])
def test_an_unknown_unit_is_refused(unit):
    with pytest.raises(ValueError, match="无法识别，请从 working_day、natural_day"):
        limit_from({"unit": unit, "value": 5})


def test_five_working_days_are_not_five_natural_days():
    assert WorkingDays(5) != NaturalDays(5)


def test_a_pause_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="早于开始日"):
        Pause(july(9), july(8))


# --- due: known cases -------------------------------------------------------------------------------


def test_C7_accepted_before_national_day_is_due_after_it(calendar):
    assert due_on(date(2025, 9, 30), WorkingDays(5), calendar) == Due(date(2025, 10, 14), False)


def test_C7_past_the_last_official_year_the_date_is_provisional(calendar):
    assert due_on(date(2026, 12, 30), WorkingDays(5), calendar) == Due(date(2027, 1, 6), True)


def test_C7_a_weekend_acceptance_starts_with_the_next_working_day(calendar):
    assert due_on(july(11), WorkingDays(1), calendar).day == july(13)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([Pause(july(9), july(10))], july(17)),
        ([Pause(july(9), july(12))], july(17)),  # the weekend in it changes nothing
        ([Pause(july(11), july(12))], july(15)),  # nothing but a weekend
        ([Pause(july(1), july(8))], july(15)),  # over before the clock started
        ([Pause(july(15), july(15))], july(16)),  # on the last day
        ([Pause(july(16), july(31))], july(15)),  # after the last day
    ],
)
def test_C7_only_working_days_inside_the_running_clock_are_given_back(calendar, pauses, due):
    assert due_on(JULY_8, WorkingDays(5), calendar, pauses).day == due


def test_C7_an_open_pause_lasts_to_today(calendar):
    open_pause = [Pause(july(9), None)]
    assert due_on(JULY_8, WorkingDays(5), calendar, open_pause, today=july(10)).day == july(17)
    assert due_on(JULY_8, WorkingDays(5), calendar, open_pause, today=july(13)).day == july(20)
    assert due_on(JULY_8, WorkingDays(5), calendar, [Pause(july(14), None)], today=july(9)).day == july(15)


def test_C7_an_open_pause_without_today_is_a_bug(calendar):
    with pytest.raises(ValueError, match="尚未结束"):
        due_on(JULY_8, WorkingDays(5), calendar, [Pause(july(9), None)])


def test_C7_natural_days_move_off_a_holiday(calendar):
    assert due_on(JULY_8, NaturalDays(2), calendar).day == july(10)
    assert due_on(JULY_8, NaturalDays(3), calendar).day == july(13)
    assert due_on(date(2025, 9, 21), NaturalDays(10), calendar).day == date(2025, 10, 9)


def test_C7_natural_days_are_extended_by_natural_days(calendar):
    pauses = [Pause(july(10), july(13)), Pause(july(12), july(14))]  # 5 days in union
    assert due_on(JULY_8, NaturalDays(7), calendar, pauses).day == july(20)


def test_C7_a_natural_limit_never_falls_into_a_pause(calendar):
    # July 11 is a Saturday; the move to Monday would land in a pause that began on Sunday.
    assert due_on(JULY_8, NaturalDays(3), calendar, [Pause(july(12), july(14))]).day == july(15)


@pytest.mark.parametrize(
    ("accepted", "months", "due"),
    [
        (date(2026, 6, 8), 1, date(2026, 7, 8)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),  # no 31st; a Saturday made up for
        (date(2024, 1, 31), 1, date(2024, 2, 29)),  # a leap year
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2024, 12, 31), 12, date(2025, 12, 31)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2025, 9, 1), 1, date(2025, 10, 9)),  # October 1 is a holiday
    ],
)
def test_C7_months_end_on_the_same_day_or_the_last_of_the_month(calendar, accepted, months, due):
    assert due_on(accepted, Months(months), calendar).day == due


def test_C7_months_are_extended_by_natural_days(calendar):
    assert due_on(date(2026, 6, 8), Months(1), calendar, [Pause(july(1), july(5))]).day == july(13)


def test_hours_need_opening_times(calendar):
    with pytest.raises(TypeError, match="due_at"):
        due_on(JULY_8, OpeningHours(4), calendar)


# --- due: properties --------------------------------------------------------------------------------


@given(accepted=days, limit=limits, pauses=overlapping_pauses)
def test_C7_due_is_a_working_day_after_acceptance_outside_every_pause(accepted, limit, pauses):
    due = due_on(accepted, limit, MANY, pauses)
    assert MANY.is_working_day(due.day)
    assert due.day > accepted
    assert not any(pause.start <= due.day <= pause.end for pause in pauses)
    assert due.provisional == (due.day.year != 2025)


@given(accepted=days, limit=limits, pauses=overlapping_pauses, another=closed_pauses())
def test_C7_suspending_never_shortens(accepted, limit, pauses, another):
    before = due_on(accepted, limit, MANY, pauses).day
    assert due_on(accepted, limit, MANY, [*pauses, another]).day >= before


@given(accepted=days, limit=limits, pauses=overlapping_pauses, data=st.data())
def test_C7_order_duplicates_and_overlap_of_pauses_do_not_matter(accepted, limit, pauses, data):
    shuffled = data.draw(st.permutations(pauses))
    repeated = pauses + data.draw(st.lists(st.sampled_from(pauses))) if pauses else []
    due = due_on(accepted, limit, MANY, pauses)
    assert due == due_on(accepted, limit, MANY, shuffled)
    assert due == due_on(accepted, limit, MANY, repeated)
    assert due == due_on(accepted, limit, MANY, merged(pauses))


@given(accepted=days, limit=working_limits, pauses=overlapping_pauses)
def test_C7_exactly_the_limit_of_unpaused_working_days_lies_in_the_clock(accepted, limit, pauses):
    due = due_on(accepted, limit, MANY, pauses).day
    assert unpaused_working_days(accepted, due, pauses) == limit.count
    assert unpaused_working_days(accepted, due - ONE_DAY, pauses) == limit.count - 1


@given(accepted=days, limit=limits, longer=st.integers(1, 20))
def test_C7_a_longer_limit_is_never_due_earlier(accepted, limit, longer):
    extended = type(limit)(limit.count + longer)
    assert due_on(accepted, extended, MANY).day >= due_on(accepted, limit, MANY).day


@given(accepted=days, limit=limits, start=days, today=days, later=st.integers(0, 20))
def test_C7_an_open_pause_equals_one_closed_today_and_only_grows(accepted, limit, start, today, later):
    open_due = due_on(accepted, limit, MANY, [Pause(start, None)], today)
    closed = [Pause(start, today)] if start <= today else []
    assert open_due == due_on(accepted, limit, MANY, closed)
    tomorrow = due_on(accepted, limit, MANY, [Pause(start, None)], today + later * ONE_DAY)
    assert tomorrow.day >= open_due.day


@given(accepted=days, months=st.integers(1, 30))
def test_C7_months_stay_inside_the_month_they_end_in(accepted, months):
    always_open = Calendar(
        "open", frozenset(), frozenset(FIRST + n * ONE_DAY for n in range(2000)), frozenset()
    )
    due = due_on(accepted, Months(months), always_open).day
    assert (due.year - accepted.year) * 12 + due.month - accepted.month == months
    assert due.day == accepted.day or (due + ONE_DAY).day == 1


# --- hours ------------------------------------------------------------------------------------------

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE, FIVE = time(9), time(17)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (at(8, 9, 30), 4, at(8, 13, 30)),
        (at(8, 15), 4, at(9, 11)),  # two hours today, two tomorrow
        (at(8, 13), 4, at(8, 17)),  # exactly at closing time: still today
        (at(8, 7), 1, at(8, 10)),  # before opening
        (at(8, 17), 1, at(9, 10)),  # at closing time: tomorrow
        (at(8, 22), 1, at(9, 10)),
        (at(10, 16), 4, at(13, 12)),  # over the weekend
        (at(11, 10), 8, at(13, 17)),  # received on a Saturday
        (at(8, 9), 20, at(10, 13)),
    ],
)
def test_hours_count_only_while_the_hall_is_open(calendar, start, hours, due):
    assert due_at(start, OpeningHours(hours), calendar, NINE, FIVE) == due


def test_a_hall_that_closes_before_it_opens_is_refused(calendar):
    with pytest.raises(ValueError, match="须早于关门时间"):
        due_at(at(8, 9), OpeningHours(1), calendar, FIVE, NINE)


# --- progress ---------------------------------------------------------------------------------------


def clock(calendar, today, pauses=(), finished=None):
    """Accepted on Wednesday July 8 with five working days: due on Wednesday July 15."""
    return progress(JULY_8, WorkingDays(5), calendar, today, pauses, finished)


@pytest.mark.parametrize(
    ("today", "shown", "state", "used", "overdue"),
    [
        (july(8), "-----", "running", 0, 0),
        (july(9), "u----", "running", 1, 0),
        (july(12), "uu---", "running", 2, 0),  # a Sunday
        (july(14), "uuuu-", "running", 4, 0),
        (july(15), "uuuut", "due_today", 5, 0),
        (july(16), "uuuuux", "overdue", 5, 1),
        (july(20), "uuuuuxxx", "overdue", 5, 3),
    ],
)
def test_the_clock_shows_one_cell_per_working_day(calendar, today, shown, state, used, overdue):
    shows = clock(calendar, today)
    assert shows.cells == cells(shown)
    assert (shows.state, shows.used, shows.left, shows.overdue) == (state, used, 5 - used, overdue)
    assert shows.due == Due(july(15), False)


def test_a_running_pause_holds_the_clock_in_its_place(calendar):
    shows = clock(calendar, july(13), [Pause(july(10), None)])
    assert shows.cells == cells("upp----")
    assert (shows.state, shows.used, shows.paused, shows.left) == ("paused", 1, 2, 4)
    assert shows.due.day == july(17)


def test_after_the_pause_the_clock_runs_on(calendar):
    shows = clock(calendar, july(14), [Pause(july(10), july(13))])
    assert shows.cells == cells("uppu---")
    assert shows.state == "running"


def test_a_pause_after_the_due_day_adds_no_lateness_and_takes_none_back(calendar):
    shows = clock(calendar, july(17), [Pause(july(17), None)])
    assert shows.cells == cells("uuuuuxp")
    assert (shows.state, shows.overdue) == ("overdue", 1)


def test_a_finished_case_stops_its_clock(calendar):
    shows = clock(calendar, july(31), finished=july(13))
    assert shows.cells == cells("uuu--")
    assert (shows.state, shows.used, shows.left, shows.overdue) == ("done", 3, 2, 0)


def test_a_case_finished_on_its_last_day_was_on_time(calendar):
    shows = clock(calendar, july(15), finished=july(15))
    assert (shows.cells, shows.state, shows.overdue) == (cells("uuuuu"), "done", 0)


def test_a_case_finished_late_keeps_its_lateness(calendar):
    shows = clock(calendar, july(31), finished=july(17))
    assert (shows.cells, shows.state, shows.overdue) == (cells("uuuuuxx"), "done", 2)


@given(
    accepted=days,
    limit=working_limits,
    today=days,
    pauses=overlapping_pauses,
    finished=st.none() | days,
)
def test_C7_the_numbers_and_the_cells_tell_the_same_story(accepted, limit, today, pauses, finished):
    shows = progress(accepted, limit, MANY, today, pauses, finished)
    stop = finished or today
    assert shows.used + shows.left == shows.limit_days == limit.count
    assert shows.used == min(limit.count, unpaused_working_days(accepted, stop, pauses))
    assert shows.used + shows.paused + shows.left + shows.overdue == len(shows.cells)
    assert shows.overdue == unpaused_working_days(shows.due.day, stop, pauses)
    assert shows.due == due_on(accepted, limit, MANY, pauses)
    assert len(shows.cells) == MANY.working_days_between(accepted, max(shows.due.day, stop))


@given(accepted=days, limit=working_limits, today=days, pauses=overlapping_pauses)
def test_C7_the_state_follows_from_today_and_the_due_day(accepted, limit, today, pauses):
    shows = progress(accepted, limit, MANY, today, pauses)
    assert (shows.state == "overdue") == (today > shows.due.day)
    assert (shows.state == "due_today") == (today == shows.due.day) == (Cell.TODAY in shows.cells)
    paused_today = any(pause.start <= today <= pause.end for pause in pauses)
    assert (shows.state == "paused") == (paused_today and today < shows.due.day)
