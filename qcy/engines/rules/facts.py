"""What is known of one firm: a dictionary of names, and values with where they come from.

The dictionary is data (`seeds/policies/facts.yaml` in the product): name, Chinese name, type, unit, bounds,
whether only a reviewer or another platform can supply it. A fact that is left out is unknown, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from .outcomes.compare import OpenText
from .outcomes.diagrams import Diagrams, Variable
from .outcomes.terms import Leaf, Number, leaf_term, plain

DECIMALS = 6
"""Decimals of a stated number: 万元 to the fen, ratios to the millionth. Finer values are refused."""

MOST_DIGITS = 15

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class FactKind:
    """One entry of the dictionary. `values` of an enum are in the order of the dictionary, weakest first."""

    name: str
    zh: str
    type: str  # bool int decimal date enum text
    unit: str = ""
    period: str = ""
    definition: str = ""
    values: tuple[str, ...] = ()
    low: Number | None = None
    high: Number | None = None
    judgement: str = ""  # expert, external or nothing
    labels: Mapping[str, str] = field(default_factory=dict)

    def unknown(self, diagrams: Diagrams) -> Any:
        """What stands for the fact while nobody has told it: everything it can still be."""
        facts = frozenset({self.name})
        if self.type == "bool":
            return diagrams.branch(Variable(self.name, facts), [1], [False, True])
        if self.type == "enum":
            return diagrams.branch(Variable(self.name, facts), range(1, len(self.values)), self.values)
        if self.type == "text":
            return OpenText(Variable(self.name, facts))
        if self.type == "date":
            return leaf_term(Leaf(self.name, facts, FIRST_DAY.toordinal(), LAST_DAY.toordinal(), 1), "date")
        return leaf_term(
            Leaf(self.name, facts, self.low, self.high, 1 if self.type == "int" else 10**DECIMALS)
        )


@dataclass(frozen=True)
class Told:
    """A value somebody stated, and what it rests on. `grade` A (official record) to D (own statement)."""

    value: Any
    source: str = ""
    on: date | None = None
    grade: str = ""


@dataclass(frozen=True)
class FactError:
    """Why a stated value cannot be used, and what to write instead."""

    fact: str
    says: str


class Dictionary:
    def __init__(self, kinds: Iterable[FactKind]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}

    def __contains__(self, name: str) -> bool:
        return name in self.kinds

    def __getitem__(self, name: str) -> FactKind:
        return self.kinds[name]

    def nearest(self, name: str) -> str | None:
        """The known name that looks most like this one, by its English or Chinese name."""
        by_chinese = {kind.zh: kind.name for kind in self.kinds.values()}
        found = get_close_matches(name, [*self.kinds, *by_chinese], n=1, cutoff=0.6)
        return by_chinese.get(found[0], found[0]) if found else None

    def read(self, stated: Mapping[str, Any]) -> tuple[dict[str, Told], list[FactError]]:
        """Facts as told, and one error per value that cannot be used; a value may stand alone or with its source."""
        facts: dict[str, Told] = {}
        errors: list[FactError] = []
        for name, value in stated.items():
            told, wrong = self._one(name, value)
            if wrong:
                errors.append(FactError(name, wrong))
            elif told is not None:
                facts[name] = told
        return facts, errors

    def _one(self, name: str, stated: Any) -> tuple[Told | None, str]:
        kind = self.kinds.get(name)
        if kind is None:
            near = self.nearest(name)
            return None, f"没有名为“{name}”的数据" + (f"，是不是“{near}”？" if near else "。")
        record = stated if isinstance(stated, Mapping) else {"value": stated}
        if record.get("value") is None:
            return None, ""
        value, wrong = read_value(kind, record["value"])
        if wrong:
            return None, f"{kind.zh}：{wrong}"
        unit = record.get("unit", kind.unit)
        if unit != kind.unit:
            return None, f"{kind.zh}：单位应为“{kind.unit or '无'}”，写的是“{unit}”。请换算后再填。"
        on, wrong = _as_date(record["on"]) if "on" in record else (None, "")
        return Told(value, str(record.get("source", "")), on, str(record.get("grade", ""))), wrong


def read_value(kind: FactKind, stated: Any) -> tuple[Any, str]:
    """The exact value, or a sentence that says what is wrong with it."""
    return _READERS[kind.type](kind, stated)


def _read_bool(kind: FactKind, stated: Any) -> tuple[Any, str]:
    return (stated, "") if isinstance(stated, bool) else (None, f"请写 true 或 false，不能写“{stated}”。")


def _read_text(kind: FactKind, stated: Any) -> tuple[Any, str]:
    fits = isinstance(stated, str) and 0 < len(stated) <= 200
    return (stated, "") if fits else (None, "请写一段不超过 200 字的文字。")


def _read_enum(kind: FactKind, stated: Any) -> tuple[Any, str]:
    fits = isinstance(stated, str) and stated in kind.values
    return (stated, "") if fits else (None, f"“{stated}”不在可选值里。可选：{'、'.join(kind.values)}。")


def _as_date(stated: Any) -> tuple[Any, str]:
    if isinstance(stated, date):
        return stated, ""
    try:
        return date.fromisoformat(stated), ""
    except (TypeError, ValueError):
        return None, f"“{stated}”不是日期，请写成 2026-06-15 的样子，并核对这一天是否存在。"


def _read_date(kind: FactKind, stated: Any) -> tuple[Any, str]:
    day, wrong = _as_date(stated)
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        return None, f"日期应在 {FIRST_DAY} 与 {LAST_DAY} 之间。"
    return day, wrong


def _read_number(kind: FactKind, stated: Any) -> tuple[Any, str]:
    exact, wrong = _exact(stated)
    if exact is None:
        return None, wrong
    if kind.type == "int" and exact.denominator != 1:
        return None, f"应为整数，写的是 {stated}。"
    if kind.low is not None and exact < kind.low:
        return None, f"不能小于 {kind.low}，写的是 {stated}。"
    if kind.high is not None and exact > kind.high:
        return None, f"不能大于 {kind.high}，写的是 {stated}。"
    return plain(exact), ""


def _exact(stated: Any) -> tuple[Fraction | None, str]:
    """A whole number or a decimal written as text. Binary floats are refused: 0.1 is not one tenth."""
    if isinstance(stated, bool) or not isinstance(stated, (int, str, Decimal, Fraction)):
        return None, f'“{stated}”不是准确的数。小数请写成带引号的文字，例如 "4200.5"。'
    if (
        isinstance(stated, int)
        and stated.bit_length() > 200
        or not isinstance(stated, int)
        and len(str(stated)) > 60
    ):
        return None, "数字太长，请核对。"
    try:
        number = (
            Decimal(stated)
            if not isinstance(stated, Fraction)
            else Decimal(stated.numerator) / stated.denominator
        )
    except InvalidOperation:
        return None, f"“{stated}”不是数字。"
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return None, f"“{stated}”超出了能处理的范围（整数部分最多 {MOST_DIGITS} 位）。"
    exact = Fraction(stated) if isinstance(stated, Fraction) else Fraction(number)
    if (exact * 10**DECIMALS).denominator != 1:
        return None, f"小数最多 {DECIMALS} 位，写的是 {stated}。"
    return exact, ""


_READERS = {
    "bool": _read_bool,
    "int": _read_number,
    "decimal": _read_number,
    "date": _read_date,
    "enum": _read_enum,
    "text": _read_text,
}

TYPES = tuple(_READERS)


def dictionary_of(entries: Iterable[Mapping[str, Any]]) -> Dictionary:
    """From parsed entries (`facts.yaml`, or the shape of `facts.json`)."""
    return Dictionary(_kind(entry) for entry in entries)


def _kind(entry: Mapping[str, Any]) -> FactKind:
    if entry["type"] not in TYPES:
        raise ValueError(f"{entry['name']}：类型“{entry['type']}”不认识。可选：{'、'.join(TYPES)}。")
    if entry["type"] == "enum" and not entry.get("values"):
        raise ValueError(f"{entry['name']}：缺少可选值（values）。")
    return FactKind(
        entry["name"],
        entry["zh"],
        entry["type"],
        unit=str(entry.get("unit") or ""),
        period=str(entry.get("period") or ""),
        definition=str(entry.get("definition") or ""),
        values=tuple(entry.get("values", ())),
        low=_bound(entry.get("min")),
        high=_bound(entry.get("max")),
        judgement=str(entry.get("judgement") or ""),
        labels=dict(entry.get("labels", {})),
    )


def _bound(written: Any) -> Number | None:
    if written is None:
        return None
    if len(str(written)) > 40 or not re.fullmatch(r"-?\d+(\.\d+)?", str(written)):
        raise ValueError(f"“{str(written)[:40]}”不是数字")
    return plain(Fraction(str(written)))
