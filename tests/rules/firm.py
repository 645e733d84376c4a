"""A small dictionary, packs written in place, and the product's own packs, for the tests of the engine."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from qcy.engines.rules import Answer, Dictionary, Pack, decide, dictionary_of, load_pack
from qcy.engines.rules.packs.load import Loaded

ROOT = Path(__file__).resolve().parent.parent.parent
POLICIES = ROOT / "seeds" / "policies"
SHARED = ROOT.parent / "shared"
TODAY = date(2026, 6, 15)

SMALL = dictionary_of(
    [
        {"name": "a", "zh": "甲", "type": "int", "min": 0, "max": 3},
        {"name": "b", "zh": "乙", "type": "int", "min": 0, "max": 3},
        {"name": "c", "zh": "丙", "type": "int", "min": 0, "max": 3},
        {"name": "p", "zh": "是否", "type": "bool"},
        {"name": "kind", "zh": "类型", "type": "enum", "values": ["x", "y", "z"]},
        {"name": "rd", "zh": "研发费用", "type": "decimal", "unit": "万元", "min": 0},
        {"name": "sales", "zh": "销售收入", "type": "decimal", "unit": "万元", "min": 0},
        {"name": "heads", "zh": "职工人数", "type": "int", "unit": "人", "min": 0},
        {"name": "profit", "zh": "利润", "type": "decimal", "unit": "万元"},
        {"name": "founded", "zh": "成立日期", "type": "date"},
        {"name": "city", "zh": "所在地", "type": "text"},
        {"name": "panel", "zh": "专家分", "type": "decimal", "min": 0, "max": 10, "judgement": "expert"},
        {"name": "leading", "zh": "领先", "type": "bool", "judgement": "expert"},
    ]
)

HEAD = """policy: test.policy
title: 试验政策
document: 试验〔2026〕1号
issuer: 试验机关
level: city
versions:
  - version: test.1
    from: 2026-01-01
    status: active
"""


def loaded(body: str, dictionary: Dictionary = SMALL) -> Loaded:
    """A pack with one version whose sections are `body`."""
    return load_pack(HEAD + indent(body.strip("\n"), "    ") + "\n", dictionary, "test.yaml")


def pack(body: str, dictionary: Dictionary = SMALL) -> Pack:
    result = loaded(body, dictionary)
    assert result.usable, [str(problem) for problem in result.problems]
    assert result.pack
    return result.pack


def clause(when: str, kinds: list[dict[str, Any]] | None = None) -> Pack:
    body = f"clauses:\n  - {{id: one, title: 条件, when: '{when}', source: 第一条, grade: T}}"
    return pack(body, dictionary_of(kinds) if kinds else SMALL)


def answer(rule: Pack, on: date = TODAY, kind: str = "new", **facts: Any) -> Answer:
    told, errors = SMALL.read(facts)
    assert not errors, errors
    return decide(rule, SMALL, {name: value.value for name, value in told.items()}, on, kind)


@cache
def dictionary() -> Dictionary:
    return dictionary_of(yaml.safe_load((POLICIES / "facts.yaml").read_text("utf-8"))["facts"])


@cache
def policies() -> dict[str, Pack]:
    files = [path for path in sorted(POLICIES.glob("*.yaml")) if path.name != "facts.yaml"]
    packs = [load_pack(path, dictionary()).pack for path in files]
    return {found.policy: found for found in packs if found}


def shared_vectors() -> list[dict[str, Any]] | None:
    path = SHARED / "domain" / "vectors" / "vectors.json"
    return json.loads(path.read_text("utf-8"))["vectors"] if path.exists() else None
