"""Where is my node, and what is to be known about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.portal.nodes import at_node
from qcy.delivery.web.context import home_url
from qcy.delivery.web.gates import public
from qcy.engines.catalogue.differences import differences_at
from qcy.engines.catalogue.queries import offered_at
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.nodes.places import SHORTEST, Answer, nodes_for
from qcy.foundation.nodes.queries import active_nodes, coverage_of, offices_of

from .node_map import node_map
from .windows import window_rows

LONGEST_PLACE = 40


@public
def nodes(request: Any) -> HttpResponse:
    """All nodes, and the ones that cover the place somebody typed."""
    place = " ".join(request.GET.get("place", "").replace("\x00", "").split())[:LONGEST_PLACE]
    known = active_nodes()
    answer = nodes_for(place, request.today) if place else Answer((), ())
    context = {
        "place": place,
        "too_short": bool(place) and len(place) < SHORTEST,
        "covered": [(c.node, home_url(c.node), c.by) for c in answer.covered],
        "lost": answer.regions,
        "rows": tuple(node_row(n) for n in known),
        "count": sum(n.kind != NodeKind.HUB for n in known),
        "map": node_map(known, known[0]) if known else None,
    }
    return render(request, "portal/places/nodes.html", context)


@dataclass(frozen=True)
class NodeRow:
    name: str
    url: str
    emblem: str
    hero: str
    covers: tuple[str, ...]
    is_hub: bool


def node_row(node: Node) -> NodeRow:
    covers = (
        f"{c.description}（{c.region_code}）" if c.region_code else c.description for c in coverage_of(node)
    )
    return NodeRow(
        node.name, home_url(node), node.emblem, node.hero, tuple(covers), node.kind == NodeKind.HUB
    )


@public
@at_node
def node(request: Any) -> HttpResponse:
    """One node: what it covers, where it is, its windows, what it does differently from the standard."""
    offered = list(offered_at(request.node))
    differences = differences_at(request.node)
    own = [a for a in offered if a.item.owner_id is not None]
    context = {
        "n": request.node,
        "offered": len(offered),
        "own": [(a.item.name, reverse("matter", args=[request.node.slug, a.item.code])) for a in own],
        "differences": [(a.item.name, d) for a in offered if (d := differences.get(a.pk))],
        "coverage": coverage_of(request.node),
        "offices": offices_of(request.node),
        "windows": window_rows(request.node),
        "list_url": reverse("matters", args=[request.node.slug]),
        "title": _("{name}服务信息").format(name=request.node.name),
    }
    return render(request, "portal/places/node.html", context)
