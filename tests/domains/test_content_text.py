"""Pasted text: what Word puts in, what comes out, and that nothing visible is lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qcy.domains.content.text import Block, blocks, clean_text, clean_title

PASTED = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from("•·●▪-–* #\t\u00a0\u3000\v\f\r\n\u2028\u200b\uf0b7秦创原，。<>&")
    ),
    max_size=120,
)


@pytest.mark.parametrize(
    ("pasted", "plain"),
    [
        ("•\t营业执照", "- 营业执照"),
        ("· 营业执照", "- 营业执照"),
        ("\uf0b7\t营业执照", "- 营业执照"),  # Word's Symbol font
        ("●营业执照", "- 营业执照"),
        ("– 营业执照", "- 营业执照"),
        ("* 营业执照", "- 营业执照"),
        ("-5 度", "-5 度"),  # a number, not a point
        ("9:00-17:00", "9:00-17:00"),
        ("\u3000\u3000各企业：\u00a0请注意", "各企业: 请注意".replace(":", "：")),
        ("第一行\v第二行", "第一行\n第二行"),  # Word's break inside a paragraph
        ("一\u2028二\u2029三\f四\r\n五", "一\n二\n三\n四\n五"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("1.\t先登录", "1. 先登录"),
        ("##标题", "## 标题"),
        ("看\u200b不\u202e见\ufeff", "看不见"),
        ("响\x07铃\x00", "响铃"),
        ("<b>粗</b>", "<b>粗</b>"),  # typed markup stays text
        ("  前后  ", "前后"),
    ],
)
def test_text_from_word_becomes_plain(pasted: str, plain: str) -> None:
    assert clean_text(pasted) == plain


def test_a_title_is_one_line() -> None:
    assert clean_title("关于\v受理时间\n的\u3000通知 ") == "关于 受理时间 的 通知"
    assert clean_title("关于\v\n通知") == "关于 通知", "empty lines leave no gap"


def test_blocks_are_headings_paragraphs_and_lists() -> None:
    text = "开头\n同一段\n\n## 要带什么\n- 执照\n• 公章\n\n结尾"
    assert blocks(text) == (
        Block("paragraph", ("开头", "同一段")),
        Block("heading", ("要带什么",)),
        Block("list", ("执照", "公章")),
        Block("paragraph", ("结尾",)),
    )
    assert blocks("## 一\n## 二") == (Block("heading", ("一",)), Block("heading", ("二",)))
    assert blocks(" \n\u3000\n") == ()


@given(PASTED)
@example("一\x1e\r二")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_title(clean_title(text)) == clean_title(text)


@given(PASTED)
@example("- - -\n##\n## ##")
def test_nothing_invisible_is_left(text: str) -> None:
    for line in clean_text(text).split("\n"):
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") for c in line)
        assert "  " not in line and line == line.strip()


@given(st.lists(st.text(alphabet="秦创原abc123<>&，。", min_size=1), min_size=1))
def test_no_word_is_lost_on_the_way_to_the_page(words: list[str]) -> None:
    shown = [line for block in blocks("\n\n".join(words)) for line in block.lines]
    assert shown == words


@given(PASTED)
def test_any_text_makes_blocks_without_empty_lines(text: str) -> None:
    assert all(block.lines and all(block.lines) for block in blocks(text))
