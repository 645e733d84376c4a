"""How both surfaces show a case: its state, its materials, what was said about it."""

from __future__ import annotations

from datetime import date
from functools import cache

from django.utils.translation import get_language
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
    CaseStatus.ANSWERED: "info",
    CaseStatus.REFERRED: "info",
    CaseStatus.DELIVERED: "ok",
    CaseStatus.WITHDRAWN: "",
    CaseStatus.LAPSED: "",
    CaseStatus.TERMINATED: "",
    CaseStatus.REVOKED: "bad",
}
DELIVERED = {
    Outcome.GRANTED: ("ok", "已办结 · 通过"),
    Outcome.REFUSED: ("", "已办结 · 不通过"),
    Outcome.ANSWERED: ("ok", "已办结 · 已答复"),
    Outcome.REFERRED: ("ok", "已办结 · 已转办"),
}
OUTCOME_WORDS = {  # heading, and what stands before the words written by the desk
    Outcome.GRANTED: ("节点审核通过", ""),
    Outcome.REFUSED: ("节点审核不通过", "理由："),
    Outcome.ANSWERED: ("已经办理并答复", "答复："),
    Outcome.REFERRED: ("已经转给主管单位", "转办说明："),
}
PAUSED_WORDS = {
    CaseStatus.SUPPLEMENTING: "待补材料 · 计时暂停",
    CaseStatus.SUSPENDED: "特别程序 · 计时暂停",
}


def state_tag_of(case: Case, today: date) -> tuple[str, str]:
    """Tone and words. Overdue is said in words and colour while the case is still open."""
    return _state_tag(get_language(), case.status, case.outcome, is_overdue(case, today))


@cache
def _state_tag(language: str | None, status: str, outcome: str, overdue: bool) -> tuple[str, str]:
    """Said once per language: a list has many cases and few states."""
    if overdue:
        return "bad", _("已超期")
    if status == CaseStatus.DELIVERED:
        tone, words = DELIVERED[Outcome(outcome)]
        return tone, _(words)
    state = CaseStatus(status)
    return TONE[state], _(PAUSED_WORDS.get(state) or str(state.label))


def outcome_words(outcome: str) -> tuple[str, str]:
    heading, lead = OUTCOME_WORDS.get(Outcome(outcome), ("", ""))
    return _(heading) if heading else "", _(lead) if lead else ""


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
