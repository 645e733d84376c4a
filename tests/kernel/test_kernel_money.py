"""Money is exact: an integer of fen in, the same integer out."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcy.kernel.money import format_wan, format_yi, format_yuan, parse_wan, uppercase
from qcy.kernel.refusals import Refused

WAN = 1_000_000
amounts = st.integers(0, 10**16 - 1)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("4,820.00", 4820 * WAN),
        ("４，８２０．００", 4820 * WAN),
        ("4，820", 4820 * WAN),
        (" 4 820 ", 4820 * WAN),
        ("4\u3000820", 4820 * WAN),
        ("0.000001", 1),
        ("0.0000010", 1),
        ("180", 180 * WAN),
        ("0", 0),
        ("007", 7 * WAN),
        ("1,234,567.89", 1_234_567_890_000),
    ],
)
def test_an_amount_reads_as_people_type_it(typed, fen):
    assert parse_wan(typed) == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "money_empty"),
        ("  ", "money_empty"),
        ("-5", "money_negative"),
        ("−5", "money_negative"),
        ("－5", "money_negative"),
        ("五万", "money_unreadable"),
        ("4820万元", "money_unreadable"),
        ("1e3", "money_unreadable"),
        ("1.2.3", "money_unreadable"),
        (".5", "money_unreadable"),
        ("5.", "money_unreadable"),
        ("5²", "money_unreadable"),
        ("٣", "money_unreadable"),  # a digit, but of another script
        ("0.0000001", "money_decimals"),
        ("99999999999", "money_large"),
        ("9" * 5000, "money_large"),
    ],
)
def test_an_amount_that_cannot_be_read_is_refused_with_an_example(typed, code):
    with pytest.raises(Refused) as caught:
        parse_wan(typed)
    assert caught.value.refusal.code == code
    assert "例如" in caught.value.refusal.fix


@pytest.mark.parametrize("typed", ["1,5", "1,2345", "12,34,567", ",500", "1,,000", "1,000,"])
def test_a_comma_in_the_wrong_place_is_never_read_as_ten_times_the_amount(typed):
    with pytest.raises(Refused) as caught:
        parse_wan(typed)
    assert caught.value.refusal.code == "money_unreadable"


@given(fen=amounts)
def test_every_fen_survives_being_typed_in_wan(fen):
    typed = f"{fen // WAN:,}.{fen % WAN:06d}"
    assert parse_wan(typed) == fen


@given(fen=st.integers(-(10**18), 10**18))
def test_display_rounds_half_away_from_zero_exactly_as_decimal_does(fen):
    for form, unit in ((format_wan, WAN), (format_yi, 10**10), (format_yuan, 100)):
        exact = (Decimal(fen) / unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert form(fen) == f"{exact if exact else 0:,.2f}".replace("-", "−")


@pytest.mark.parametrize(
    ("fen", "wan", "yi", "yuan"),
    [
        (4820 * WAN, "4,820.00", "0.48", "48,200,000.00"),
        (180 * WAN, "180.00", "0.02", "1,800,000.00"),
        (5000, "0.01", "0.00", "50.00"),
        (4999, "0.00", "0.00", "49.99"),
        (-180 * WAN, "−180.00", "−0.02", "−1,800,000.00"),
        (-1, "0.00", "0.00", "−0.01"),
        (0, "0.00", "0.00", "0.00"),
    ],
)
def test_known_amounts_are_shown_as_expected(fen, wan, yi, yuan):
    assert (format_wan(fen), format_yi(fen), format_yuan(fen)) == (wan, yi, yuan)


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        ("1800000", "壹佰捌拾万元整"),
        ("0", "零元整"),
        ("10", "壹拾元整"),
        ("105", "壹佰零伍元整"),
        ("1010", "壹仟零壹拾元整"),
        ("10001", "壹万零壹元整"),
        ("100000000", "壹亿元整"),
        ("100005000", "壹亿零伍仟元整"),
        ("1000000000000", "壹万亿元整"),
        ("120034005600", "壹仟贰佰亿叁仟肆佰万伍仟陆佰元整"),
        # the examples of the bank rule
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("0.50", "伍角"),
        ("0.02", "贰分"),
        ("-5", "负伍元整"),
    ],
)
def test_documents_write_amounts_in_capital_numerals(yuan, words):
    assert uppercase(int(Decimal(yuan) * 100)) == words


VALUES = {word: number for number, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_words(words: str) -> int:
    """Reads capital numerals back, by the everyday rule: small places add up, 万 and 亿 multiply."""
    total = section = digit = 0
    for word in words:
        if word in VALUES:
            digit = VALUES[word]
        elif word in PLACES:
            section, digit = section + digit * PLACES[word], 0
        elif word == "万":
            section, digit = (section + digit) * 10_000, 0
        elif word == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    return total + section + digit


@given(yuan=st.integers(0, 10**12))
def test_capital_numerals_read_back_to_the_same_amount(yuan):
    words = uppercase(yuan * 100)
    assert read_words(words.removesuffix("元整")) == yuan
    assert "零零" not in words
