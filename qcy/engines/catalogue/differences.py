"""What a node says differently from the standard, and what a new edition changes: rows for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from qcy.foundation.nodes.models import Node
from qcy.kernel.clock import limit_from, limit_text

from .definition import UNKNOWN
from .fields import LABELS
from .models import Adoption

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    what: str
    here: str
    standard: str


def differences_of(adoption: Adoption) -> list[Difference]:
    """Read from the overrides, which hold only what the node changed."""
    standard, overrides = adoption.edition.content, adoption.overrides
    found = (_limit(standard, overrides), _steps(standard, overrides), _fields(standard, overrides))
    return [difference for rows in (*found, _questions(overrides)) for difference in rows]


def differences_at(node: Node) -> dict[UUID, list[Difference]]:
    """Of every matter that this node offers and says something of, by adoption; the long texts of no other are read."""
    offered = Adoption.objects.filter(node=node, is_current=True).exclude(overrides={})
    return {a.pk: differences_of(a) for a in offered.select_related("edition").defer("resolved")}


def _limit(standard: Content, overrides: Content) -> Iterator[Difference]:
    given = overrides.get("promised_limit")
    if given and given != standard["promised_limit"]:
        yield Difference("承诺时限", _said(given), _said(standard["promised_limit"]))


def _steps(standard: Content, overrides: Content) -> Iterator[Difference]:
    given = overrides.get("steps")
    if given and given != standard["steps"]:
        yield Difference("办理环节", _steps_text(given), _steps_text(standard["steps"]))


def _steps_text(steps: Any) -> str:
    return "、".join(f"{step['name']} {step['days']} 日" for step in steps)


def _fields(standard: Content, overrides: Content) -> Iterator[Difference]:
    for name, given in overrides.get("fields", {}).items():
        here = given.get("value") if isinstance(given, Mapping) else given
        there = standard["fields"][name]["value"]
        if here != there:
            yield Difference(LABELS[name], _said(here), _said(there))


def _questions(overrides: Content) -> Iterator[Difference]:
    if added := overrides.get("questions"):
        yield Difference("常见问答", f"另有 {len(added)} 条", "—")


# ---------------------------------------------------------------- between two editions
_LISTS = {
    "conditions": ("条件", "text"),
    "materials": ("材料", "name"),
    "steps": ("环节", "name"),
    "questions": ("问答", "q"),
}
_LIMITS = {
    "standard_limit": "标准时限",
    "correction_limit": "补正期限",
    "follow_up_limit": "容缺后补期限",
}


def changes_between(before: Content, after: Content) -> list[Difference]:
    """What an editor, and later a firm, has to know about a new edition: here = after, standard = before."""
    found = [
        Difference(label, _said(after.get(name)), _said(before.get(name)))
        for name, label in _LIMITS.items()
        if before.get(name) != after.get(name)
    ]
    for name, label in LABELS.items():
        old, new = (side["fields"].get(name, {}).get("value") for side in (before, after))
        if old != new:
            found.append(Difference(label, _said(new), _said(old)))
    for part, (label, key) in _LISTS.items():
        found += _list_changes(label, [row[key] for row in before[part]], [row[key] for row in after[part]])
    return found


def _list_changes(label: str, before: list[str], after: list[str]) -> Iterator[Difference]:
    yield from (Difference(f"新增{label}", text, "—") for text in after if text not in before)
    yield from (Difference(f"取消{label}", "—", text) for text in before if text not in after)


def _said(value: Any) -> str:
    if isinstance(value, Mapping) and "unit" in value:
        return limit_text(limit_from(value))
    return UNKNOWN if value in (None, "") else str(value)
