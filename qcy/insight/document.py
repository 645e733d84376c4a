"""A figures file (`seeds/figures/*.yaml`), read without trusting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from qcy.kernel.refusals import Refusal, Refused

from .comparison import Period, multiple
from .enums import Comparison, Measure

TEXTS = {"code": 40, "name": 60, "theme": 20, "unit": 10}
LONGEST = {"as_of_text": 40, "comparison_text": 80, "note": 200, "source": 120, "approver": 40}
FIX = "请对照 seeds/figures 里的样例改正后再载入。"


@dataclass(frozen=True)
class NewValue:
    """A value on its way into the table; the texts as its source prints them."""

    value: Decimal
    as_of: date
    as_of_text: str
    source: str
    source_date: date
    period_from: date | None = None
    comparison: Comparison = Comparison.NONE
    comparison_text: str = ""
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    note: str = ""
    approver: str = ""


@dataclass(frozen=True)
class Source:
    """Where a value is printed, and when that was published."""

    source: str
    source_date: date


@dataclass(frozen=True)
class NewFigure:
    fields: Mapping[str, Any]  # of the Figure row
    definition: Mapping[str, Any]  # of its FigureDefinition
    values: tuple[tuple[NewValue, Decimal | None], ...]  # the second: the value it is at odds with


def read_figures(document: Mapping[str, Any]) -> tuple[NewFigure, ...]:
    rows = document.get("figures")
    if not isinstance(rows, list) or not rows:
        raise _refused("这个文件里没有 figures 列表。")
    return tuple(_figure(document, row, place) for place, row in enumerate(rows, 1))


def _figure(document: Mapping[str, Any], row: Any, place: int) -> NewFigure:
    if not isinstance(row, Mapping):
        raise _refused(f"第 {place} 个指标不是一组字段。")
    name = str(row.get("code", f"第 {place} 个"))
    if missing := [k for k in (*TEXTS, "measure", "definition", "values") if not row.get(k)]:
        raise _refused(f"指标 {name} 缺少：{'、'.join(missing)}。")
    if long := [k for k, most in TEXTS.items() if len(str(row[k])) > most]:
        raise _refused(f"指标 {name} 的 {'、'.join(long)} 太长。")
    if row["measure"] not in Measure.values:
        raise _refused(f"指标 {name} 的 measure 写的是 {row['measure']}。")
    return NewFigure(
        fields={
            **{key: str(row[key]) for key in TEXTS},
            "decimals": int(row.get("decimals", 0)),
            "measure": row["measure"],
            "position": place,
            "on_home": row.get("on_home"),
        },
        definition={
            "version": int(row.get("version", 1)),
            "text": str(row["definition"]),
            "not_meant": str(row.get("not_meant", "")),
            "effective_from": _day(row.get("effective_from", document.get("effective_from")), name),
        },
        values=tuple(_value({**_shared(document), **value}, name) for value in row["values"]),
    )


def _shared(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the head of the file says once for all its values."""
    names = ("source", "source_date", "as_of", "as_of_text", "approver")
    return {name: document[name] for name in names if name in document}


def _value(row: Mapping[str, Any], code: str) -> tuple[NewValue, Decimal | None]:
    if missing := [k for k in ("value", "as_of", "as_of_text", "source", "source_date") if not row.get(k)]:
        raise _refused(f"指标 {code} 有一个数缺少：{'、'.join(missing)}。")
    if long := [k for k, most in LONGEST.items() if len(str(row.get(k, ""))) > most]:
        raise _refused(f"指标 {code} 的 {'、'.join(long)} 太长。")
    if row.get("comparison", "none") not in Comparison.values:
        raise _refused(f"指标 {code} 的 comparison 写的是 {row['comparison']}。")
    new = NewValue(
        value=_number(row["value"], code),
        as_of=_day(row["as_of"], code),
        as_of_text=str(row["as_of_text"]),
        source=str(row["source"]),
        source_date=_day(row["source_date"], code),
        period_from=_day(row["period_from"], code) if row.get("period_from") else None,
        comparison=Comparison(row.get("comparison", "none")),
        comparison_text=str(row.get("comparison_text", "")),
        numerator=_number(row["numerator"], code) if "numerator" in row else None,
        denominator=_number(row["denominator"], code) if "denominator" in row else None,
        note=str(row.get("note", "")),
        approver=str(row.get("approver", "")),
    )
    _check_multiple(new, row.get("base"), code)
    rival = row.get("conflicts_with")
    return new, None if rival is None else _number(rival, code)


def _check_multiple(new: NewValue, base: Any, code: str) -> None:
    """A multiple is only printed where the base is known to be no shorter than the value's own period."""
    if new.comparison != Comparison.SAME_PERIOD or not new.comparison_text or not isinstance(base, Mapping):
        return
    mine = Period(new.period_from or new.as_of, new.as_of)
    theirs = Period(_day(base.get("period_from"), code), _day(base.get("as_of"), code))
    if multiple(new.value, mine, _number(base.get("value"), code), theirs) is None:
        raise Refused(
            Refusal(
                "no_multiple",
                why=f"指标 {code} 的基数为零，或者基数的期间更短，不能写成倍数。",
                fix="请去掉 comparison_text，只写两个数。",
            )
        )


def _number(value: Any, code: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _refused(f"指标 {code} 的数写的是“{value}”，不是数字。") from None
    if not number.is_finite() or number != round(number, 2):
        raise _refused(f"指标 {code} 的数 {value} 最多两位小数。")
    return number


def _day(value: Any, code: str) -> date:
    if isinstance(value, date):
        return value
    raise _refused(f"指标 {code} 的日期写的是“{value}”，应当像 2021-11-30。")


def _refused(why: str) -> Refused:
    return Refused(Refusal("figures_file", why=why, fix=FIX))
