"""Money is an integer number of fen. 1 元 = 100 fen, 1 万元 = 1,000,000 fen, 1 亿元 = 10,000,000,000 fen."""

import re
from typing import TypeAlias

from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import half_width

Fen: TypeAlias = int

FEN_PER_YUAN = 100
FEN_PER_WAN = 10_000 * FEN_PER_YUAN
FEN_PER_YI = 100_000_000 * FEN_PER_YUAN

# Commas only between thousands: "1,5" may have meant 1.5, and reading it as 15 would be ten times too much.
_AMOUNT = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?")
_MOST_WHOLE_DIGITS = 10
_MOST_DECIMALS = 6
_MINUS = "\u2212"
_ANY_MINUS = ("-", _MINUS)

_EXAMPLE = "请以万元为单位填写，例如 4,820.00。"
_EMPTY = Refusal("money_empty", "还没有填写金额。", _EXAMPLE)
_NEGATIVE = Refusal("money_negative", "金额不能是负数。", _EXAMPLE)
_UNREADABLE = Refusal("money_unreadable", "金额只能由数字、千位逗号和小数点组成。", _EXAMPLE)
_TOO_FINE = Refusal("money_decimals", "金额最多精确到分，即万元后六位小数。", "例如 0.000001 万元就是 1 分。")
_TOO_LARGE = Refusal("money_large", "金额过大，请核对单位是不是万元。", "例如 4,820 万元填写 4,820.00。")


def parse_wan(text: str) -> Fen:
    """万元 as typed ("4,820.00", "４，８２０", "4 820") to fen; raises Refused with an example.

    Exact: no rounding and no float. Zero is allowed, a negative amount is not.
    """
    typed = "".join(half_width(text).split())
    if not typed:
        raise Refused(_EMPTY)
    if typed.startswith(_ANY_MINUS):
        raise Refused(_NEGATIVE)
    match = _AMOUNT.fullmatch(typed)
    if match is None:
        raise Refused(_UNREADABLE)
    return _fen(match["whole"].replace(",", "").lstrip("0"), (match["part"] or "").rstrip("0"))


def format_wan(fen: Fen) -> str:
    """4,820.00 (万元, half up); the unit is written by the caller."""
    return _hundredths(fen, FEN_PER_WAN)


def format_yi(fen: Fen) -> str:
    """3.27 (亿元, half up)."""
    return _hundredths(fen, FEN_PER_YI)


def format_yuan(fen: Fen) -> str:
    """1,800,000.00 (元, exact)."""
    return _hundredths(fen, FEN_PER_YUAN)


def uppercase(fen: Fen) -> str:
    """壹佰捌拾万元整, as written on documents.

    Follows the examples of 正确填写票据和结算凭证的基本规定 (中国人民银行, from memory): 整 after 元 only,
    零 before 分 when there is no 角; where that rule leaves 零 free, it is left out.
    """
    yuan, small = divmod(abs(fen), FEN_PER_YUAN)
    sign = "负" if fen < 0 else ""
    if not small:
        return f"{sign}{_in_words(yuan)}元整"
    whole = f"{_in_words(yuan)}元" if yuan else ""
    return sign + whole + _small_change(small, after_yuan=whole)


def _fen(whole: str, part: str) -> Fen:
    if len(part) > _MOST_DECIMALS:
        raise Refused(_TOO_FINE)
    if len(whole) > _MOST_WHOLE_DIGITS:
        raise Refused(_TOO_LARGE)
    return int(whole or "0") * FEN_PER_WAN + int(part.ljust(_MOST_DECIMALS, "0"))


def _hundredths(fen: Fen, unit: Fen) -> str:
    """`fen` in `unit` with two decimals, half away from zero, in integers so that no tie is misjudged."""
    step = unit // 100
    whole, part = divmod((abs(fen) + step // 2) // step, 100)
    # What rounds to nothing has no sign: "−0.00" would read as a loss.
    sign = _MINUS if fen < 0 and (whole or part) else ""
    return f"{sign}{whole:,}.{part:02d}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def _in_words(number: int) -> str:
    """The number around its largest place: what stands before it, the place, what comes after."""
    for size, name in _PLACES:
        if number >= size:
            before, after = divmod(number, size)
            gap = "零" if 0 < after < size // 10 else ""
            return _in_words(before) + name + gap + (_in_words(after) if after else "")
    return _DIGITS[number]


def _small_change(small: int, after_yuan: str) -> str:
    jiao, fen = divmod(small, 10)
    tens = f"{_DIGITS[jiao]}角" if jiao else "零" * bool(after_yuan)
    return tens + (f"{_DIGITS[fen]}分" if fen else "")
