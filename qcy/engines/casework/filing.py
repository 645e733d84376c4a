"""Submission: a complete draft becomes a case, once, whatever the number of clicks, tabs and retries."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.queries import adoption_of, newer_than
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import close_draft, lock_unchanged, read_draft
from qcy.engines.forms.validation import Problem, canonical, filled_rows, problems_of
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.database.scope import purpose
from qcy.foundation.database.writing import insert
from qcy.foundation.documents.services import next_number
from qcy.foundation.files.enums import KEPT_STATES, FileState
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import claim_files
from qcy.foundation.nodes.queries import serves
from qcy.foundation.outbox.services import answer_once
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Organisation
from qcy.foundation.parties.services import ask_for_licence_check
from qcy.kernel.chain import canonical_json
from qcy.kernel.ids import new_id
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused, worded

from . import refusals
from .core import decide
from .enums import AccessKind, CaseStatus, RecordKind
from .letters import issue_letter
from .models import Case, CaseAccess, CaseRecord
from .recording import keep_record, record_events, record_reference
from .state import ActingAs, CaseState, Command

TRIES = 3  # the second reads what the other writer left; a third has no reason but another writer


class IncompleteDraft(Refused):
    """The draft has problems; they are listed section by section, nothing was changed."""

    def __init__(self, problems: Sequence[tuple[Any, Problem]]) -> None:
        super().__init__(
            Refusal(
                "incomplete",
                why=worded("还有 {n} 处需要补充，才能提交。", n=len(problems)),
                fix="请按提示补齐后再提交。",
            )
        )
        self.problems = problems


@dataclass(frozen=True)
class _Ready:
    """A draft that was found complete, with everything filing it needs."""

    draft: Draft
    adoption: Adoption
    files: Sequence[StoredFile]
    answers: dict[str, Any]


class _Moved(Exception):
    """Since it was read somebody has changed the draft, removed one of its files, or submitted it."""


def submit_case(*, actor: Actor, draft_id: UUID, seen: str, now: datetime) -> UUID:
    """Turn the draft into a case and return its id; the same draft again returns the same case (S2).

    `seen` is the fingerprint of what the applicant confirmed (`draft_fingerprint`): if another tab has
    changed the draft since, nothing is filed.
    """
    for _ in range(TRIES):
        with suppress(_Moved), purpose("filing"):
            return _submit(actor, draft_id, seen, now)
    raise Refused(refusals.ANOTHER_TAB)


def _submit(actor: Actor, draft_id: UUID, seen: str, now: datetime) -> UUID:
    """Reads and checks before it takes its turn: SQLite has one writer at a time, and others wait."""
    draft = read_draft(actor=actor, draft_id=draft_id)
    ready = _checked(actor, draft, seen, now) if draft.is_open else None
    with transaction.atomic():
        answer = answer_once(
            person_id=actor.me,
            key=draft.pk,
            fingerprint=seen,
            now=now,
            first_time=ready is not None,  # an open draft has no answer yet: both change together
            work=lambda: {"case": str(_file(actor, ready, now))},
        )
    return UUID(answer["case"])


def _refuse_who_may_not_file(actor: Actor, draft: Draft) -> None:
    """A preparer fills in; at the window the clerk files, other desks there may look."""
    held = actor.membership_of(draft.organisation_id) if draft.organisation_id else None
    if held is not None and not held.may_file:
        raise Refused(refusals.PREPARER)
    if held is None and draft.window_id and Role.CLERK not in actor.roles_at(draft.window_id):
        raise Refused(refusals.needs_role(frozenset({Role.CLERK})))


def draft_fingerprint(draft: Draft) -> str:
    versions = {key: part["version"] for key, part in sorted(draft.sections.items())}
    return hashlib.sha256(canonical_json([str(draft.pk), versions])).hexdigest()


def _checked(actor: Actor, draft: Draft, seen: str, now: datetime) -> _Ready:
    if draft.corrects:
        raise Refused(refusals.ALREADY_SUBMITTED)
    if seen != draft_fingerprint(draft):
        raise Refused(refusals.ANOTHER_TAB)
    _refuse_who_may_not_file(actor, draft)
    adoption = adoption_of(draft.subject_id)
    if not serves(adoption.node_id):
        raise Refused(refusals.NODE_OFF)
    if not adoption.is_current:
        raise Refused(refusals.NEW_EDITION if newer_than(adoption) else refusals.MATTER_STOPPED)
    if not adoption.is_open_on(local_day(now)):
        raise Refused(refusals.WINDOW_CLOSED)
    files = files_of_draft(actor, draft, "field", "state", "sha256", "uploaded_at")
    if problems := problems_of(draft.form, draft.values(), count_by_field(files)):
        raise IncompleteDraft(problems)
    return _Ready(draft, adoption, files, submitted_values(draft))


def _file(actor: Actor, ready: _Ready | None, now: datetime) -> UUID:
    """Whatever another writer may have changed since is asked again here, in the transaction."""
    if ready is None:
        raise Refused(refusals.ALREADY_SUBMITTED)
    if not lock_unchanged(actor=actor, draft=ready.draft):
        raise _Moved
    _refuse_second_of_year(actor, ready, local_day(now).year)
    return _create(actor, ready, now).pk


def files_of_draft(actor: Actor, draft: Draft, *columns: str) -> list[StoredFile]:
    """What was uploaded for a draft; a correction also still has the papers of its case."""
    mine = Q(draft_id=draft.pk) | Q(case_id=draft.corrects) if draft.corrects else Q(draft_id=draft.pk)
    kept = StoredFile.objects.visible_to(actor).filter(mine, state__in=KEPT_STATES).only(*columns)
    return sorted(kept, key=attrgetter("uploaded_at", "pk"))


def count_by_field(files: Sequence[StoredFile]) -> Counter[str]:
    """A rejected file does not count; one still in quarantine does (it may become a defect later)."""
    return Counter(file.field for file in files if file.state != FileState.REJECTED)


def _refuse_second_of_year(actor: Actor, ready: _Ready, year: int) -> None:
    if not ready.adoption.definition.one_per_year or ready.draft.organisation_id is None:
        return
    if Case.objects.in_the_way(
        ready.adoption, ready.draft.organisation_id, year, _filer(actor, ready.draft)
    ).exists():
        raise Refused(refusals.ONE_PER_YEAR)


def _create(actor: Actor, ready: _Ready, now: datetime) -> Case:
    draft, adoption, files, today = ready.draft, ready.adoption, ready.files, local_day(now)
    case_id = new_id()
    organisation, typed_name = _applicant(actor, draft, ready.answers)
    case = Case(
        id=case_id,
        number=_case_number(adoption.node.code, today),
        node=adoption.node,
        responsible_node=adoption.node,
        adoption=adoption,
        organisation=organisation,
        filer_id=_filer(actor, draft),
        window_person_id=actor.me if draft.window_id else None,
        draft_id=draft.pk,
        year=today.year,
        typed_name=typed_name,
        status=CaseStatus.SUBMITTED,
        version=0,
        submitted_at=now,
    )
    _open_access(case)
    form = keep_record(case, RecordKind.FORM, ready.answers, now)
    if not claim_files(files, case_id=case_id):
        raise _Moved
    _record_submission(actor, case, form, files, now)
    if organisation and not draft.window_id:  # at the window the licence was seen when the draft was opened
        ask_for_licence_check(actor=actor, organisation_id=organisation.pk, node=adoption.node)
    close_draft(draft, now=now)
    issue_letter("receipt", case, now)
    return case


def _applicant(actor: Actor, draft: Draft, answers: dict[str, Any]) -> tuple[Organisation | None, str]:
    """Who applies and under which name: a firm, or the person by the name they filled in."""
    if draft.organisation_id is None:
        return None, str(answers["applicant_name"])
    if membership := actor.membership_of(draft.organisation_id):
        return membership.organisation, membership.typed_name
    organisation = Organisation.objects.get(pk=draft.organisation_id)
    return organisation, organisation.name


def _filer(actor: Actor, draft: Draft) -> UUID:
    """Whoever submits; at the window, the person who stands there."""
    found: UUID = draft.person_id if draft.window_id else actor.me
    return found


def _case_number(zone: str, today: Any) -> str:
    """`<ZONE>-YYYYMMDD-NNNN` from one counter row per node and day."""
    return f"{zone}-{today:%Y%m%d}-{next_number(f'case:{zone}:{today:%Y%m%d}'):04d}"


def _open_access(case: Case) -> None:
    rows = [
        CaseAccess(case=case, node=case.node, kind=AccessKind.HANDLER),
        CaseAccess(case=case, person_id=case.filer_id, kind=AccessKind.FILER),
    ]
    if case.organisation_id:
        rows.append(CaseAccess(case=case, organisation_id=case.organisation_id, kind=AccessKind.APPLICANT))
    insert(*rows)


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
