"""The language: what it reads, what it refuses and with which words, what it computes."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcy.engines.rules.feel import tree as t
from qcy.engines.rules.feel.durations import Months
from qcy.engines.rules.feel.evaluate import Evaluation
from qcy.engines.rules.feel.parse import FeelError, expression, unary_tests
from qcy.kernel.calendar import load_calendar


def value(text: str, **names: object) -> object:
    return Evaluation(names.__getitem__).value(expression(text))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3 ** 2", 19),
        ("10 - 3 - 2", 5),
        ("2 / 3", Fraction(2, 3)),
        ("0.1 + 0.2 = 0.3", True),
        ("-2 + 5", 3),
        ("1 / 0", None),
        ("1 / 0 > 3", None),
        ("1 / 0 > 3 or true", True),
        ("1 / 0 > 3 and false", False),
        ("not(1 / 0 > 3)", None),
        ('"a" + "b"', "ab"),
        ("3 in [1..3]", True),
        ("3 in [1..3)", False),
        ("3 in (< 2, > 2)", True),
        ("3 between 1 and 2 or 4 between 4 and 4", True),
        ('"x" in ("x", "y")', True),
        ("if 1 > 2 then 3 else 4", 4),
        ("min(3, 1, 2) + max([3, 1])", 4),
        ("sum([1, 2, 3])", 6),
        ("min(1, 1 / 0)", None),
        ("coalesce(1 / 0, 7)", 7),
        ("floor(-1.5)", -2),
        ("ceiling(1.2)", 2),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("decimal(2.5, 0)", 2),
        ("round_half_up(1.2345, 2)", Fraction(123, 100)),
        ("abs(-3)", 3),
        ('date("2026-03-01") - date("2026-02-01")', timedelta(28)),
        ('date("2024-02-29") + duration("P1Y")', date(2025, 2, 28)),
        ('date("2026-01-31") - duration("P30D")', date(2026, 1, 1)),
        ("date(2026, 2, 30)", None),
        ('date("2026-06-15").year', 2026),
        ('duration("P18M") > duration("P1Y")', True),
        ('@"2026-06-15"', date(2026, 6, 15)),
        ("9 ** (9 ** 9)", None),
        ("2 ** 0.5", None),
        ('1 = "1"', None),
        ("true > false", None),
        ("// 说明\n1 + /* 中间 */ 1", 2),
    ],
)
def test_it_computes(text: str, result: object) -> None:
    found = value(text)
    assert found == result
    assert type(found) is type(result)


def test_chinese_names_and_names_with_blanks() -> None:
    assert value("研发费用 / 2", 研发费用=3) == Fraction(3, 2)
    tree = expression("12 * Monthly Salary", ["Monthly Salary"])
    assert Evaluation({"Monthly Salary": 100}.__getitem__).value(tree) == 1200
    text = expression('"Monthly Salary"', ["Monthly Salary"])
    assert text == t.Literal("Monthly Salary")


@pytest.mark.parametrize(
    ("cell", "accepted", "refused"),
    [
        ("-", 1, None),
        (">= 18", 18, 17),
        ('"a", "b"', "b", "c"),
        ("[1..2)", 1, 2),
        ("not(1, 2)", 3, 2),
        ("-50", -50, 50),
        ("< 3, > 5", 6, 4),
    ],
)
def test_cells_of_a_table(cell: str, accepted: object, refused: object) -> None:
    tree = unary_tests(cell, t.Name("v"))
    assert Evaluation({"v": accepted}.__getitem__).value(tree) is True
    if refused is not None:
        assert Evaluation({"v": refused}.__getitem__).value(tree) is False


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("a ≥ 5", 1, 3, "请写 >="),
        ("a > 5 %", 1, 7, "写 0.05"),
        ("a +", 1, 4, "没有写完"),
        ("a == 5", 1, 4, "只写一个 ="),
        ("a and\n b 且 c", 2, 4, "不该出现"),
        ("f(x：1)", 1, 4, "不能用"),
        ('date("2026-02-31")', 1, 1, "是否存在"),
        ("1" * 61, 1, 1, "最多 60 位"),
        ("-" * 5000 + "a", 1, 1, "套得太深"),
        ("a" * 20_001, 1, 1, "最多 20000"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, line: int, column: int, word: str) -> None:
    with pytest.raises(FeelError) as wrong:
        expression(text)
    assert (wrong.value.at.line, wrong.value.at.column) == (line, column)
    assert word in wrong.value.says


def test_unknown_names_are_told_with_their_place() -> None:
    with pytest.raises(FeelError, match="没有名为“nobody”"):
        value("1 + nobody")
    with pytest.raises(FeelError, match="没有名为“exec”的函数"):
        value('exec("rm")')


def test_durations_do_not_mix() -> None:
    assert value('duration("P1Y") + duration("P30D")') is None
    assert value('duration("P1Y") + duration("P2M")') == Months(14)


def test_working_days_follow_the_calendar_given() -> None:
    calendar = load_calendar([])
    run = Evaluation({}.__getitem__, calendar=calendar)
    assert run.value(expression('working_days_between(date("2026-06-12"), date("2026-06-15"))')) == 1
    assert run.value(expression('add_working_days(date("2026-06-12"), 2)')) == date(2026, 6, 16)
    with pytest.raises(FeelError, match="放假安排"):
        value('add_working_days(date("2026-06-12"), 2)')


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(expression(text), t.Node)
        assert isinstance(unary_tests(text, t.Name("v")), t.Node)
    except FeelError as wrong:
        assert wrong.says and wrong.at.line >= 1 and wrong.at.column >= 1


@given(
    st.lists(
        st.sampled_from(
            [
                *"abc()[]<>=+-*/.,",
                " and ",
                " or ",
                "not(",
                " in ",
                "if ",
                " then ",
                " else ",
                "1",
                "0.5",
                '"x"',
            ]
        ),
        max_size=24,
    )
)
def test_any_words_are_read_or_refused_and_never_crash(words: list[str]) -> None:
    try:
        tree = expression("".join(words))
        Evaluation({"a": 1, "b": "x", "c": None}.__getitem__).value(tree)
    except FeelError as wrong:
        assert wrong.says and wrong.at.line >= 1 and wrong.at.column >= 1
