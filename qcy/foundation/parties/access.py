from __future__ import annotations

from uuid import UUID

from qcy.foundation.nodes.models import NodeKind
from qcy.foundation.nodes.queries import active_nodes
from qcy.kernel.refusals import Decision, Refusal

from .actor import Actor
from .enums import Role
from .models import Membership

MAY_CHECK_LICENCES = frozenset({Role.CLERK, Role.NODE_MANAGER})

NEEDS_HUB = Refusal(
    "needs_manager", why="节点的停用和恢复由总窗口负责人办理。", fix="请把情况告诉总窗口负责人。"
)


def leads_hub(actor: Actor) -> bool:
    hubs = {node.pk for node in active_nodes() if node.kind == NodeKind.HUB}
    return bool(hubs & actor.managed_nodes)


def can_switch_nodes(actor: Actor) -> Decision:
    return Decision.yes() if leads_hub(actor) else Decision.no(NEEDS_HUB)


def can_manage_desks(actor: Actor, node_id: UUID) -> Decision:
    if Role.NODE_MANAGER in actor.roles_at(node_id):
        return Decision.yes()
    return Decision.no(Refusal("needs_manager", why="岗位和请假由节点负责人安排。", fix="请告诉节点负责人。"))


def can_verify_membership(actor: Actor, claim: Membership) -> Decision:
    if claim.node_id is None or not (actor.roles_at(claim.node_id) & MAY_CHECK_LICENCES):
        return Decision.no(
            Refusal("not_your_role", why="核对营业执照由本节点的经办人办理。", fix="请转给经办人。")
        )
    if claim.person_id == actor.person_id:
        return Decision.no(Refusal("own_claim", why="不能核验自己的企业身份。", fix="请转给另一位经办人。"))
    return Decision.yes()
