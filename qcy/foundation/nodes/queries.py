from __future__ import annotations

from typing import Any

from qcy.foundation.database.held import Held

from .models import Node, NodeKind

HELD_SECONDS = 10  # a node that is switched off disappears within this time


def _read_nodes() -> list[Node]:
    found = list(Node.objects.filter(is_active=True).prefetch_related("service_points"))
    return sorted(found, key=lambda node: (node.kind != NodeKind.HUB, node.code))


held_nodes = Held(_read_nodes, HELD_SECONDS)


def active_nodes() -> list[Node]:
    """Every node that serves, hub first, with its service points. Held for a moment: each page needs them."""
    return held_nodes()


def node_of(slug: str) -> Node | None:
    """The node of an address; without one, the hub."""
    return next((n for n in active_nodes() if (n.slug == slug if slug else n.kind == NodeKind.HUB)), None)


def office_of(node: Node) -> dict[str, Any]:
    """What the node file says of its first service point; blank where nobody has told us."""
    fields = ("name", "address", "hours", "consult_phone", "complaint_phone", "operator", "is_demo")
    points = list(node.service_points.all())
    return {field: getattr(points[0], field) for field in fields} if points else {}
