"""A published number as somebody types it: read exactly, or refused with the way to write it."""

from __future__ import annotations

import re
from decimal import Decimal

from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import half_width

# Commas only between thousands: "1,5" may have meant 1.5.
_NUMBER = re.compile(r"[-\u2212]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?")
_MOST_DIGITS = 15
EMPTY = Refusal("value_empty", why="还没有填写更正后的数。", fix="请填写数字，例如 1,964。")
UNREADABLE = Refusal(
    "value_unreadable", why="更正后的数只能由数字、千位逗号和小数点组成。", fix="不用写单位，例如 1,964。"
)
TOO_LARGE = Refusal("value_large", why="这个数太大了。", fix="请核对单位。")
WHOLE = Refusal("value_decimals", why="这个指标只公布整数。", fix="请去掉小数。")
TOO_FINE = Refusal("value_decimals", why="小数位数比这个指标公布的多。", fix="请按原来的位数填写。")


def number_of(text: str, decimals: int) -> Decimal:
    """`１，９６４` and `1,964` are the same number; more decimals than the figure prints are refused."""
    typed = "".join(half_width(text).split())
    if not typed:
        raise Refused(EMPTY)
    match = _NUMBER.fullmatch(typed)
    if match is None:
        raise Refused(UNREADABLE)
    if len((match["part"] or "").rstrip("0")) > decimals:
        raise Refused(TOO_FINE if decimals else WHOLE)
    if len(typed) > _MOST_DIGITS:
        raise Refused(TOO_LARGE)
    return Decimal(typed.replace(",", "").replace("\u2212", "-"))
