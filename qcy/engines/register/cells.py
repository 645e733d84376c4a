"""From what stands in a cell to the one form in which a value is stored. Pure; says in Chinese what is wrong.

Spreadsheets hand over text, numbers, dates and true / false; people paste full-width digits, thousands commas,
percentages and the signs of other programs. Everything is read exactly: no rounding of what somebody typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from qcy.kernel import uscc
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean, half_width

from .dictionary import FactKind
from .enums import FactType

Cell = str | int | float | bool | date | datetime | timedelta | None

LONGEST_TEXT = 120
MOST_DECIMALS = {"ratio": 8}  # elsewhere six: of 万元 that is a fen
MOST_WHOLE_DIGITS = 12
NUMBER = re.compile(
    r"(?P<sign>-?)(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<part>\d+))?(?P<percent>%?)", re.ASCII
)
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
DAY = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?", re.ASCII)
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
MIDNIGHT = re.compile(r"[ T]00:00(:00)?$")
SERIAL_ONE = date(1899, 12, 30)  # Excel counts days from here
SERIALS = range(20_000, 80_000)  # 1954 to 2119: a number in a date column is such a count
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
YES = {"是", "有", "对", "√", "true", "yes", "y", "1"}
NO = {"否", "无", "没有", "×", "x", "false", "no", "n", "0"}
MINUSES = str.maketrans({"\u2212": "-", "\u2013": "-", "，": ","})
AS_TEXT = "该列请设为文本格式后重新粘贴。"


def parse_value(kind: FactKind, cell: Cell) -> str:
    """The canonical text of one value; raises Refused. An empty cell must not be asked."""
    return _PARSERS[kind.type](kind, cell)


def is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not clean(cell).strip())


def plain(cell: Cell) -> str:
    """A cell as text, half-width, on one line."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return _decimal_text(_from_number(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = " ".join(half_width(clean(str(cell if cell is not None else ""))).split())
    return text[1:] if text[:1] == "'" else text  # the sign by which a table keeps text from being computed


def parse_code(cell: Cell) -> str:
    """统一社会信用代码; raises Refused. A number has already lost its last digits."""
    if is_empty(cell):
        raise Refused(Refusal("code_missing", "缺少统一社会信用代码。", "请填写营业执照上的 18 位代码。"))
    text = plain(cell)
    if not isinstance(cell, str) or SCIENTIFIC.fullmatch(text):
        why = f"统一社会信用代码被表格软件改成了数字或科学计数法（{text[:24]}），末尾几位已经丢失。"
        raise Refused(Refusal("code_scientific", why, AS_TEXT))
    return uscc.parse(text)


def parse_year(cell: Cell) -> int:
    text = plain(cell).removesuffix("年度").removesuffix("年")
    year = int(text) if re.fullmatch(r"\d{4}", text, re.ASCII) else 0
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Refused(Refusal("year", f"年度“{plain(cell)[:20]}”没有认出来。", "请填写四位年份，例如 2025。"))
    return year


def parse_day(label: str, cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = MIDNIGHT.sub("", plain(cell))
    if text.isdecimal() and int(text) in SERIALS:
        return SERIAL_ONE + timedelta(days=int(text))
    match = DAY.fullmatch(text.replace(" ", "")) or COMPACT_DAY.fullmatch(text)
    if match is None:
        raise Refused(Refusal("day", f"{label}“{text[:20]}”不是日期。", "请按 2025-07-08 这样填写。"))
    return _real_day(label, *(int(part) for part in match.groups()))


def parse_choice(label: str, options: Mapping[str, str], cell: Cell) -> str:
    """One of `options` by its code or by what people read."""
    text = plain(cell)
    by_words = {_bare(words): code for code, words in options.items()} | {
        code.lower(): code for code in options
    }
    code = by_words.get(_bare(text))
    if code is None:
        listed = "、".join(options.values())
        raise Refused(Refusal("option", f"{label}没有“{text[:20]}”这个选项。", f"可以填：{listed}。"))
    return code


# ---------------------------------------------------------------- one parser per type
def _bool(kind: FactKind, cell: Cell) -> str:
    text = plain(cell).lower()
    if text in YES:
        return "true"
    if text in NO:
        return "false"
    raise Refused(Refusal("bool", f"{kind.label}只能填“是”或“否”，表里是“{text[:20]}”。"))


def _int(kind: FactKind, cell: Cell) -> str:
    number = _number(kind, cell)
    if number != number.to_integral_value():
        raise Refused(Refusal("int", f"{kind.label}应为整数，表里是 {_decimal_text(number)}。"))
    return _decimal_text(_within(kind, number))


def _decimal(kind: FactKind, cell: Cell) -> str:
    return _decimal_text(_within(kind, _number(kind, cell)))


def _date(kind: FactKind, cell: Cell) -> str:
    return parse_day(kind.label, cell).isoformat()


def _text(kind: FactKind, cell: Cell) -> str:
    text = " ".join(clean(cell).split()) if isinstance(cell, str) else plain(cell)
    if len(text) > LONGEST_TEXT:
        raise Refused(Refusal("text", f"{kind.label}有 {len(text)} 个字，最多 {LONGEST_TEXT} 个。"))
    return text


def _enum(kind: FactKind, cell: Cell) -> str:
    return parse_choice(kind.label, kind.options, cell)


_PARSERS: Mapping[FactType, Callable[[FactKind, Cell], str]] = {
    FactType.BOOL: _bool,
    FactType.INT: _int,
    FactType.DECIMAL: _decimal,
    FactType.DATE: _date,
    FactType.TEXT: _text,
    FactType.ENUM: _enum,
}


# ---------------------------------------------------------------- numbers and days
def _number(kind: FactKind, cell: Cell) -> Decimal:
    if isinstance(cell, bool | date | timedelta):
        raise Refused(_not_a_number(kind, plain(cell)))
    if isinstance(cell, int | float):
        number = _from_number(cell)
        if not number.is_finite():
            raise Refused(_not_a_number(kind, plain(cell)))
        return _rounded(kind, number)  # what a formula computed may have endless digits
    text = plain(cell).translate(MINUSES).replace(" ", "")
    match = NUMBER.fullmatch(text)
    if match is None:
        raise Refused(_not_a_number(kind, text))
    return _checked(kind, match)


def _checked(kind: FactKind, match: re.Match[str]) -> Decimal:
    number = Decimal(match["sign"] + match["whole"].replace(",", "") + "." + (match["part"] or "0"))
    if match["percent"]:
        if not kind.is_ratio:
            raise Refused(
                Refusal("percent", f"{kind.label}不是比例，不能带 %。", f"单位是{kind.unit or '个'}。")
            )
        number /= 100
    if number != _rounded(kind, number):
        most = MOST_DECIMALS.get(kind.unit, 6)
        raise Refused(Refusal("decimals", f"{kind.label}最多 {most} 位小数。"))
    return number


def _not_a_number(kind: FactKind, text: str) -> Refusal:
    example = "0.125 或 12.5%" if kind.is_ratio else "4,820.00" if kind.type == FactType.DECIMAL else "86"
    unit = "" if kind.is_ratio or not kind.unit else f"，单位是{kind.unit}"
    return Refusal("number", f"{kind.label}应为数字，表里是“{text[:20]}”。", f"例如 {example}{unit}。")


def _from_number(cell: int | float) -> Decimal:
    """Fifteen digits, as the spreadsheet shows them: the binary remainder behind them was never typed."""
    return Decimal(cell) if isinstance(cell, int) else Decimal(f"{cell:.15g}")


def _rounded(kind: FactKind, number: Decimal) -> Decimal:
    step = Decimal(1).scaleb(-MOST_DECIMALS.get(kind.unit, 6))
    return number if abs(number) >= 10**MOST_WHOLE_DIGITS else number.quantize(step, ROUND_HALF_EVEN)


def _within(kind: FactKind, number: Decimal) -> Decimal:
    shown = _decimal_text(number)
    if abs(number) >= 10**MOST_WHOLE_DIGITS:
        raise Refused(Refusal("large", f"{kind.label}的数值过大。", f"请核对单位是不是{kind.unit or '个'}。"))
    if number < 0 and not kind.signed:
        raise Refused(Refusal("negative", f"{kind.label}不能是负数，表里是 {shown}。"))
    if kind.most is not None and number > kind.most:
        fix = "比例请写成 0.125 或 12.5%。" if kind.is_ratio else ""
        raise Refused(Refusal("most", f"{kind.label}最大是 {kind.most}，表里是 {shown}。", fix))
    return number


def _decimal_text(number: Decimal) -> str:
    """No exponent, no trailing zeros, no minus before zero: equal numbers are equal texts."""
    if not number.is_finite():
        return "不是数字"
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _real_day(label: str, year: int, month: int, day: int) -> date:
    try:
        if EARLIEST_YEAR <= year <= LATEST_YEAR:
            return date(year, month, day)
    except ValueError:
        pass
    why = f"{label}写的是 {year} 年 {month} 月 {day} 日，没有这一天。"
    raise Refused(Refusal("day_unreal", why, "请核对后按 2025-07-08 这样填写。"))


def _bare(words: str) -> str:
    """Without quotation marks and brackets, which everybody sets differently."""
    return re.sub(r"[“”\"'‘’（）()\s]", "", half_width(words)).lower()
