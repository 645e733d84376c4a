"""Submission: a complete draft becomes a case, once, whatever the number of clicks, tabs and retries."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import close_draft, lock_open_draft
from qcy.engines.forms.validation import Problem, canonical, filled_rows, problems_of
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.database.scope import purpose
from qcy.foundation.documents.services import next_number
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import claim_files
from qcy.foundation.outbox.services import answer_once
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Organisation
from qcy.foundation.parties.services import ask_for_licence_check
from qcy.kernel.chain import canonical_json
from qcy.kernel.ids import new_id
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused

from . import refusals
from .core import decide
from .enums import AccessKind, CaseStatus, RecordKind
from .letters import issue_letter
from .models import Case, CaseAccess, CaseRecord
from .queries import in_the_way
from .recording import keep_record, record_events, record_reference
from .state import ActingAs, CaseState, Command


class IncompleteDraft(Refused):
    """The draft has problems; they are listed section by section, nothing was changed."""

    def __init__(self, problems: Sequence[tuple[Any, Problem]]) -> None:
        super().__init__(
            Refusal(
                "incomplete", why=f"还有 {len(problems)} 处需要补充，才能提交。", fix="请按提示补齐后再提交。"
            )
        )
        self.problems = problems


def submit_case(*, actor: Actor, draft_id: UUID, seen: str, now: datetime) -> UUID:
    """Turn the draft into a case and return its id; the same draft again returns the same case (S2).

    `seen` is the fingerprint of what the applicant confirmed (`draft_fingerprint`): if another tab has
    changed the draft since, nothing is filed.
    """
    with purpose("filing"), transaction.atomic():
        draft = lock_open_draft(actor=actor, draft_id=draft_id)
        answer = answer_once(
            person_id=actor.me,
            key=draft.pk,
            fingerprint=seen,
            now=now,
            work=lambda: {"case": str(_file(actor, draft, seen, now))},
        )
    return UUID(answer["case"])


def _refuse_who_may_not_file(actor: Actor, draft: Draft) -> None:
    """A preparer fills in; at the window the clerk files, other desks there may look."""
    held = actor.membership_of(draft.organisation_id)
    if held is not None and not held.may_file:
        raise Refused(refusals.PREPARER)
    if held is None and draft.window_id and Role.CLERK not in actor.roles_at(draft.window_id):
        raise Refused(refusals.needs_role(frozenset({Role.CLERK})))


def draft_fingerprint(draft: Draft) -> str:
    versions = {key: part["version"] for key, part in sorted(draft.sections.items())}
    return hashlib.sha256(canonical_json([str(draft.pk), versions])).hexdigest()


def _file(actor: Actor, draft: Draft, seen: str, now: datetime) -> UUID:
    if not draft.is_open or draft.corrects:
        raise Refused(refusals.ALREADY_SUBMITTED)
    if seen != draft_fingerprint(draft):
        raise Refused(refusals.ANOTHER_TAB)
    _refuse_who_may_not_file(actor, draft)
    adoption = _adoption_of(draft)
    if not adoption.is_current:
        raise Refused(refusals.NEW_EDITION)
    _refuse_when_closed(adoption, draft, now)
    files = files_of_draft(actor, draft)
    if problems := problems_of(draft.form, draft.values(), count_by_field(files)):
        raise IncompleteDraft(problems)
    return _create(actor, draft, adoption, files, now).pk


def files_of_draft(actor: Actor, draft: Draft) -> list[StoredFile]:
    """What was uploaded for a draft; a correction also still has the papers of its case."""
    mine = Q(draft_id=draft.pk) | (Q(case_id=draft.corrects) if draft.corrects else Q())
    kept = StoredFile.objects.visible_to(actor).filter(mine)
    kept = kept.exclude(state__in=(FileState.REMOVED, FileState.REPLACED))
    return list(kept.order_by("uploaded_at", "id"))


def count_by_field(files: Sequence[StoredFile]) -> Counter[str]:
    """A rejected file does not count; one still in quarantine does (it may become a defect later)."""
    return Counter(file.field for file in files if file.state != FileState.REJECTED)


def _adoption_of(draft: Draft) -> Adoption:
    offered = Adoption.objects.select_related("node", "item").defer("resolved", "overrides")
    found: Adoption = offered.get(pk=draft.subject_id)
    return found


def _refuse_when_closed(adoption: Adoption, draft: Draft, now: datetime) -> None:
    today = local_day(now)
    if not adoption.is_open_on(today):
        raise Refused(refusals.WINDOW_CLOSED)
    if adoption.definition.one_per_year and in_the_way(adoption, draft.organisation_id, today.year).exists():
        raise Refused(refusals.ONE_PER_YEAR)


def _create(
    actor: Actor, draft: Draft, adoption: Adoption, files: Sequence[StoredFile], now: datetime
) -> Case:
    today = local_day(now)
    case_id = new_id()
    case = Case(
        id=case_id,
        number=_case_number(adoption.node.code, today),
        node=adoption.node,
        responsible_node=adoption.node,
        adoption=adoption,
        organisation_id=draft.organisation_id,
        filer_id=draft.person_id if draft.window_id else actor.me,
        window_person_id=actor.me if draft.window_id else None,
        draft_id=draft.pk,
        year=today.year,
        typed_name=_name_as_filed(actor, draft),
        status=CaseStatus.SUBMITTED,
        version=0,
        submitted_at=now,
    )
    _open_access(case)
    form = keep_record(case, RecordKind.FORM, submitted_values(draft), now)
    claim_files(files, case_id=case_id)
    _record_submission(actor, case, form, files, now)
    if not draft.window_id:  # at the window the licence was seen when the draft was opened
        ask_for_licence_check(actor=actor, organisation_id=draft.organisation_id, node=adoption.node)
    close_draft(draft, now=now)
    issue_letter("receipt", case, now)
    return case


def _name_as_filed(actor: Actor, draft: Draft) -> str:
    if membership := actor.membership_of(draft.organisation_id):
        return membership.name
    return str(Organisation.objects.get(pk=draft.organisation_id).name)


def _case_number(zone: str, today: Any) -> str:
    """`<ZONE>-YYYYMMDD-NNNN` from one counter row per node and day."""
    return f"{zone}-{today:%Y%m%d}-{next_number(f'case:{zone}:{today:%Y%m%d}'):04d}"


def _open_access(case: Case) -> None:
    CaseAccess.objects.bulk_create(
        [
            CaseAccess(case=case, node=case.node, kind=AccessKind.HANDLER),
            CaseAccess(case=case, organisation_id=case.organisation_id, kind=AccessKind.APPLICANT),
            CaseAccess(case=case, person_id=case.filer_id, kind=AccessKind.FILER),
        ]
    )


def _record_submission(
    actor: Actor, case: Case, form: CaseRecord, files: Sequence[StoredFile], now: datetime
) -> None:
    desk = actor.desk_at(case.node_id) if case.window_person_id else ""
    command = Command(
        name="submit",
        by=ActingAs(actor.person_id, frozenset({Role.APPLICANT})),
        payload={
            **({"window": desk} if desk else {}),
            "number": case.number,
            "adoption": case.adoption.digest,
            "form": record_reference(form),
            "files": [{"file": str(f.pk), "sha256": f.sha256} for f in files],
        },
    )
    today = local_day(now)
    events = decide(CaseState(), command, case.adoption.definition, calendar_in_force(), now, today)
    assert not isinstance(events, Refusal), events
    record_events(case, events, CaseState(), node_id=case.node_id)


def submitted_values(draft: Draft) -> dict[str, Any]:
    """Canonical values of every question that was asked: fen, counts, ISO dates, text."""
    values = draft.values()
    kept: dict[str, Any] = {}
    for field in draft.form.fields():
        if not field.asked(values) or field.kind == "file":
            continue
        if field.kind == "group":
            kept[field.name] = [
                {part.name: canonical(part, str(row.get(part.name, ""))) for part in field.fields}
                for _, row in filled_rows(values.get(field.name) or [])
            ]
        else:
            kept[field.name] = canonical(field, str(values.get(field.name, "") or ""))
    return kept
