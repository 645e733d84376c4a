"""What was typed into the editor of a matter, as its document; and the document as rows to be edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from qcy.engines.catalogue.fields import CONFIDENCE, GROUPS
from qcy.kernel.text import clean

BLANK_ROWS = 2
LONGEST = 600
LISTS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {  # part -> heading, columns
    "conditions": ("受理条件", (("text", "条件"), ("law", "依据"), ("confidence", "可信程度"))),
    "materials": (
        "材料",
        (("name", "材料名称"), ("field", "字段名"), ("how", "怎么准备"), ("confidence", "可信程度")),
    ),
    "steps": ("办理环节", (("name", "环节"), ("days", "工作日"))),
    "questions": ("常见问答", (("q", "问"), ("a", "答"), ("confidence", "可信程度"))),
}
LIMITS = {
    "standard_limit": "标准办结时限",
    "correction_limit": "补正期限",
    "follow_up_limit": "容缺后补期限",
}
PLAIN = {"title": "版本名称", "effective_from": "施行日期", "conditions_note": "条件说明"}


def document_from(post: Mapping[str, str], document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with everything that was typed; what the page does not show stays as it was."""
    changed = deepcopy(dict(document))
    item, edition = changed["item"], changed["edition"]
    item["name"] = _said(post, "name", item.get("name", ""))
    item["aliases"] = [part for part in _said(post, "aliases", "").replace("，", "、").split("、") if part]
    for name in PLAIN:
        edition[name] = _said(post, name, edition.get(name, ""))
    for name in LIMITS:
        edition[name] = {"unit": "working_day", "value": _number(_said(post, name, ""))}
    for part, (_heading, columns) in LISTS.items():
        edition[part] = list(_rows(post, part, [key for key, _ in columns], edition.get(part, [])))
    edition["fields"] = _fields(post, edition.get("fields", {}))
    return changed


def _rows(
    post: Mapping[str, str], part: str, keys: Sequence[str], before: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """A row somebody emptied is gone; columns the page does not show are kept from the row of that place."""
    for number in range(len(before) + BLANK_ROWS):
        typed = {key: _said(post, f"{part}-{number}-{key}", "") for key in keys}
        if any(value for key, value in typed.items() if key != "confidence"):
            kept = before[number] if number < len(before) else {}
            yield {**kept, **typed} | ({"days": _number(typed["days"])} if "days" in typed else {})


def _fields(post: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for _group, fields in GROUPS:
        for name, _label in fields:
            value, source = _said(post, f"f-{name}-value", ""), _said(post, f"f-{name}-source", "")
            confidence = _said(post, f"f-{name}-confidence", "none")
            held = before.get(name) or {}
            kept = held.get("value") if value == shown(held.get("value")) else _value(value)
            if value or source or confidence != "none":
                found[name] = {"value": kept, "source": source, "confidence": confidence}
    return found


def shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value.get('value')} 个工作日"
    return "" if value is None else str(value)


def _value(text: str) -> Any:
    if text.endswith("个工作日") and text[:-4].strip().isdecimal():
        return {"unit": "working_day", "value": int(text[:-4])}
    return int(text) if text.isdecimal() and len(text) < 6 else text or None


def _number(text: str) -> Any:
    return int(text) if text.isdecimal() and len(text) < 6 else text


def _said(post: Mapping[str, str], name: str, otherwise: str) -> str:
    return clean(str(post.get(name, otherwise) or "")).strip()[:LONGEST]


# ---------------------------------------------------------------- for the page
def rows_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each list with its columns and, below what is there, a few blank rows."""
    return [
        {
            "part": part,
            "heading": heading,
            "columns": [_(label) for _key, label in columns],
            "rows": [
                _cells(part, number, columns, row)
                for number, row in enumerate([*document["edition"].get(part, []), *[{}] * BLANK_ROWS])
            ],
        }
        for part, (heading, columns) in LISTS.items()
    ]


def _cells(
    part: str, number: int, columns: Sequence[tuple[str, str]], row: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{part}-{number}-{key}",
            "label": f"{label} {number + 1}",
            "value": shown(row.get(key)) or ("none" if key == "confidence" else ""),
            "choices": CONFIDENCE.items() if key == "confidence" else (),
        }
        for key, label in columns
    ]


def field_groups(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = document["edition"].get("fields", {})
    return [
        {
            "heading": group,
            "known": sum(bool((given.get(n) or {}).get("value") not in (None, "")) for n, _ in fields),
            "total": len(fields),
            "rows": [
                {
                    "name": name,
                    "label": label,
                    "value": shown((given.get(name) or {}).get("value")),
                    "source": (given.get(name) or {}).get("source", ""),
                    "confidence": (given.get(name) or {}).get("confidence", "none"),
                }
                for name, label in fields
            ],
        }
        for group, fields in GROUPS
    ]


def plain_fields(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    edition = document["edition"]
    texts = [(name, label, str(edition.get(name, ""))) for name, label in PLAIN.items()]
    limits = [
        (name, _("{label}（工作日）").format(label=_(label)), str((edition.get(name) or {}).get("value", "")))
        for name, label in LIMITS.items()
    ]
    return texts + limits
