from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from qcy.foundation.database.held import Held
from qcy.foundation.nodes.models import Node

from .models import Adoption

HELD_SECONDS = 10
held_adoptions: Held[dict[UUID, Adoption]] = Held(dict, HELD_SECONDS)


def adoption_of(adoption_id: UUID) -> Adoption:
    """What a draft is for, with its node. Frozen when it was published, so many submissions share one."""
    known = held_adoptions()
    if adoption_id not in known:
        published = Adoption.objects.select_related("node").defer("resolved", "overrides")
        known[adoption_id] = published.get(pk=adoption_id)
    return known[adoption_id]


def offered_at(node: Node) -> QuerySet[Adoption]:
    """Matters a node offers now, the most urgent first."""
    offered = Adoption.objects.filter(node=node, is_current=True).select_related("item", "node", "edition")
    return offered.defer("resolved", "overrides", "edition__content").order_by("closes_on")
