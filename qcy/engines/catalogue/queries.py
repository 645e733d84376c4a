from __future__ import annotations

from django.db.models import QuerySet

from qcy.foundation.nodes.models import Node

from .models import Adoption


def offered_at(node: Node) -> QuerySet[Adoption]:
    """Matters a node offers now, the most urgent first."""
    return (
        Adoption.objects.filter(node=node, is_current=True)
        .select_related("item", "node")
        .order_by("closes_on")
    )
