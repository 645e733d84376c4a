"""The firm's side of a letter: what is asked, what is done, and the one submission that answers it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.engines.forms.definition import FieldKind
from qcy.engines.forms.models import Draft, DraftState
from qcy.engines.forms.services import close_draft, lock_open_draft, open_correction, save_section
from qcy.engines.forms.validation import canonical, filled_rows, problems_of
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import FILES_CHANGED, claim_files
from qcy.foundation.outbox.services import answer_once
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Refusal, Refused

from . import refusals
from .enums import CaseStatus, RecordKind
from .file import CaseFile, file_of
from .filing import IncompleteDraft, count_by_field, draft_fingerprint, files_of_draft, submitted_values
from .models import Case, CaseRecord
from .recording import record_reference
from .services import applies_for, perform
from .state import CaseState, Defect

ANSWERS = "answers"  # a section of the draft that no form has: replies and promises, by id of the defect
LONGEST_REPLY = 500
COMMAND_IN = {CaseStatus.CORRECTING: "correct", CaseStatus.SUPPLEMENTING: "supplement"}


@dataclass(frozen=True)
class AskedDefect:
    """One line of the letter as the firm sees it, with how far it has come."""

    id: str
    field: str
    label: str
    problem: str
    todo: str
    kind: str  # file, field or whole
    may_promise: bool
    must_come: bool = False  # promised at acceptance: only the paper itself will do
    done: str = ""  # changed, uploaded, explained, promised; "" = still open
    reply: str = ""


@dataclass(frozen=True)
class Correction:
    defects: tuple[AskedDefect, ...]
    due: date | None
    draft: Draft | None
    command: str  # correct, supplement, follow_up

    @property
    def open_count(self) -> int:
        return sum(not d.done for d in self.defects)

    @property
    def done_count(self) -> int:
        return len(self.defects) - self.open_count

    def of_field(self, name: str) -> AskedDefect | None:
        return next((d for d in self.defects if d.field == name), None)


def correction_for(actor: Actor, case: Case, file: CaseFile | None = None) -> Correction | None:
    """What the firm has to answer now; None when nothing is asked or this actor may not answer."""
    if (case.status not in COMMAND_IN and not case.applicant_due) or not applies_for(actor, case):
        return None
    file = file or file_of(case)
    asked = asked_defects(file.state)
    if not asked:
        return None
    command = COMMAND_IN.get(file.state.status, "follow_up")
    draft = open_draft_of(actor, case)
    papers = files_of_draft(actor, draft) if draft else []
    lines = file.defect_lines
    views = tuple(_view(d, lines[d.id], file, draft, papers, command) for d in asked)
    return Correction(views, file.state.applicant_due, draft, command)


def asked_defects(state: CaseState) -> tuple[Defect, ...]:
    """The letter being answered, and what was promised at acceptance: one list, one submission."""
    return (*state.defects, *state.outstanding)


def open_draft_of(actor: Actor, case: Case) -> Draft | None:
    drafts = Draft.objects.visible_to(actor).filter(corrects=case.pk, state=DraftState.OPEN)
    found: Draft | None = drafts.with_form().order_by("-started_at", "-id").first()
    return found


@transaction.atomic
def start_correction(*, actor: Actor, case_id: UUID, now: datetime) -> Draft:
    """The filed form, open again: everything typed before is there. A second tab gets the same draft."""
    case = Case.objects.visible_to(actor).for_update().with_names().get(pk=case_id)
    if correction_for(actor, case) is None:
        raise Refused(refusals.HANDLED_ELSEWHERE)
    if existing := open_draft_of(actor, case):
        return existing
    earlier = Draft.objects.visible_to(actor).filter(corrects=case.pk, state=DraftState.SUBMITTED)
    latest = earlier.order_by("-saved_at").first() or Draft.objects.visible_to(actor).get(pk=case.draft_id)
    return open_correction(actor=actor, source=latest, case_id=case.pk, now=now)


@transaction.atomic
def answer_defect(
    *, actor: Actor, case_id: UUID, defect_id: str, reply: str, promise: bool, now: datetime
) -> Draft:
    """Instead of changing something: say why not, or promise the paper for later (容缺)."""
    draft = start_correction(actor=actor, case_id=case_id, now=now)
    case = Case.objects.visible_to(actor).with_names().get(pk=case_id)
    found = correction_for(actor, case)
    asked = next((d for d in found.defects if d.id == defect_id), None) if found else None
    if asked is None:
        raise Refused(refusals.HANDLED_ELSEWHERE)
    if len(reply) > LONGEST_REPLY:
        why = f"说明有 {len(reply)} 个字，最多 {LONGEST_REPLY} 个。"
        raise Refused(Refusal("reply_too_long", why=why, fix="请精简后再保存。"))
    values = dict(draft.sections.get(ANSWERS, {}).get("values", {}))
    values[f"reply-{defect_id}"] = reply
    values[f"promise-{defect_id}"] = "yes" if promise and asked.may_promise else ""
    version = draft.version_of(ANSWERS)
    return save_section(
        actor=actor, draft_id=draft.pk, section=ANSWERS, values=values, version=version, now=now
    )


def submit_correction(*, actor: Actor, draft_id: UUID, seen: str, now: datetime) -> UUID:
    """All answers in one submission; the same draft again returns the same case (S2)."""
    with transaction.atomic():
        draft = lock_open_draft(actor=actor, draft_id=draft_id)
        answer = answer_once(
            person_id=actor.me,
            key=draft.pk,
            fingerprint=seen,
            now=now,
            work=lambda: {"case": str(_submit(actor, draft, seen, now).pk)},
        )
    return UUID(answer["case"])


def _submit(actor: Actor, draft: Draft, seen: str, now: datetime) -> Case:
    case = Case.objects.visible_to(actor).with_names().get(pk=draft.corrects)
    found = correction_for(actor, case)
    if not draft.is_open or found is None:
        raise Refused(refusals.HANDLED_ELSEWHERE)
    if seen != draft_fingerprint(draft):
        raise Refused(refusals.ANOTHER_TAB)
    if found.open_count:
        raise Refused(refusals.NOT_ALL_DONE)
    files = files_of_draft(actor, draft)
    promised = {d.field for d in found.defects if d.done == "promised"}
    missing = problems_of(draft.form, draft.values(), count_by_field(files))
    if missing := [(s, p) for s, p in missing if p.field not in promised]:
        raise IncompleteDraft(missing)
    return _record_answer(actor, case, draft, found, files, now)


def _record_answer(
    actor: Actor, case: Case, draft: Draft, found: Correction, files: Sequence[StoredFile], now: datetime
) -> Case:
    new = [f for f in files if f.draft_id == draft.pk]
    form = CaseRecord(case=case, kind=RecordKind.FORM, body=submitted_values(draft), at=now)
    replies = CaseRecord(case=case, kind=RecordKind.REPLY, body=_replies(found), at=now)
    payload = {
        "form": record_reference(form),
        "replies": record_reference(replies),
        "files": [{"file": str(f.pk), "sha256": f.sha256} for f in new],
        "promised": [d.id for d in found.defects if d.done == "promised"],
        "supplied": [d.id for d in found.defects if d.done != "promised"],
    }
    done = perform(actor, case.pk, found.command, now, payload=payload, records=[form, replies])
    _replace_files(case, found, new)
    if not claim_files(new, case_id=case.pk):
        raise Refused(FILES_CHANGED)
    close_draft(draft, now=now)
    return done


def _replace_files(case: Case, found: Correction, new: Sequence[StoredFile]) -> None:
    """A paper handed in again for a defect stands in place of the old one, which is kept."""
    renewed = {f.field for f in new} & {d.field for d in found.defects}
    # only what has passed its check: a paper without a verdict must still get one (S7)
    old = StoredFile.objects.filter(case_id=case.pk, field__in=renewed, state=FileState.CLEAN)
    old.update(state=FileState.REPLACED)


def _replies(found: Correction) -> dict[str, Any]:
    return {
        "replies": [{"id": d.id, "label": d.label, "how": d.done, "text": d.reply} for d in found.defects]
    }


def _view(
    defect: Defect,
    line: Mapping[str, Any],
    file: CaseFile,
    draft: Draft | None,
    papers: Sequence[StoredFile],
    command: str,
) -> AskedDefect:
    answers = draft.sections.get(ANSWERS, {}).get("values", {}) if draft else {}
    reply = str(answers.get(f"reply-{defect.id}", ""))
    may_promise = defect.may_follow and command == "correct"
    promised = may_promise and answers.get(f"promise-{defect.id}") == "yes"
    return AskedDefect(
        id=defect.id,
        field=defect.field,
        label=line["label"],
        problem=line["problem"],
        todo=line["todo"],
        kind=_kind(file, defect.field),
        may_promise=may_promise,
        done=_how_done(defect, file, draft, papers, reply.strip(), promised) if draft else "",
        reply=reply,
        must_come=defect in file.state.outstanding,
    )


def _kind(file: CaseFile, name: str) -> str:
    if name not in file.fields:
        return "whole"
    return "file" if file.fields[name].kind is FieldKind.FILE else "field"


def _how_done(
    defect: Defect, file: CaseFile, draft: Draft, papers: Sequence[StoredFile], reply: str, promised: bool
) -> str:
    if _kind(file, defect.field) == "file":
        fresh = (p for p in papers if p.draft_id == draft.pk and p.field == defect.field)
        if any(p.state != FileState.REJECTED for p in fresh):
            return "uploaded"
    elif defect.field and _changed(file, defect.field, draft):
        return "changed"
    if promised:
        return "promised"
    return "explained" if reply and defect not in file.state.outstanding else ""


def _changed(file: CaseFile, name: str, draft: Draft) -> bool:
    """Compared as the case keeps it: 254 and 254.00 are the same figure."""
    field, value, before = file.fields[name], draft.values().get(name), file.filed.get(name)
    if field.kind is FieldKind.GROUP:
        rows = [
            {part.name: canonical(part, str(row.get(part.name, ""))) for part in field.fields}
            for _, row in filled_rows(value or [])
        ]
        return rows != before
    return canonical(field, str(value or "")) != before
