"""The audit chain (A2, A4): whatever is done to the rows afterwards, the first broken one is named."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcy.kernel.chain import GENESIS, Broken, canonical_json, first_broken, keyed_hash, link

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), values, max_size=4)


def chained(bodies):
    rows, head = [], GENESIS
    for seq, body in enumerate(bodies, start=1):
        rows.append((seq, head, link(head, body), body))
        head = rows[-1][2]
    return rows


def story():
    return chained([{"type": "submitted"}, {"type": "accepted", "fen": 5}, {"type": "granted"}, {"n": 4}])


# --- canonical form ---------------------------------------------------------------------------------


def test_A4_one_value_has_one_spelling():
    assert (
        canonical_json({"b": [1, True, None], "a": "秦创原"}) == '{"a":"秦创原","b":[1,true,null]}'.encode()
    )
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})
    assert canonical_json(True) != canonical_json(1)


def test_A4_a_state_name_is_written_as_its_text():
    class Status(StrEnum):
        GRANTED = "granted"

    assert canonical_json({"to": Status.GRANTED}) == b'{"to":"granted"}'


@pytest.mark.parametrize(
    "value",
    [1.5, Decimal("1.5"), date(2026, 7, 8), datetime(2026, 7, 8), UUID(int=1), b"x", (1, 2), {1}],
)
def test_A4_what_databases_spell_differently_is_refused_with_its_place(value):
    with pytest.raises(TypeError, match=rf"value\.items\[1\]: {type(value).__name__} has no canonical form"):
        canonical_json({"items": [1, value]})


def test_A4_a_key_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match="key 1 is not text"):
        canonical_json({1: "x"})


# --- the chain --------------------------------------------------------------------------------------


def test_A2_an_untouched_chain_holds():
    assert first_broken(story()) is None
    assert first_broken([]) is None


def test_A2_known_hashes_never_change():
    """A stand-alone verifier must come to the same numbers in ten years."""
    assert link(GENESIS, {}) == "5508d2b710e64bc470079e1b211d9c58e21011e59d0559e422345dc19d659a75"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "accepted", "fen": 6},
        {"type": "accepted", "fen": "5"},
        {"type": "accepted"},
        {"type": "accepted", "fen": 5, "more": None},
        {"type": "accepted", "fen": 5.0},  # could never have been written; must not crash the check
        {"type": "\ud800", "fen": 5},
    ],
)
def test_A2_a_changed_body_is_found(change):
    rows = story()
    rows[1] = (*rows[1][:3], change)
    assert first_broken(rows) == Broken(2, "内容与摘要不符：记录在写入后被改动过。")


def test_A2_a_changed_body_with_its_hash_made_anew_is_found_in_the_next_row():
    rows = story()
    seq, prev, _, _ = rows[1]
    rows[1] = (seq, prev, link(prev, {"type": "refused"}), {"type": "refused"})
    assert first_broken(rows).position == 3


def test_A2_a_deleted_row_is_found():
    rows = story()
    del rows[1]
    assert first_broken(rows) == Broken(2, "序号不连续：此处应为 2，记录为 3。")


def test_A2_a_deleted_row_with_renumbered_followers_is_found():
    rows = story()
    del rows[1]
    renumbered = [(seq, *row[1:]) for seq, row in enumerate(rows, start=1)]
    assert first_broken(renumbered) == Broken(2, "与上一条记录衔接不上：所记的上一条摘要与实际不符。")


def test_A2_a_chain_that_lost_its_beginning_is_found():
    assert first_broken(story()[1:]).position == 1


@given(bodies=st.lists(bodies, min_size=1, max_size=6), changed=bodies, data=st.data())
def test_A2_any_change_is_found_at_its_row(bodies, changed, data):
    rows = chained(bodies)
    place = data.draw(st.integers(0, len(rows) - 1))
    rows[place] = (*rows[place][:3], changed)
    untouched = canonical_json(changed) == canonical_json(bodies[place])
    assert first_broken(rows) is None if untouched else first_broken(rows).position == place + 1


@given(bodies=st.lists(bodies, min_size=2, max_size=6), data=st.data(), renumber=st.booleans())
def test_A2_any_deletion_swap_or_insertion_is_found(bodies, data, renumber):
    rows = chained(bodies)
    place = data.draw(st.integers(0, len(rows) - 2))
    act = data.draw(st.sampled_from(["delete", "swap", "insert"]))
    if act == "delete":
        del rows[place]
    elif act == "swap":
        rows[place], rows[place + 1] = rows[place + 1], rows[place]
    else:
        rows.insert(place, rows[place])
    if renumber:
        rows = [(seq, *row[1:]) for seq, row in enumerate(rows, start=1)]
    assert first_broken(rows) is not None


@given(bodies=st.lists(bodies, min_size=1, max_size=4), data=st.data())
def test_A2_a_change_of_any_character_of_the_hashes_is_found(bodies, data):
    rows = chained(bodies)
    place, column, character = data.draw(
        st.tuples(st.integers(0, len(rows) - 1), st.sampled_from([1, 2]), st.integers(0, 63))
    )
    row = list(rows[place])
    old = row[column]
    new = "0" if old[character] != "0" else "1"
    row[column] = old[:character] + new + old[character + 1 :]
    rows[place] = tuple(row)
    assert first_broken(rows).position == place + 1


# --- references to erasable text --------------------------------------------------------------------


def test_A3_a_reference_needs_its_key():
    assert keyed_hash(b"k", "王小明") == keyed_hash(b"k", "王小明")
    assert keyed_hash(b"k", "王小明") != keyed_hash(b"other", "王小明")
    assert len(keyed_hash(b"k", "")) == 64
    with pytest.raises(ValueError, match="empty key"):
        keyed_hash(b"", "王小明")
