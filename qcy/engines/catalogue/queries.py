from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from qcy.foundation.database.held import Held
from qcy.foundation.database.scope import purpose
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Mandate

from .enums import Flow
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


def newer_than(adoption: Adoption) -> Adoption | None:
    """What the node offers of this matter now, if it still does."""
    current = Adoption.objects.filter(node_id=adoption.node_id, item_id=adoption.item_id, is_current=True)
    return current.select_related("edition__form").first()


def offered_at(node: Node) -> QuerySet[Adoption]:
    """Matters a node offers now, the most urgent first."""
    offered = Adoption.objects.filter(node=node, is_current=True).select_related("item", "node", "edition")
    return offered.defer("resolved", "overrides", "edition__content").order_by("closes_on", "item__position")


def desks_for(flow: Flow) -> tuple[Role, ...]:
    """Whom a node needs to handle a matter of this flow."""
    deciding = (Role.DECIDER,) if flow == Flow.DECISION else ()
    return (Role.CLERK, *deciding, Role.NODE_MANAGER)


def problems_of_desks(node: Node, flow: Flow) -> list[str]:
    """Every role of the flow has somebody at this node, and who decides is not who accepts."""
    with purpose("sweep"):  # whoever publishes may belong to another node; only sentences leave this room
        held = list(Mandate.objects.filter(node=node, until=None).values_list("role", "person_id"))
    people = {role: {person for r, person in held if r == role} for role in desks_for(flow)}
    found = [f"{node.name}还没有{role.label}。" for role, somebody in people.items() if not somebody]
    if Role.DECIDER in people and people[Role.CLERK] == people[Role.DECIDER] and len(people[Role.CLERK]) == 1:
        found.append(f"{node.name}的经办人和审定人是同一个人，受理和审定须由两个人办。")
    return found
