from __future__ import annotations

from qcy.foundation.nodes.models import NodeKind
from qcy.foundation.nodes.queries import active_nodes
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Decision, Refusal

NEEDS_HUB = Refusal(
    "needs_manager", why="公开数据由总窗口负责人发布和更正。", fix="请把要改的数和出处告诉总窗口。"
)


def can_publish_figures(actor: Actor) -> Decision:
    hubs = {node.pk for node in active_nodes() if node.kind == NodeKind.HUB}
    allowed = actor.system or bool(hubs & actor.managed_nodes)
    return Decision.yes() if allowed else Decision.no(NEEDS_HUB)
