"""统一社会信用代码: a mistyped code is found, and the sentence says where to look."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qcy.kernel.refusals import Refused
from qcy.kernel.uscc import ALPHABET, check, complete, normalise, parse

KNOWN = "91110000600037341L"  # published example, field guide 2.1

demo_codes = st.builds(
    lambda kind, subject: complete(f"{kind}000000{subject}"),
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text(ALPHABET, min_size=9, max_size=9),
)


def test_a_real_code_passes_with_a_letter_as_check_character():
    assert check(KNOWN) is None
    assert complete(KNOWN[:-1]) == KNOWN


def test_the_alphabet_has_31_symbols_and_no_look_alikes():
    assert len(set(ALPHABET)) == 31
    assert set("IOSVZ").isdisjoint(ALPHABET)


@pytest.mark.parametrize(
    "typed",
    [
        "91110000600037341l",
        " 91110000 600037341L ",
        "911100-00600037341-L",
        "９１１１００００６０００３７３４１Ｌ",
        "91110000\u200b600037341L\ufeff",
        "911100\u201300600037341L",
    ],
)
def test_a_code_is_read_as_people_paste_it(typed):
    assert normalise(typed) == parse(typed) == KNOWN


def test_a_first_character_may_be_a_letter():
    assert check(complete("N2000000ABCDEFGH1")) is None


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ("9111000060003734", "uscc_length", "您填写了 16 位"),
        ("", "uscc_length", "您填写了 0 位"),
        (KNOWN + "0", "uscc_length", "您填写了 19 位"),
        ("610000100012345", "uscc_length", "15 位的旧工商注册号"),
        ("91110000600037A", "uscc_length", "您填写了 15 位"),
        ("9111000060003734IL", "uscc_letter", "第 17 位的“I”"),
        ("9I110000600O37341L", "uscc_letter", "第 2 位的“I”、第 12 位的“O”"),
        ("911100006000373中1L", "uscc_letter", "第 16 位的“中”"),
        ("91A10000600037341L", "uscc_region", "第 3 位的“A”"),
        ("9111000X600037341L", "uscc_region", "第 8 位的“X”"),
        ("91110000600037342L", "uscc_check_digit", "可能有一位输错"),
    ],
)
def test_a_wrong_code_is_refused_with_what_is_wrong_and_where(typed, code, sentence):
    refusal = check(typed)
    assert refusal.code == code
    assert sentence in refusal.why
    assert refusal.fix
    with pytest.raises(Refused) as caught:
        parse(typed)
    assert caught.value.refusal == refusal


def test_the_right_check_character_is_never_told():
    right, wrong = KNOWN, KNOWN[:-1] + "M"
    assert right[-1] not in str(check(wrong))


@pytest.mark.parametrize("first17", ["9100000", KNOWN, "9100000060003734I"])
def test_completing_anything_but_17_good_characters_is_a_bug(first17):
    with pytest.raises(ValueError, match="17 characters"):
        complete(first17)


@given(code=demo_codes)
def test_completed_codes_pass_and_come_back_unchanged(code):
    assert parse(code) == code
    assert parse("-".join(code.lower())) == code


@given(code=demo_codes, place=st.integers(0, 17), symbol=st.sampled_from(ALPHABET))
def test_every_single_mistyped_character_is_found(code, place, symbol):
    assume(code[place] != symbol)
    assert check(code[:place] + symbol + code[place + 1 :]) is not None


@given(code=demo_codes, place=st.integers(0, 16))
def test_every_swap_of_neighbours_is_found(code, place):
    first, second = code[place : place + 2]
    assume(first != second)
    assert check(code[:place] + second + first + code[place + 2 :]) is not None
