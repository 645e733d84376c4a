from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from qcy.foundation.database.held import Held

from .models import Node, NodeCoverage, NodeKind

HELD_SECONDS = 10  # a node that is switched off disappears within this time
OFFICE = ("name", "address", "hours", "consult_phone", "complaint_phone", "operator", "is_demo")


@dataclass(frozen=True)
class WindowGroup:
    """Windows of one category: 1–4 号."""

    category: str
    numbers: str
    count: int
    name: str
    is_demo: bool


def _read_nodes() -> list[Node]:
    known = Node.objects.filter(is_active=True)
    found = list(known.prefetch_related("service_points__windows", "coverage"))
    return sorted(found, key=lambda node: (node.kind != NodeKind.HUB, node.ring, node.code))


held_nodes = Held(_read_nodes, HELD_SECONDS)


def active_nodes() -> list[Node]:
    """Every node that serves, hub first, with its service points. Held for a moment: each page needs them."""
    return held_nodes()


def node_of(slug: str) -> Node | None:
    """The node of an address; without one, the hub."""
    return next((n for n in active_nodes() if (n.slug == slug if slug else n.kind == NodeKind.HUB)), None)


def serves(node_id: UUID) -> bool:
    """Whether a node takes new applications in."""
    return any(node.pk == node_id for node in active_nodes())


def office_of(node: Node) -> dict[str, Any]:
    """What the node file says of its first service point; blank where nobody has told us."""
    return next(iter(offices_of(node)), {})


def offices_of(node: Node) -> list[dict[str, Any]]:
    return [{field: getattr(point, field) for field in OFFICE} for point in node.service_points.all()]


def coverage_of(node: Node) -> list[NodeCoverage]:
    return list(node.coverage.all())


def windows_of(node: Node) -> list[WindowGroup]:
    """The windows of a node's service points by category; empty where no hall is known."""
    windows = [w for point in node.service_points.all() for w in point.windows.all()]
    ordered = sorted(windows, key=lambda w: w.number)
    return [
        WindowGroup(
            category, _ranges(w.number for w in group), len(group), name, any(w.is_demo for w in group)
        )
        for (category, name), group in (
            (key, list(same)) for key, same in groupby(ordered, key=lambda w: (w.category, w.name))
        )
    ]


def _ranges(numbers: Iterable[int]) -> str:
    """1–4, 7"""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return "、".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)
