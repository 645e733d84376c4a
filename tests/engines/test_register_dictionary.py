"""What stands in a cell becomes one canonical value, or a sentence that says what is wrong."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qcy.engines.register.cells import parse_code, parse_day, parse_value
from qcy.engines.register.columns import header_of, read_layout
from qcy.engines.register.dictionary import FactKind, dictionary, title_kinds
from qcy.engines.register.enums import FactType, ImportKind, Of
from qcy.engines.register.workflow import IMPORT
from qcy.kernel.refusals import Refused
from tests.engines.tables import code

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
amounts = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False)


def kind(name: str) -> FactKind:
    return dictionary().facts[name]


def refusal(name: str, cell: Any) -> str:
    with pytest.raises(Refused) as refused:
        parse_value(kind(name), cell)
    return str(refused.value.refusal)


@given(amount=amounts)
def test_a_number_is_read_however_it_is_written(amount: Decimal) -> None:
    wanted = format(amount.normalize(), "f") if amount else "0"
    for text in (f"{amount}", f"{amount:,}", f" {amount:,} ", f"{amount:,}".translate(FULL_WIDTH)):
        assert parse_value(kind("revenue"), text) == wanted


@given(amount=amounts)
def test_the_canonical_text_is_read_as_itself(amount: Decimal) -> None:
    once = parse_value(kind("revenue"), str(amount))
    assert parse_value(kind("revenue"), once) == once
    assert Decimal(once) == amount


@given(share=st.integers(0, 10_000))
def test_a_ratio_may_be_written_in_per_cent(share: int) -> None:
    number = Decimal(share) / 10_000
    read = parse_value(kind("market_share"), f"{number * 100}%")
    assert Decimal(read) == number == Decimal(parse_value(kind("market_share"), str(number)))


@given(loss=st.integers(1, 10**6))
def test_only_signed_values_may_be_negative(loss: int) -> None:
    assert parse_value(kind("net_profit"), -loss) == str(-loss)
    assert parse_value(kind("net_profit"), f"−{loss:,}") == str(-loss)
    assert "不能是负数" in refusal("revenue", -loss)


def test_a_number_of_a_spreadsheet_has_the_digits_that_it_shows() -> None:
    assert parse_value(kind("revenue"), 0.1 + 0.2) == "0.3"
    assert parse_value(kind("revenue"), 86.0) == "86"
    assert parse_value(kind("employees"), 86.0) == "86"
    assert parse_value(kind("revenue"), 1234.3333333333333) == "1234.333333"


@pytest.mark.parametrize(
    ("name", "cell", "says"),
    [
        ("revenue", "四千", "营业收入应为数字，表里是“四千”。例如 4,820.00，单位是万元。"),
        ("revenue", "1,5", "应为数字"),
        ("revenue", "1.23456789", "最多 6 位小数"),
        ("revenue", "1e20", "应为数字"),
        ("revenue", 1e20, "数值过大"),
        ("revenue", True, "应为数字"),
        ("revenue", date(2025, 1, 1), "应为数字"),
        ("market_share", "12.5", "最大是 1，表里是 12.5。比例请写成 0.125 或 12.5%。"),
        ("digital_level", 5, "最大是 4"),
        ("employees", "5.5", "应为整数"),
        ("size_industry", "航天", "没有“航天”这个选项"),
        ("registered_on", "2025-02-31", "写的是 2025 年 2 月 31 日，没有这一天"),
        ("registered_on", "去年", "不是日期"),
        ("reg_city", "西" * 121, "最多 120 个"),
    ],
)
def test_what_cannot_be_right_is_refused_with_a_sentence(name: str, cell: Any, says: str) -> None:
    assert says in refusal(name, cell)


@pytest.mark.parametrize(
    "cell",
    ["2025-07-08", "2025/7/8", "2025.7.8", "2025年7月8日", "２０２５－７－８", "20250708", "2025-07-08 00:00:00",
     date(2025, 7, 8), datetime(2025, 7, 8, 9), 45846.0, 20250708.0],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(cell: Any) -> None:
    assert parse_day("日期", cell) == date(2025, 7, 8)


@pytest.mark.parametrize(
    ("cell", "value"), [("是", "true"), (True, "true"), (1.0, "true"), ("×", "false"), ("无", "false")]
)
def test_yes_and_no(cell: Any, value: str) -> None:
    assert parse_value(kind("manufacturing"), cell) == value


def test_an_option_is_read_by_its_words_or_its_code() -> None:
    assert parse_value(kind("size_industry"), "软件和信息技术服务业") == "software_it"
    assert parse_value(kind("size_industry"), "software_it") == "software_it"
    assert parse_value(kind("incubator_grade"), "优秀(A)") == "A"


def test_a_code_that_became_a_number_is_refused() -> None:
    assert parse_code("　９１０００000" + code(7)[8:].lower()) == code(7)
    for cell in (9.1e17, 910000000000000000, "9.1E+17", "9.10000000000000E17"):
        with pytest.raises(Refused) as refused:
            parse_code(cell)
        assert "该列请设为文本格式后重新粘贴。" in str(refused.value.refusal)


@example(float("nan"))
@example(float("-inf"))
@example(1e308)
@example(10**400)
@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.none()))
def test_nothing_in_a_cell_breaks_the_reader(cell: Any) -> None:
    for one in dictionary().facts.values():
        try:
            value = parse_value(one, cell)
        except Refused as refused:
            assert len(str(refused.refusal)) < 400
        else:
            assert len(value) <= 120 and "\n" not in value


def test_every_header_that_is_written_is_read_back() -> None:
    stored = dictionary().stored
    heads = [header_of(k, 2025 if k.of == Of.YEAR else None) for k in stored]
    layout = read_layout(ImportKind.FACTS, ["统一社会信用代码", *heads])
    assert layout.ignored == ()
    assert [c.target for c in layout.columns[1:]] == [k.name for k in stored]


def test_options_and_names_are_sound() -> None:
    facts = dictionary().facts.values()
    assert all(bool(k.options) == (k.type == FactType.ENUM) for k in facts)
    assert all(isinstance(value, str) and len(code) <= 40 for k in facts for code, value in k.options.items())
    assert all(isinstance(code, str) for k in facts for code in k.options)
    assert all(len(k.name) <= 40 for k in facts) and len({k.label for k in facts}) == len(facts)
    assert IMPORT.validate() == []


def test_titles_granted_for_years_end_the_day_before() -> None:
    hnte = title_kinds()["hnte"]
    assert hnte.last_day(date(2024, 11, 1)) == date(2027, 10, 31)
    assert hnte.last_day(date(2024, 2, 29)) == date(2027, 2, 28)
    assert title_kinds()["tsme"].last_day(date(2026, 4, 1)) is None
