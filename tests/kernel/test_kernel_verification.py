"""Verification codes (C14): no code without the key, no typing error without a sentence."""

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcy.kernel.verification import ALPHABET, check, code_for, display, locator, normalise

KEY = b"a key used in tests only"
DOCUMENT = UUID("01980000-0000-7000-8000-000000000001")

codes = st.uuids().map(lambda document_id: code_for(KEY, document_id))


def test_C14_the_alphabet_is_prime_and_free_of_look_alikes():
    assert len(set(ALPHABET)) == len(ALPHABET) == 31
    assert set("01ILO").isdisjoint(ALPHABET)
    assert 31**17 > 2**84


def test_C14_a_code_is_recomputed_not_stored():
    code = code_for(KEY, DOCUMENT)
    assert code == code_for(KEY, DOCUMENT) == "V9EFDZXGV44JPNBJPB"  # printed codes must stay valid for ever
    assert code != code_for(b"another key", DOCUMENT)
    assert code != code_for(KEY, UUID(int=DOCUMENT.int + 1))


def test_C14_without_a_key_there_is_no_code():
    with pytest.raises(ValueError, match="empty key"):
        code_for(b"", DOCUMENT)


def test_C14_a_code_is_printed_in_groups_and_read_in_any_form():
    code = "7K4M9QHTD8VRC2X5WA"
    assert display(code) == "7K4M9Q-HTD8VR-C2X5WA"
    assert normalise(" 7k4m9q - ｈｔｄ8vr—c2x5wa ") == code
    assert locator(" 7k4-m9q") == "7K4M"


@given(code=codes)
def test_C14_every_code_made_is_a_code_accepted(code):
    assert check(code) is None
    assert check(display(code).lower()) is None
    assert len(code) == 18
    assert set(code) <= set(ALPHABET)


@given(code=codes)
def test_C14_every_single_substitution_is_detected(code):
    wrong = [
        code[:place] + symbol + code[place + 1 :]
        for place in range(18)
        for symbol in ALPHABET
        if symbol != code[place]
    ]
    assert len(wrong) == 18 * 30
    assert {check(typed).code for typed in wrong} == {"code_check"}


@given(code=codes)
def test_C14_every_swap_of_two_different_symbols_is_detected(code):
    """Neighbours, as the promise asks, and any other two as well."""
    for left, right in combinations(range(18), 2):
        swapped = list(code)
        swapped[left], swapped[right] = code[right], code[left]
        assert code[left] == code[right] or check("".join(swapped)).code == "code_check"


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ("7K4M9Q", "code_length", "您填写了 6 位"),
        ("", "code_length", "您填写了 0 位"),
        ("7K4M9Q-HTD8VR-C2X5W0", "code_letter", "第 18 位的“0”"),
        ("IK4M9Q-HTD8VR-C2X5WO", "code_letter", "第 1 位的“I”、第 18 位的“O”"),
    ],
)
def test_C14_a_wrong_code_is_refused_with_what_is_wrong_and_where(typed, code, sentence):
    refusal = check(typed)
    assert refusal.code == code
    assert sentence in refusal.why
    assert refusal.fix
