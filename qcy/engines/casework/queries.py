from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Count, ExpressionWrapper, Q

from qcy.engines.catalogue.models import Adoption
from qcy.foundation.database.scope import purpose
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Mandate
from qcy.foundation.parties.queries import covered_by
from qcy.kernel.workflow import Move

from . import refusals
from .enums import OPEN_STATUSES, CaseStatus
from .models import Case
from .services import applies_for
from .state import CaseState
from .workflow import CASE, MAY_ASSIGN_OTHERS, MAY_TAKE, ONCE, belongs_to


def filed_this_year(actor: Actor, adoption: Adoption, organisation_id: UUID, year: int) -> Case | None:
    """The case that stands in the way of another one, if this actor may see it; the filing checks again."""
    if not adoption.definition.one_per_year:
        return None
    return Case.objects.in_the_way(adoption, organisation_id, year, actor.person_id).visible_to(actor).first()


def can_withdraw(actor: Actor, case: Case) -> bool:
    return case.status in CASE.move("withdraw").sources and applies_for(actor, case)


def open_cases_by_node() -> dict[UUID, int]:
    """How many files each node still has in hand: counts only, for whoever leads the hub."""
    with purpose("sweep"):
        counted = Case.objects.filter(status__in=OPEN_STATUSES).values_list("node").annotate(n=Count("id"))
        return dict(counted)


@dataclass(frozen=True)
class InboxCounts:
    mine: int
    team: int
    due_today: int
    my_due_today: int
    overdue: int
    my_overdue: int


def desks_of(actor: Actor, today: date) -> set[UUID]:
    """One's own desk and those of absent colleagues one covers."""
    return {actor.me} | covered_by(actor.me, today)


def inbox_counts(actor: Actor, today: date) -> InboxCounts:
    """All counters of the inbox in one query: one row for my desks, one for those of the others."""
    mine = Q(assignee_id__in=desks_of(actor, today), assignee_id__isnull=False)
    due = Q(status=CaseStatus.SUBMITTED, answer_by=today) | Q(status=CaseStatus.ACCEPTED, promised_due=today)
    late = Q(status=CaseStatus.SUBMITTED, answer_by__lt=today) | Q(
        status=CaseStatus.ACCEPTED, promised_due__lt=today
    )
    found = (
        Case.objects.visible_to(actor)
        .filter(status__in=OPEN_STATUSES)
        .values_list(ExpressionWrapper(mine, models.BooleanField()))
        .annotate(all=Count("id"), today=Count("id", filter=due), late=Count("id", filter=late))
    )
    rows = {bool(is_mine): counts for is_mine, *counts in found}
    my, their = rows.get(True, [0, 0, 0]), rows.get(False, [0, 0, 0])
    team, due_today, overdue = (a + b for a, b in zip(my, their, strict=True))
    return InboxCounts(my[0], team, due_today, my[1], overdue, my[2])


@dataclass(frozen=True)
class Action:
    """One thing this actor could do with the case now, or why not."""

    name: str
    allowed: bool
    why_not: str = ""


NOT_OFFERED = frozenset({Role.SYSTEM, Role.APPLICANT})


def actions_for(
    actor: Actor, case: Case, state: CaseState, *, verified: bool, gathered: int
) -> dict[str, Action]:
    """What the drawer offers. The service decides again; this only saves people a refusal.

    `gathered`: defects written down for a letter that has not been sent.
    """
    roles = actor.roles_at(case.responsible_node_id)
    offered = {}
    flow = case.adoption.definition.flow
    for move in (m for m in CASE.allowed(CaseStatus(case.status)) if belongs_to(flow, m.command)):
        if move.roles - NOT_OFFERED and not (move.command in ONCE and move.command in state.done_by):
            why_not = _why_not(actor, move, roles, state, verified, gathered)
            offered[move.command] = Action(move.command, not why_not, why_not)
    return offered


def _why_not(
    actor: Actor,
    move: Move[CaseStatus, Role],
    roles: frozenset[Role],
    state: CaseState,
    verified: bool,
    gathered: int,
) -> str:
    if not move.roles & roles:
        return refusals.needs_role(move.roles).why
    if move.not_by and state.done_by.get(move.not_by, ()) == actor.person_id:
        return str(refusals.SAME_PERSON)
    if move.command == "accept" and gathered:
        return f"还列着 {gathered} 处缺项，不能受理。请发出补正通知，或者逐处移除。"
    if move.command == "accept" and not verified:
        return str(refusals.LICENCE_FIRST)
    if move.command in ("grant", "answer") and state.outstanding:
        return str(refusals.PAPERS_OUTSTANDING)
    return ""


def may_take(actor: Actor, case: Case) -> bool:
    wanted = _may_hold(case)
    return bool(actor.roles_at(case.responsible_node_id) & wanted) and case.assignee_id != actor.person_id


def _may_hold(case: Case) -> frozenset[Role]:
    return MAY_TAKE[case.adoption.definition.flow].get(CaseStatus(case.status), frozenset())


def colleagues_for(actor: Actor, case: Case) -> list[Mandate]:
    """Whom a node manager may give this case to."""
    wanted = _may_hold(case)
    if not actor.roles_at(case.responsible_node_id) & MAY_ASSIGN_OTHERS:
        return []
    return list(
        Mandate.objects.visible_to(actor)
        .filter(node_id=case.responsible_node_id, role__in=wanted, until=None)
        .order_by("desk_name")
    )
