"""Everything that happens to a case after it was filed: one door, `perform`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import MembershipState, Role
from qcy.foundation.parties.models import Mandate, Membership
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .core import ActingAs, CaseState, Command, decide
from .enums import RecordKind
from .letters import LETTER_OF, issue_letter
from .models import Case, CaseRecord
from .recording import record_events, record_reference, state_of

LONGEST_REASON = 1_000


def accept_case(*, actor: Actor, case_id: UUID, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "accept", now, version=version)


def refuse_intake(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "refuse_intake", now, version=version, reason=reason)


def grant_case(*, actor: Actor, case_id: UUID, opinion: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "grant", now, version=version, reason=opinion)


def refuse_case(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "refuse", now, version=version, reason=reason)


def deliver_case(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    return perform(actor, case_id, "deliver", now)


def withdraw_case(*, actor: Actor, case_id: UUID, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "withdraw", now, version=version)


def assign_case(*, actor: Actor, case_id: UUID, person_id: UUID, version: int, now: datetime) -> Case:
    """Put the case on somebody's desk: one's own, or, for the node manager, anyone's of the node."""
    return perform(actor, case_id, "assign", now, version=version, assignee_id=person_id)


@transaction.atomic
def perform(
    actor: Actor,
    case_id: UUID,
    name: str,
    now: datetime,
    *,
    version: int | None = None,
    reason: str = "",
    assignee_id: UUID | None = None,
) -> Case:
    """Lock, decide, record, write the letter: one transaction. A refusal leaves every table as it was (C10)."""
    case = Case.objects.visible_to(actor).for_update().with_names().get(pk=case_id)
    state = _with_circumstances(state_of(case), case)
    told = _reason_given(case, reason, now)
    command = Command(
        name=name,
        by=_acting_as(actor, case),
        reason=record_reference(told) if told else None,
        assignee=_assignee(case, assignee_id) if assignee_id else None,
        expected_version=version,
    )
    today = local_day(now)
    answer = decide(state, command, case.adoption.definition, calendar_in_force(), now, today)
    if isinstance(answer, Refusal):
        raise Refused(answer)
    if answer:
        if told:
            told.save(force_insert=True)
        record_events(case, answer, state, node_id=case.node_id)
        if kind := LETTER_OF.get(name):
            issue_letter(kind, case, now, clean(reason).strip())
    return case


def _with_circumstances(state: CaseState, case: Case) -> CaseState:
    return replace(state, applicant_verified=applicant_is_verified(case))


def applicant_is_verified(case: Case) -> bool:
    """Somebody has seen the licence of this firm for the person who filed."""
    return Membership.objects.filter(
        person_id=case.filer_id, organisation_id=case.organisation_id, state=MembershipState.VERIFIED
    ).exists()


def _acting_as(actor: Actor, case: Case) -> ActingAs:
    roles = actor.roles_at(case.responsible_node_id)
    if _applies_for(actor, case):
        roles |= {Role.APPLICANT}
    return ActingAs(actor.person_id, roles, actor.desk_at(case.responsible_node_id))


def _applies_for(actor: Actor, case: Case) -> bool:
    membership = actor.membership_of(case.organisation_id)
    return actor.person_id == case.filer_id or bool(membership and membership.verified)


def _assignee(case: Case, person_id: UUID) -> ActingAs:
    held = list(Mandate.objects.filter(node_id=case.responsible_node_id, person_id=person_id, until=None))
    roles = frozenset(Role(m.role) for m in held)
    return ActingAs(person_id, roles, held[0].desk_name if held else "")


def _reason_given(case: Case, reason: str, now: datetime) -> CaseRecord | None:
    """The text as an erasable row, not saved yet: only an event that happens may leave one behind."""
    if not (text := clean(reason).strip()):
        return None
    if len(text) > LONGEST_REASON:
        why = f"理由有 {len(text)} 个字，最多 {LONGEST_REASON} 个。"
        raise Refused(Refusal("reason_too_long", why=why, fix="请精简后再提交。"))
    return CaseRecord(case=case, kind=RecordKind.REASON, body={"text": text}, at=now)
