"""The one validation of a form: the same rules for a step, for the submission and for staff."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qcy.kernel.money import format_wan, parse_wan
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import half_width

from .definition import Field, FieldKind, Form, Section

Values = Mapping[str, Any]  # field name -> text as typed; a group -> list of {name: text}
Files = Mapping[str, int]  # field name -> number of files kept


@dataclass(frozen=True)
class Problem:
    field: str  # anchor: `ip`, or `ip-0-name` inside a repeat group
    text: str


def problems_of(form: Form, values: Values, files: Files) -> list[tuple[Section, Problem]]:
    return [(s, p) for s in form.sections for p in problems_in(s, values, files)]


def problems_in(section: Section, values: Values, files: Files) -> list[Problem]:
    found = [p for field in section.fields if field.asked(values) for p in _problems(field, values, files)]
    return found or list(_comparisons(section, values))


def _problems(field: Field, values: Values, files: Files) -> Iterator[Problem]:
    match field.kind:
        case FieldKind.FILE:
            if field.required and not files.get(field.name):
                yield Problem(field.name, _ask(field, "上传"))
        case FieldKind.GROUP:
            yield from _group_problems(field, values.get(field.name) or [])
        case _:
            if text := fault_in(field, str(values.get(field.name, "") or "")):
                yield Problem(field.name, text)


def _group_problems(group: Field, rows: list[Values]) -> Iterator[Problem]:
    filled = filled_rows(rows)
    if group.required and not filled:
        yield Problem(group.name, _ask(group, "至少填写一行"))
    for index, row in filled:
        for field in group.fields:
            if text := fault_in(field, str(row.get(field.name, "") or "")):
                yield Problem(f"{group.name}-{index}-{field.name}", f"第 {index + 1} 行：{text}")


def filled_rows(rows: list[Values]) -> list[tuple[int, Values]]:
    return [(i, row) for i, row in enumerate(rows) if any(str(v).strip() for v in row.values())]


def _comparisons(section: Section, values: Values) -> Iterator[Problem]:
    by_name = {field.name: field for field in section.fields}
    for check in section.checks:
        left, right = (canonical(by_name[n], str(values.get(n, "") or "")) for n in (check.left, check.right))
        if isinstance(left, int) and isinstance(right, int) and left > right:
            yield Problem(check.left, check.say)


def fault_in(field: Field, text: str) -> str:
    """What is wrong with one typed value, as a sentence that says what to do; "" when nothing is."""
    text = text.strip()
    if not text:
        return _ask(field, "填写") if field.required else ""
    try:
        _READERS[field.kind](field, text)
    except Refused as refused:
        return str(refused.refusal)
    return ""


def canonical(field: Field, text: str) -> int | str | None:
    """The value as the case keeps it: fen, a count, an ISO date or clean text; None when empty or wrong."""
    text = text.strip()
    if not text:
        return None
    try:
        return _READERS[field.kind](field, text)
    except Refused:
        return None


def shown(field: Field, text: str) -> str:
    """The value as people read it, e.g. 4,820.00 万元."""
    value = canonical(field, text)
    if value is None:
        return text
    if field.kind is FieldKind.MONEY and isinstance(value, int):
        return f"{format_wan(value)} 万元"
    if field.kind in (FieldKind.CHOICE, FieldKind.YESNO):
        return dict(field.options).get(str(value), str(value))
    return f"{value:,} {field.unit}".strip() if isinstance(value, int) else str(value)


def typed(field: Field, value: Any) -> Any:
    """A kept value as somebody would have typed it: the way back from `canonical`."""
    if field.kind is FieldKind.GROUP:
        return [{part.name: typed(part, row.get(part.name)) for part in field.fields} for row in value or ()]
    if value is None:
        return ""
    return format_wan(value) if field.kind is FieldKind.MONEY else str(value)


def _ask(field: Field, verb: str) -> str:
    asked = field.ask or f"{verb}{field.label}"
    return f"请{asked}，例如 {field.example}" if field.example else f"请{asked}"


def _refuse(code: str, why: str, fix: str = "") -> Refused:
    return Refused(Refusal(code, why=why, fix=fix))


def _text(field: Field, text: str) -> str:
    if len(text) > field.longest:
        raise _refuse(
            "too_long", f"{field.label}有 {len(text)} 个字，最多 {field.longest} 个。", "请精简后再填。"
        )
    return text


def _phone(field: Field, text: str) -> str:
    digits = re.sub(r"[\s\-]", "", half_width(text))
    if not re.fullmatch(r"(\+?86)?1[3-9]\d{9}|0\d{9,11}", digits):
        raise _refuse("phone", f"{field.label}应为 11 位手机号，或带区号的座机号。", "例如 138 0000 0000。")
    return digits


def _count(field: Field, text: str) -> int:
    digits = half_width(text).replace(",", "").replace(" ", "")
    if not re.fullmatch(r"\d{1,12}", digits):
        raise _refuse("count", f"{field.label}请填整数，不带小数和文字。", f"例如 {field.example or '86'}。")
    return _within(field, int(digits))


def _within(field: Field, number: int) -> int:
    if field.least is not None and number < field.least:
        raise _refuse(
            "too_small", f"{field.label}填的是 {number:,}，不能小于 {field.least:,}。", "请核对后再填。"
        )
    if field.most is not None and number > field.most:
        raise _refuse(
            "too_big", f"{field.label}填的是 {number:,}，不能超过 {field.most:,}。", "请核对后再填。"
        )
    return number


def _money(field: Field, text: str) -> int:
    try:
        fen = parse_wan(text)
    except Refused as refused:
        found = refused.refusal
        raise _refuse(found.code, f"{field.label}：{found.why}", found.fix) from None
    if fen < 0 and field.least == 0:
        raise _refuse("negative", f"{field.label}不能是负数。", "请核对后再填。")
    return fen


def _date(field: Field, text: str) -> str:
    plain = re.sub(r"[年月./]", "-", half_width(text)).rstrip("日")
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        read = date(year, month, day).isoformat()
    except ValueError:
        raise _refuse("date", f"{field.label}不是有效的日期。", "请按 2026-07-08 这样填写。") from None
    if (field.earliest and read < field.earliest) or (field.latest and read > field.latest):
        why = f"{field.label}填的是 {read}，应在 {field.earliest} 至 {field.latest} 之间。"
        raise _refuse("date_range", why, "请核对后再填。")
    return read


def _choice(field: Field, text: str) -> str:
    if text not in dict(field.options):
        raise _refuse("choice", f"{field.label}的选项不存在。", "请重新选择。")
    return text


_READERS: Mapping[FieldKind, Callable[[Field, str], int | str]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.PHONE: _phone,
    FieldKind.COUNT: _count,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.YESNO: _choice,
}
