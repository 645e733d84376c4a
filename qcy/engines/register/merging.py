"""Two records of one firm become one, and apart again.

Facts, titles and timeline move to the record that is kept. What moved is listed on the merge, so that undoing
puts exactly that back. Cases, memberships and everything else of other packages stay where they are (ADR 21).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import purpose
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Organisation
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .access import can_merge, demand
from .models import Fact, Merge, TimelineEntry, Title
from .timeline import Entry, tell

SHORTEST_REASON, LONGEST_REASON = 4, 300
SAME = Refusal("same_firm", "两个代码是同一家企业。", "请核对要合并的代码。")
WHY = Refusal("why_missing", "请写明为什么是同一家企业，至少 4 个字。", "例如：2025 年换照，旧代码停用。")
MERGED_ALREADY = Refusal(
    "merged_already", "其中一家已经并入别的企业。", "请先撤销那一次合并，或改用保留的代码。"
)
LATER_FIRST = Refusal("later_merge", "保留的这家企业后来又并入了别的企业。", "请先撤销后一次合并。")
UNDONE = Refusal("undone", "这次合并已经撤销。", "请刷新页面查看。")


@dataclass(frozen=True)
class Plan:
    """What a merge would move, counted for the page that asks before it."""

    facts: int
    titles: int
    entries: int
    gives_way: int  # values that both records have: one of the two stays in force


def plan_merge(*, actor: Actor, node: Node, kept: Organisation, merged: Organisation) -> Plan:
    demand(can_merge(actor, node))
    with purpose("register"):
        moved = _moved(kept, merged)
    return Plan(len(moved["facts"]), len(moved["titles"]), len(moved["timeline"]), len(moved["gave_way"]))


@transaction.atomic
def merge_organisations(
    *, actor: Actor, node: Node, kept_id: UUID, merged_id: UUID, reason: str, now: datetime
) -> Merge:
    demand(can_merge(actor, node))
    words = " ".join(clean(reason).split())[:LONGEST_REASON]
    if kept_id == merged_id:
        raise Refused(SAME)
    if len(words) < SHORTEST_REASON:
        raise Refused(WHY)
    with purpose("register"):
        kept, merged = _locked(kept_id, merged_id)
        if Merge.objects.filter(merged__in=[kept, merged], undone_at=None).exists():
            raise Refused(MERGED_ALREADY)
        moved = _moved(kept, merged)
        _move(moved, kept)
        merge = Merge(node=node, kept=kept, merged=merged, reason=words, moved=moved, at=now)
        merge.by = actor.me
        merge.save(force_insert=True)
        told = f"并入 {merged.code}（{merged.name or '未登记名称'}）的档案"
        tell([Entry(kept.pk, "merge", local_day(now), told, merge.pk, now)])
    _record(merge, "register.merged", actor, now)
    return merge


@transaction.atomic
def undo_merge(*, actor: Actor, merge_id: UUID, now: datetime) -> Merge:
    """Everything that moved goes back. What has been added to the kept record since then stays with it."""
    with purpose("register"):
        merge = Merge.objects.for_update().select_related("node").get(pk=merge_id)
        demand(can_merge(actor, merge.node))
        if merge.undone_at is not None:
            raise Refused(UNDONE)
        if Merge.objects.filter(merged_id=merge.kept_id, undone_at=None).exists():
            raise Refused(LATER_FIRST)
        _locked(merge.kept_id, merge.merged_id)
        _move_back(merge)
        TimelineEntry.objects.filter(kind="merge", subject_id=merge.pk).delete()
        merge.undone_by, merge.undone_at = actor.me, now
        merge.save(update_fields=["undone_by", "undone_at"])
    _record(merge, "register.unmerged", actor, now)
    return merge


def _locked(kept_id: UUID, merged_id: UUID) -> tuple[Organisation, Organisation]:
    """In one order, whoever is kept: two merges of the same pair wait for each other instead of each for both."""
    found = Organisation.objects.filter(pk__in=[kept_id, merged_id]).order_by("id")
    firms = {firm.pk: firm for firm in found.select_for_update(no_key=True)}
    if len(firms) != 2:
        raise Organisation.DoesNotExist
    return firms[kept_id], firms[merged_id]


Moved = Mapping[str, list[str]]


def _moved(kept: Organisation, merged: Organisation) -> Moved:
    """Ids by table. `gave_way`: values in force that no longer are; `in_force`: moved values that still are."""
    ours = {(f.name, f.fiscal_year): f for f in Fact.objects.filter(organisation=kept, is_current=True)}
    facts, gave_way = list(Fact.objects.filter(organisation=merged)), []
    for fact in facts:
        other = ours.get((fact.name, fact.fiscal_year)) if fact.is_current else None
        if other is not None:
            # the later statement stays in force; of two of the same day that of the record that is kept
            gave_way.append(other if fact.as_of > other.as_of else fact)
    held = set(Title.objects.filter(organisation=kept).values_list("kind", "granted_on"))
    titles = [t for t in Title.objects.filter(organisation=merged) if (t.kind, t.granted_on) not in held]
    told = set(TimelineEntry.objects.filter(organisation=kept).values_list("kind", "subject_id", "text"))
    entries = TimelineEntry.objects.filter(organisation=merged)
    new_to_kept = [e for e in entries if (e.kind, e.subject_id, e.text) not in told]
    return {
        "facts": _ids(facts),
        "titles": _ids(titles),
        "timeline": _ids(new_to_kept),
        "gave_way": _ids(gave_way),
        "in_force": _ids([fact for fact in facts if fact.is_current]),
    }


def _move(moved: Moved, kept: Organisation) -> None:
    Fact.objects.filter(pk__in=moved["gave_way"]).update(is_current=False)
    Fact.objects.filter(pk__in=moved["facts"]).update(organisation=kept)
    Title.objects.filter(pk__in=moved["titles"]).update(organisation=kept)
    TimelineEntry.objects.filter(pk__in=moved["timeline"]).update(organisation=kept)


def _move_back(merge: Merge) -> None:
    moved = merge.moved
    Fact.objects.filter(pk__in=moved["facts"]).update(organisation_id=merge.merged_id)
    Title.objects.filter(pk__in=moved["titles"]).update(organisation_id=merge.merged_id)
    TimelineEntry.objects.filter(pk__in=moved["timeline"]).update(organisation_id=merge.merged_id)
    were_in_force = Fact.objects.filter(pk__in={*moved["gave_way"], *moved["in_force"]})
    _put_in_force(were_in_force.filter(is_current=False))


def _put_in_force(facts: Collection[Fact]) -> None:
    """Unless a value recorded since then has taken the place."""
    for fact in facts:
        same = Fact.objects.filter(
            organisation_id=fact.organisation_id,
            name=fact.name,
            fiscal_year=fact.fiscal_year,
            is_current=True,
        )
        if not same.exists():
            Fact.objects.filter(pk=fact.pk).update(is_current=True)


def _ids(rows: Collection[Any]) -> list[str]:
    return sorted(str(row.pk) for row in rows)


def _record(merge: Merge, type: str, actor: Actor, now: datetime) -> None:
    payload = {"merge": str(merge.pk), "kept": str(merge.kept_id), "merged": str(merge.merged_id)}
    record_audit(
        stream=f"register:{merge.node_id}",
        type=type,
        now=now,
        actor_id=actor.me,
        node_id=merge.node_id,
        payload=payload,
    )
