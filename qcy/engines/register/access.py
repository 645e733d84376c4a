"""Who may see what is known of a firm, and who may change the register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.models import AccessLog
from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import purpose
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Organisation
from qcy.kernel.local_time import SHANGHAI, local_day
from qcy.kernel.refusals import Decision, Refusal, Refused
from qcy.kernel.text import clean

SHORTEST_REASON, LONGEST_REASON = 4, 200
WHAT = "facts"  # in the access log
ASK_FIRST = Refusal(
    "record_closed", "本节点没有这家企业的办件，档案没有打开。", "确有工作需要的，请写明用途后查看。"
)
OWNERS_ONLY = Refusal("owners_only", "企业档案由企业管理员查看。", "请联系贵单位的企业管理员。")
WHY = Refusal("why_missing", "查看企业档案要写明用途，至少 4 个字。", "例如：核对培育库企业的研发投入。")
MANAGERS_ONLY = Refusal("needs_manager", "导入数据由节点负责人办理。", "请告诉本节点的负责人。")
HUB_ONLY = Refusal("needs_manager", "合并企业由总窗口负责人办理。", "请告诉总窗口的负责人。")


def can_see_record(actor: Actor, organisation_id: UUID, *, has_case: bool, now: datetime) -> Decision:
    """Owners of the firm; staff of a node where the firm has a case, or who have said why, until the day ends.

    `has_case` is what the caller knows: cases belong to an engine to the right of this one.
    """
    held = actor.membership_of(organisation_id)
    if held is not None and held.may_invite:
        return Decision.yes()
    if not actor.is_staff:
        return Decision.no(OWNERS_ONLY)
    if has_case or _asked_today(actor, organisation_id, now):
        return Decision.yes()
    return Decision.no(ASK_FIRST)


@contextmanager
def opened_record(actor: Actor, organisation_id: UUID, *, has_case: bool, now: datetime) -> Iterator[None]:
    """The one way in which facts and timeline of a firm are read for somebody; raises Refused."""
    decision = can_see_record(actor, organisation_id, has_case=has_case, now=now)
    if not decision:
        assert decision.reason
        raise Refused(decision.reason)
    with purpose("register"):
        yield


@transaction.atomic
def open_record(*, actor: Actor, organisation_id: UUID, node_id: UUID, reason: str, now: datetime) -> None:
    """A look without a case: the reason stands in a log that nobody can change."""
    firm = Organisation.objects.get(pk=organisation_id)
    if not actor.roles_at(node_id):
        raise Organisation.DoesNotExist
    words = " ".join(clean(reason).split())[:LONGEST_REASON]
    if len(words) < SHORTEST_REASON:
        raise Refused(WHY)
    log = AccessLog(person_id=actor.me, node_id=node_id, subject_id=firm.pk, what=WHAT, reason=words, at=now)
    log.save(force_insert=True)
    record_audit(
        stream=f"access:{node_id}",
        type="register.opened",
        now=now,
        actor_id=actor.me,
        node_id=node_id,
        payload={"log": str(log.pk), "organisation": str(firm.pk)},
    )


def _asked_today(actor: Actor, organisation_id: UUID, now: datetime) -> bool:
    midnight = datetime.combine(local_day(now), time.min, SHANGHAI)
    asked = AccessLog.objects.filter(person_id=actor.me, subject_id=organisation_id, what=WHAT)
    return bool(asked.filter(at__gte=midnight).exists())


def can_import(actor: Actor, node_id: UUID) -> Decision:
    if Role.NODE_MANAGER in actor.roles_at(node_id):
        return Decision.yes()
    return Decision.no(MANAGERS_ONLY)


def can_merge(actor: Actor, node: Node) -> Decision:
    """Two firms of any node become one: the hub decides, not one of the nodes."""
    if node.kind == NodeKind.HUB and Role.NODE_MANAGER in actor.roles_at(node.pk):
        return Decision.yes()
    return Decision.no(HUB_ONLY)


def demand(decision: Decision) -> None:
    if not decision:
        assert decision.reason
        raise Refused(decision.reason)
