"""The nodes as a schematic: the hub in the middle, the others on two rings. No distances, no borders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from qcy.delivery.web.context import home_url
from qcy.foundation.nodes.models import Node, NodeKind

CENTRE = (220, 180)
RINGS = {1: (84, -pi / 2 + 0.3), 2: (150, -pi / 2 - 0.15)}  # radius and the angle of the first node
LABEL_GAP = 14
_SUFFIX = re.compile("(新城|示范区|区)$")  # short labels: the full name stands in the list beside it


@dataclass(frozen=True)
class Dot:
    name: str
    url: str
    x: int
    y: int
    label_x: int
    label_y: int
    anchor: str
    current: bool


@dataclass(frozen=True)
class NodeMap:
    dots: tuple[Dot, ...]
    centre: tuple[int, int] = CENTRE
    radii: tuple[int, ...] = tuple(radius for radius, _ in RINGS.values())


def node_map(nodes: Sequence[Node], current: Node) -> NodeMap:
    """Positions follow the order of the node table only."""
    dots = []
    for ring, (radius, first) in RINGS.items():
        placed = [n for n in nodes if n.kind != NodeKind.HUB and n.ring == ring]
        for number, node in enumerate(placed):
            angle = first + 2 * pi * number / len(placed)
            dots.append(_dot(node, radius, angle, node.pk == current.pk))
    return NodeMap(tuple(dots))


def _dot(node: Node, radius: int, angle: float, current: bool) -> Dot:
    x, y = round(CENTRE[0] + radius * cos(angle) * 1.05), round(CENTRE[1] + radius * sin(angle) * 0.98)
    right = cos(angle) >= -0.05
    return Dot(
        name=_SUFFIX.sub("", node.short_name),
        url=home_url(node),
        x=x,
        y=y,
        label_x=x + (LABEL_GAP if right else -LABEL_GAP),
        label_y=y + 5,
        anchor="start" if right else "end",
        current=current,
    )
