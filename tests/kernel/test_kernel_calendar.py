"""The working calendar agrees, day by day, with the published holiday notices."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from itertools import islice

import chinese_calendar
import pytest

from qcy.kernel.calendar import load_calendar

ONE_DAY = timedelta(days=1)
YEARS = range(2021, 2027)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + n * ONE_DAY for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.fixture
def y2026(year_documents):
    return deepcopy(year_documents[-1])


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_the_chinese_calendar_package(calendar, year):
    assert [d for d in days_of(year) if calendar.is_working_day(d) != chinese_calendar.is_workday(d)] == []


def test_the_seeds_cover_their_years_and_claim_no_more(calendar, year_documents):
    assert calendar.official_years == set(YEARS)
    assert {document["document"] for document in year_documents} == {"待核"}
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 1))
    assert calendar.is_provisional(date(2020, 12, 31))


def test_an_unknown_year_counts_monday_to_friday(calendar):
    assert calendar.is_working_day(date(2027, 10, 1))  # a Friday: nobody has announced it yet
    assert not calendar.is_working_day(date(2027, 10, 2))


def test_working_days_start_strictly_after_the_day_itself(calendar):
    eve_of_national_day = date(2025, 9, 30)
    assert list(islice(calendar.working_days_after(eve_of_national_day), 3)) == [
        date(2025, 10, 9),
        date(2025, 10, 10),
        date(2025, 10, 11),  # a Saturday made up for
    ]


def test_the_next_working_day_may_be_the_day_itself(calendar):
    assert calendar.next_working_day(date(2025, 9, 30)) == date(2025, 9, 30)
    assert calendar.next_working_day(date(2025, 10, 1)) == date(2025, 10, 9)


def test_between_leaves_the_first_day_out_and_the_last_in(calendar):
    assert calendar.working_days_between(date(2025, 9, 30), date(2025, 10, 14)) == 5
    assert calendar.working_days_between(date(2025, 9, 29), date(2025, 9, 30)) == 1
    assert calendar.working_days_between(date(2025, 9, 30), date(2025, 9, 30)) == 0
    assert calendar.working_days_between(date(2025, 10, 14), date(2025, 9, 30)) == 0


def test_iso_text_reads_like_a_date(y2026):
    as_text = y2026 | {key: [day.isoformat() for day in y2026[key]] for key in ("free", "working")}
    assert load_calendar([as_text]) == load_calendar([y2026])


def test_the_version_changes_with_any_day_and_not_with_the_order(year_documents, y2026):
    version = load_calendar(year_documents).version
    assert version.startswith("cn-2026-")
    assert load_calendar(reversed(year_documents)).version == version
    y2026["free"].remove(date(2026, 10, 7))
    y2026["counts"]["free"] -= 1
    assert load_calendar([*year_documents[:-1], y2026]).version != version


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"free": [date(2026, 1, 3)]}, "2026-01-03 是周末"),
        ({"working": [date(2026, 1, 5)]}, "2026-01-05 是周一至周五"),
        ({"free": [date(2025, 12, 31)]}, "2025-12-31 不在 2026 年"),
        ({"counts": {"free": 20, "working": 6}}, "天数不符"),
        ({"counts": {"free": 19, "working": 5}}, "天数不符"),
        ({"counts": None}, "天数不符"),
        ({"free": [date(2026, 1, 1)] * 19}, "重复列出"),
        ({"free": ["元旦"]}, "'元旦' 不是日期"),
        ({"free": [datetime(2026, 1, 1, 8)]}, "不是日期"),
        ({"free": None}, "缺少日期列表 free"),
        ({"year": "2026"}, "年份不是整数"),
    ],
)
def test_a_wrong_year_file_is_refused_with_a_sentence(y2026, changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        load_calendar([y2026 | changes])


def test_the_same_year_twice_is_refused(y2026):
    with pytest.raises(ValueError, match="2026 年的日历出现了两次"):
        load_calendar([y2026, y2026])
