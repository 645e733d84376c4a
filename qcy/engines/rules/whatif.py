"""A clause with another threshold: who gains, who loses, what it costs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .feel import tree as t
from .outcomes.terms import Number, plain
from .packs.model import Clause, Pack, Version

_SETTING = re.compile(r"([\w.]+?)\.threshold(?:\.(\d+))?=(-?\d{1,15}(?:\.\d{1,6})?)")


class CannotSet(ValueError):
    """The setting names nothing that can be changed; the sentence says what can."""


@dataclass(frozen=True)
class Changed:
    pack: Pack
    clause: str
    before: Number
    after: Number


def with_threshold(pack: Pack, version: Version, setting: str) -> Changed:
    """The pack with `clause.threshold=V` set in that version; `clause.threshold.2=V` where a clause has several."""
    match = _SETTING.fullmatch(setting)
    if match is None:
        raise CannotSet(f"“{setting}”读不懂，请写成 条件编号.threshold=数值，例如 employees.threshold=300。")
    name, number, text = match.groups()
    clause = next((c for c in version.clauses if c.id == name), None)
    if clause is None:
        raise CannotSet(f"没有编号为“{name}”的条件。可以改的有：{'、'.join(_changeable(version))}。")
    found = thresholds(clause)
    if not found:
        raise CannotSet(f"条件“{name}”里没有数值。可以改的有：{'、'.join(_changeable(version))}。")
    if len(found) > 1 and number is None:
        listed = "、".join(f"{name}.threshold.{n + 1}（现为 {plain(v)}）" for n, v in enumerate(found))
        raise CannotSet(f"条件“{name}”里有 {len(found)} 个数值，请写明是哪一个：{listed}。")
    place = int(number or 1) - 1
    if not 0 <= place < len(found):
        raise CannotSet(f"条件“{name}”里只有 {len(found)} 个数值。")
    after = plain(Fraction(text))
    return Changed(_replaced(pack, version, clause, place, after), name, found[place], after)


def _changeable(version: Version) -> list[str]:
    return [clause.id for clause in version.clauses if thresholds(clause)]


def thresholds(clause: Clause) -> list[Number]:
    """The numbers of a clause, in the order of its text."""
    return [node.value for node in _numbers(clause.when)]


def _numbers(tree: t.Node) -> list[t.Literal]:
    literals = [node for node in tree.walk() if isinstance(node, t.Literal)]
    return [n for n in literals if isinstance(n.value, (int, Fraction)) and not isinstance(n.value, bool)]


def _replaced(pack: Pack, version: Version, clause: Clause, place: int, after: Number) -> Pack:
    target = _numbers(clause.when)[place]
    changed = replace(clause, when=_with(clause.when, target, t.Literal(after)))
    clauses = tuple(changed if c is clause else c for c in version.clauses)
    now = replace(version, clauses=clauses, fingerprint="", id=f"{version.id}（试算）")
    return replace(pack, versions=tuple(now if v is version else v for v in pack.versions))


def _with(node: t.Node, target: t.Node, new: t.Node) -> t.Node:
    """The tree with one node (that very object) exchanged."""
    if node is target:
        return new
    changed: dict[str, Any] = {}
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, t.Node):
            changed[name] = _with(value, target, new)
        elif isinstance(value, tuple) and value and isinstance(value[0], t.Node):
            changed[name] = tuple(_with(part, target, new) for part in value)
    return replace(node, **changed)
