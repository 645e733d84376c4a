"""How both surfaces show a case: its state, its materials, what was said about it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from qcy.engines.casework.enums import CaseStatus, Outcome
from qcy.engines.casework.models import Case
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.models import StoredFile
from qcy.foundation.parties.actor import Actor

TONE = {
    CaseStatus.SUBMITTED: "",
    CaseStatus.CORRECTING: "warn",
    CaseStatus.ACCEPTED: "info",
    CaseStatus.SUPPLEMENTING: "warn",
    CaseStatus.SUSPENDED: "info",
    CaseStatus.NOT_ACCEPTED: "",
    CaseStatus.DECIDED_GRANTED: "info",
    CaseStatus.DECIDED_REFUSED: "info",
    CaseStatus.DELIVERED: "ok",
    CaseStatus.WITHDRAWN: "",
    CaseStatus.LAPSED: "",
    CaseStatus.TERMINATED: "",
    CaseStatus.REVOKED: "bad",
}
PAUSED_WORDS = {
    CaseStatus.SUPPLEMENTING: "待补材料 · 计时暂停",
    CaseStatus.SUSPENDED: "特别程序 · 计时暂停",
}


def state_tag_of(case: Case, today: date) -> tuple[str, str]:
    """Tone and words. Overdue is said in words and colour while the case is still open."""
    status = CaseStatus(case.status)
    if is_overdue(case, today):
        return "bad", _("已超期")
    if status == CaseStatus.DELIVERED:
        return ("ok", _("已办结 · 通过")) if case.outcome == Outcome.GRANTED else ("", _("已办结 · 不通过"))
    return TONE[status], _(PAUSED_WORDS.get(status, "")) or str(status.label)


def is_overdue(case: Case, today: date) -> bool:
    due = {CaseStatus.SUBMITTED: case.answer_by, CaseStatus.ACCEPTED: case.promised_due}.get(
        CaseStatus(case.status)
    )
    return due is not None and due < today


def materials_of(actor: Actor, case: Case) -> list[tuple[str, StoredFile]]:
    """The files of a case under the names of the materials they stand for; replaced ones last."""
    fields = case.adoption.definition.form.by_name
    kept = StoredFile.objects.visible_to(actor).filter(case_id=case.pk).order_by("uploaded_at", "id")
    rows = [(fields[f.field].label, f) for f in kept]
    return sorted(rows, key=lambda row: row[1].state == FileState.REPLACED)
