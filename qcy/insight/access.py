from __future__ import annotations

from qcy.foundation.parties.access import leads_hub
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Decision, Refusal

NEEDS_HUB = Refusal(
    "needs_manager", why="公开数据由总窗口负责人发布和更正。", fix="请把要改的数和出处告诉总窗口。"
)


def can_publish_figures(actor: Actor) -> Decision:
    allowed = actor.system or leads_hub(actor)
    return Decision.yes() if allowed else Decision.no(NEEDS_HUB)
