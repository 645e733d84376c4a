from __future__ import annotations

from django.db.models import QuerySet

from qcy.foundation.nodes.models import Node

from .models import Adoption


def offered_at(node: Node) -> QuerySet[Adoption]:
    """Matters a node offers now, the most urgent first."""
    offered = Adoption.objects.filter(node=node, is_current=True).select_related("item", "node", "edition")
    return offered.defer("resolved", "overrides", "edition__content").order_by("closes_on")
