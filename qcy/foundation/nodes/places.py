"""Where is my node: from the name of a place to the nodes that cover it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from .models import Node, NodeCoverage
from .queries import active_nodes

SHORTEST = 2
TRADITIONAL_NAMES = {
    "西鹹": "西咸",
    "鹹陽": "咸陽",
}  # what a dictionary of characters cannot know about places


@dataclass(frozen=True)
class Covered:
    """A node and the words by which its coverage was found."""

    node: Node
    by: str


@dataclass(frozen=True)
class Answer:
    covered: tuple[Covered, ...]
    regions: tuple[str, ...]  # known places of that name that no node covers


@lru_cache
def regions() -> Mapping[str, str]:
    """Codes and names of GB/T 2260 (`seeds/regions`)."""
    return {code: name for part in _files() for code, name in part["regions"].items()}


@lru_cache
def _provinces() -> Mapping[str, str]:
    return {part["province"]["code"][:2]: part["province"]["name"] for part in _files()}


def _files() -> list[Any]:
    files = sorted((Path(settings.QCY_SEEDS) / "regions").glob("*.yaml"))
    return [yaml.safe_load(file.read_text("utf-8")) for file in files]


def full_name(code: str) -> str:
    """陕西省宝鸡市金台区: the province and the city the code lies in, then its own name."""
    city = code[:4] + "00"
    own = regions()[code] if code != city else ""
    return _provinces().get(code[:2], "") + regions().get(city, "") + own


def nodes_for(place: str, today: date) -> Answer:
    """Nodes whose coverage is valid today and has that name or contains a region of that name."""
    wanted = "".join(place.split())
    if len(wanted) < SHORTEST:
        return Answer((), ())
    valid = [c for c in coverage() if _is_valid(c, today)]
    found: dict[str, Covered] = {}
    for c in valid:
        if wanted in c.description or any(wanted in name or name in wanted for name in c.named):
            found.setdefault(c.node.code, Covered(c.node, c.description))
    lost = []
    for code, name in regions().items():
        if wanted in name or (len(name) > 2 and name in wanted):
            inside = [c for c in valid if _contains(c.region_code, code)]
            for c in inside:
                found.setdefault(c.node.code, Covered(c.node, full_name(code)))
            if not inside and not found:
                lost.append(full_name(code))
    return Answer(tuple(found.values()), tuple(lost))


def coverage() -> list[NodeCoverage]:
    return [row for node in active_nodes() for row in node.coverage.all()]


def _is_valid(c: NodeCoverage, today: date) -> bool:
    return (c.valid_from is None or c.valid_from <= today) and (c.valid_to is None or today <= c.valid_to)


def _contains(outer: str, code: str) -> bool:
    """610300 contains 610302; a node without a code contains no region by code."""
    prefix = outer.rstrip("0")
    return bool(outer) and code.startswith(prefix if len(prefix) % 2 == 0 else prefix + "0")
