"""Everything that happens to a case after it was filed: one door, `perform`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.database.scope import purpose
from qcy.foundation.documents.models import DocumentState
from qcy.foundation.documents.services import retire_results
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Mandate
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from . import refusals
from .core import decide
from .enums import RecordKind
from .letters import LETTER_OF, issue_letter
from .licence import applicant_is_verified
from .models import Case, CaseNote, CaseRecord
from .recording import record_events, record_reference, state_of
from .state import ActingAs, CaseState, Command

LONGEST_REASON = 1_000
RETIRES_RESULT = {"revoke": DocumentState.REVOKED, "reopen": DocumentState.SUPERSEDED}


def accept_case(*, actor: Actor, case_id: UUID, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "accept", now, version=version)


def refuse_intake(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "refuse_intake", now, version=version, reason=reason)


def grant_case(*, actor: Actor, case_id: UUID, opinion: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "grant", now, version=version, reason=opinion)


def refuse_case(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "refuse", now, version=version, reason=reason)


def answer_case(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    """What was done about it, in words; the matter asks for no decision."""
    return perform(actor, case_id, "answer", now, version=version, reason=reason)


def refer_case(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    """Who handles it and how to go on; from here the other body answers for it."""
    return perform(actor, case_id, "refer", now, version=version, reason=reason)


def deliver_case(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    return perform(actor, case_id, "deliver", now)


def withdraw_case(*, actor: Actor, case_id: UUID, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "withdraw", now, version=version)


def suspend_case(
    *, actor: Actor, case_id: UUID, procedure: str, reason: str, version: int, now: datetime
) -> Case:
    """A special procedure begins; the firm is told in writing why the clock stops (行政许可法 art. 45)."""
    return perform(
        actor, case_id, "suspend", now, version=version, reason=reason, payload={"procedure": procedure}
    )


def resume_case(*, actor: Actor, case_id: UUID, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "resume", now, version=version)


def extend_case(*, actor: Actor, case_id: UUID, days: int, reason: str, version: int, now: datetime) -> Case:
    """`days` working days more, approved by the head, with the reason told (art. 42)."""
    return perform(actor, case_id, "extend", now, version=version, reason=reason, payload={"days": days})


def terminate_case(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "terminate", now, version=version, reason=reason)


def reopen_case(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    """Back to work: before acceptance to the intake, after it to the review."""
    case = Case.objects.visible_to(actor).only("accepted_on").get(pk=case_id)
    command = "reopen" if case.accepted_on else "reopen_intake"
    return perform(actor, case_id, command, now, version=version, reason=reason)


def revoke_result(*, actor: Actor, case_id: UUID, reason: str, version: int, now: datetime) -> Case:
    return perform(actor, case_id, "revoke", now, version=version, reason=reason)


def assign_case(*, actor: Actor, case_id: UUID, person_id: UUID, version: int, now: datetime) -> Case:
    """Put the case on somebody's desk: one's own, or, for the node manager, anyone's of the node."""
    return perform(actor, case_id, "assign", now, version=version, assignee_id=person_id)


def release_case(*, actor: Actor, case_id: UUID, now: datetime) -> Case:
    return perform(actor, case_id, "release", now)


def remark_on_case(*, actor: Actor, case_id: UUID, text: str, now: datetime) -> Case:
    """A message on the file, read by both sides."""
    return perform(actor, case_id, "remark", now, reason=checked_text(text))


@transaction.atomic
def add_note(*, actor: Actor, case_id: UUID, text: str, now: datetime) -> CaseNote:
    """For colleagues only; no event of the case, because the firm reads those."""
    case = Case.objects.visible_to(actor).get(pk=case_id)
    if not actor.roles_at(case.responsible_node_id):
        raise Refused(refusals.needs_role(frozenset({Role.CLERK})))
    note = CaseNote(
        case=case,
        node_id=case.responsible_node_id,
        author_id=actor.me,
        desk_name=actor.desk_at(case.responsible_node_id),
        text=checked_text(text),
        at=now,
    )
    note.save(force_insert=True)
    record_audit(
        stream=f"notes:{case.pk}",
        type="case.noted",
        now=now,
        actor_id=actor.person_id,
        node_id=case.node_id,
        payload={"note": str(note.pk)},
    )
    return note


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
    payload: Mapping[str, Any] | None = None,
    records: Sequence[CaseRecord] = (),
) -> Case:
    """Lock, decide, record, write the letter: one transaction. A refusal leaves every table as it was (C10).

    `records` are erasable texts the payload refers to; they are stored only if an event happens.
    """
    case = Case.objects.visible_to(actor).for_update().with_names().get(pk=case_id)
    state = _with_circumstances(state_of(case), case)
    told = _reason_given(case, reason, now, RecordKind.REMARK if name == "remark" else RecordKind.REASON)
    command = Command(
        name=name,
        by=_acting_as(actor, case),
        reason=record_reference(told) if told else None,
        payload=payload or {},
        assignee=_assignee(case, assignee_id) if assignee_id else None,
        expected_version=version,
    )
    today = local_day(now)
    answer = decide(state, command, case.adoption.definition, calendar_in_force(), now, today)
    if isinstance(answer, Refusal):
        raise Refused(answer)
    if answer:
        for record in [*records, *([told] if told else [])]:
            record.save(force_insert=True)
        after = record_events(case, answer, state, node_id=case.node_id)
        _write_letters(name, case, after, now, clean(reason).strip(), answer[0].payload)
    return case


def _write_letters(
    name: str, case: Case, state: CaseState, now: datetime, reason: str, payload: Mapping[str, Any]
) -> None:
    if kind := LETTER_OF.get(name):
        issue_letter(kind, case, now, reason, payload)
    if name in ("accept", "deem_accepted") and state.outstanding:
        issue_letter(
            "follow_up_promise", case, now, "", {"outstanding": [d.field for d in state.outstanding]}
        )
    if result_state := RETIRES_RESULT.get(name):
        retire_results(case.pk, result_state)


def _with_circumstances(state: CaseState, case: Case) -> CaseState:
    """Asked before acceptance only: what follows does not depend on them."""
    if case.accepted_on:
        return state
    return replace(
        state, applicant_verified=applicant_is_verified(case), second_of_year=_another_was_accepted(case)
    )


def _another_was_accepted(case: Case) -> bool:
    if not case.adoption.definition.one_per_year or case.organisation_id is None:
        return False
    with purpose("filing"):  # also at another node
        others = Case.objects.in_the_way(case.adoption, case.organisation_id, case.year, None)
        return bool(others.exclude(pk=case.pk).exists())


def _acting_as(actor: Actor, case: Case) -> ActingAs:
    roles = actor.roles_at(case.responsible_node_id)
    if applies_for(actor, case):
        roles |= {Role.APPLICANT}
    return ActingAs(actor.person_id, roles, actor.desk_at(case.responsible_node_id))


def applies_for(actor: Actor, case: Case) -> bool:
    """Who filed it, a verified member who may submit for the firm, or the window that took it in for them."""
    membership = actor.membership_of(case.organisation_id) if case.organisation_id else None
    if actor.person_id == case.filer_id or (membership and membership.verified and membership.may_file):
        return True
    return case.window_person_id is not None and Role.CLERK in actor.roles_at(case.node_id)


def _assignee(case: Case, person_id: UUID) -> ActingAs:
    held = list(Mandate.objects.filter(node_id=case.responsible_node_id, person_id=person_id, until=None))
    roles = frozenset(Role(m.role) for m in held)
    return ActingAs(person_id, roles, held[0].desk_name if held else "")


def checked_text(text: str) -> str:
    text = clean(text).strip()
    if not text:
        raise Refused(Refusal("text_missing", why="还没有写内容。", fix="请写好后再发送。"))
    if len(text) > LONGEST_REASON:
        why = f"写了 {len(text)} 个字，最多 {LONGEST_REASON} 个。"
        raise Refused(Refusal("reason_too_long", why=why, fix="请精简后再提交。"))
    return text


def _reason_given(case: Case, reason: str, now: datetime, kind: RecordKind) -> CaseRecord | None:
    """The text as an erasable row, not saved yet: only an event that happens may leave one behind."""
    if not clean(reason).strip():
        return None
    return CaseRecord(case=case, kind=kind, body={"text": checked_text(reason)}, at=now)
