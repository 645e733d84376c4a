"""The one validation of a form: the same rules for a step, for the submission and for staff."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qcy.kernel.money import format_wan, parse_wan
from qcy.kernel.refusals import Refusal, Refused, worded
from qcy.kernel.text import half_width

from .definition import Field, FieldKind, Form, Section

Values = Mapping[str, Any]  # field name -> text as typed; a group -> list of {name: text}
Files = Mapping[str, int]  # field name -> number of files kept

ASKED = {  # what is asked for: without and with an example
    "type": ("请填写{label}", "请填写{label}，例如 {example}"),
    "upload": ("请上传{label}", "请上传{label}，例如 {example}"),
    "row": ("请至少填写一行{label}", "请至少填写一行{label}，例如 {example}"),
}
CHECK = "请核对后再填。"


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
                yield Problem(field.name, _ask(field, "upload"))
        case FieldKind.GROUP:
            yield from _group_problems(field, values.get(field.name) or [])
        case _:
            if text := fault_in(field, str(values.get(field.name, "") or "")):
                yield Problem(field.name, text)


def _group_problems(group: Field, rows: list[Values]) -> Iterator[Problem]:
    filled = filled_rows(rows)
    if group.required and not filled:
        yield Problem(group.name, _ask(group, "row"))
    for index, row in filled:
        for field in group.fields:
            if text := fault_in(field, str(row.get(field.name, "") or "")):
                said = worded("第 {n} 行：{fault}", n=index + 1, fault=text)
                yield Problem(f"{group.name}-{index}-{field.name}", said)


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
        return _ask(field, "type") if field.required else ""
    try:
        _READERS[field.kind](field, text)
    except Refused as refused:
        return refused.refusal.sentence
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


def _ask(field: Field, how: str) -> str:
    """A field may say in its own words what to do; other languages have only the plain request."""
    plain, with_example = ASKED[how]
    said = worded(with_example if field.example else plain, label=field.label, example=field.example)
    if not field.ask:
        return said
    return said.called(f"请{field.ask}，例如 {field.example}" if field.example else f"请{field.ask}")


def _refuse(code: str, why: str, fix: str = "") -> Refused:
    return Refused(Refusal(code, why=why, fix=fix))


def _text(field: Field, text: str) -> str:
    if len(text) > field.longest:
        raise _refuse(
            "too_long",
            worded(
                "{label}有 {n} 个字，最多 {most} 个。", label=field.label, n=len(text), most=field.longest
            ),
            "请精简后再填。",
        )
    return text


def _phone(field: Field, text: str) -> str:
    digits = re.sub(r"[\s\-]", "", half_width(text))
    if not re.fullmatch(r"(\+?86)?1[3-9]\d{9}|0\d{9,11}", digits):
        why = worded("{label}应为 11 位手机号，或带区号的座机号。", label=field.label)
        raise _refuse("phone", why, "例如 138 0000 0000。")
    return digits


def _count(field: Field, text: str) -> int:
    digits = half_width(text).replace(",", "").replace(" ", "")
    if not re.fullmatch(r"\d{1,12}", digits):
        why = worded("{label}请填整数，不带小数和文字。", label=field.label)
        raise _refuse("count", why, worded("例如 {example}。", example=field.example or "86"))
    return _within(field, int(digits))


def _within(field: Field, number: int) -> int:
    if field.least is not None and number < field.least:
        said = {"label": field.label, "typed": f"{number:,}", "least": f"{field.least:,}"}
        raise _refuse("too_small", worded("{label}填的是 {typed}，不能小于 {least}。", **said), CHECK)
    if field.most is not None and number > field.most:
        said = {"label": field.label, "typed": f"{number:,}", "most": f"{field.most:,}"}
        raise _refuse("too_big", worded("{label}填的是 {typed}，不能超过 {most}。", **said), CHECK)
    return number


def _money(field: Field, text: str) -> int:
    try:
        fen = parse_wan(text)
    except Refused as refused:
        found = refused.refusal
        why = worded("{label}：{fault}", label=field.label, fault=found.why)
        raise _refuse(found.code, why, found.fix) from None
    if fen < 0 and field.least == 0:
        raise _refuse("negative", worded("{label}不能是负数。", label=field.label), CHECK)
    return fen


def _date(field: Field, text: str) -> str:
    plain = re.sub(r"[年月./]", "-", half_width(text)).rstrip("日")
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        read = date(year, month, day).isoformat()
    except ValueError:
        why = worded("{label}不是有效的日期。", label=field.label)
        raise _refuse("date", why, "请按 2026-07-08 这样填写。") from None
    if (field.earliest and read < field.earliest) or (field.latest and read > field.latest):
        said = {"label": field.label, "typed": read, "first": field.earliest, "last": field.latest}
        raise _refuse(
            "date_range", worded("{label}填的是 {typed}，应在 {first} 至 {last} 之间。", **said), CHECK
        )
    return read


def _choice(field: Field, text: str) -> str:
    if text not in dict(field.options):
        raise _refuse("choice", worded("{label}的选项不存在。", label=field.label), "请重新选择。")
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
