"""Which event sends which letter, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from qcy.foundation.documents.models import Document
from qcy.foundation.documents.services import issue_document, next_number
from qcy.kernel.clock import limit_text
from qcy.kernel.local_time import SHANGHAI, local_day

from .models import Case, CaseRecord

SERIES = {
    "receipt": "收件",
    "acceptance": "受理",
    "refusal_of_intake": "不予受理",
    "correction_notice": "补正",
    "correction_receipt": "补正收件",
    "supplement_notice": "补材",
    "follow_up_promise": "容缺",
    "suspension_notice": "特别程序",
    "extension_notice": "延期",
    "lapse_notice": "结束",
    "termination_notice": "终止",
    "revocation_notice": "撤销",
    "result_answered": "答复",
    "result_referred": "转办",
    "result_granted": "结果",
    "result_refused": "结果",
}
LETTER_OF = {  # command -> kind of letter
    "accept": "acceptance",
    "deem_accepted": "acceptance",
    "refuse_intake": "refusal_of_intake",
    "ask_correction": "correction_notice",
    "correct": "correction_receipt",
    "supplement": "correction_receipt",
    "follow_up": "correction_receipt",
    "ask_supplement": "supplement_notice",
    "suspend": "suspension_notice",
    "extend": "extension_notice",
    "lapse": "lapse_notice",
    "terminate": "termination_notice",
    "revoke": "revocation_notice",
    "grant": "result_granted",
    "refuse": "result_refused",
    "answer": "result_answered",
    "refer": "result_referred",
}

Payload = Mapping[str, Any]


def issue_letter(
    kind: str, case: Case, now: datetime, reason: str = "", payload: Payload | None = None
) -> Document:
    content = _common(case, now) | _PARTS[kind](case, reason, payload or {})
    return issue_document(
        kind=kind, case_id=case.pk, number=_number(kind, case, now), content=content, now=now
    )


def _number(kind: str, case: Case, now: datetime) -> str:
    """沣西新城结果〔2026〕0007号：one series per node, kind and year."""
    series = SERIES[kind]
    year = now.astimezone(SHANGHAI).year
    count = next_number(f"letter:{case.node.code}:{series}:{year}")
    return f"{case.node.short_name}{series}〔{year}〕{count:04d}号"


def _common(case: Case, now: datetime) -> dict[str, Any]:
    return {
        "case_number": case.number,
        "matter": case.adoption.definition.name,
        "firm": case.firm_name,
        "firm_code": case.applicant_code,
        "node": case.node.name,
        "issued_on": local_day(now).isoformat(),
        "demo": case.adoption.definition.is_demo,
    }


def _receipt(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {
        "submitted_at": case.submitted_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "answer_by": str(case.answer_by),
        "answer_limit": limit_text(case.adoption.definition.answer_by),
    }


def _acceptance(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {
        "accepted_on": str(case.accepted_on),
        "deemed": "from" in payload,
        "promised_due": str(case.promised_due),
        "promised_limit": case.adoption.definition.promised_text,
        "legal_due": str(case.legal_due) if case.legal_due else "",
        "provisional": case.due_provisional,
    }


def _reasoned(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {"reason": reason}


def _defects(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    record = CaseRecord.objects.get(pk=payload["list"]["record"])
    return {"defects": record.body["defects"], "correct_by": payload["correct_by"]}


def _correction_receipt(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {
        "received_on": payload["on"],
        "answer_by": "" if case.accepted_on else str(case.answer_by),
        "answer_limit": limit_text(case.adoption.definition.answer_by),
        "promised_due": str(case.promised_due) if case.accepted_on else "",
    }


def _follow_up_promise(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    labels = case.adoption.definition.form.by_name
    return {
        "papers": [labels[field].label for field in payload["outstanding"]],
        "follow_by": str(case.applicant_due),
    }


def _suspension(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {"reason": reason, "procedure": payload["procedure"], "on": payload["on"]}


def _extension(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {
        "reason": reason,
        "days": payload["days"],
        "promised_due": str(case.promised_due),
        "legal_due": str(case.legal_due) if case.legal_due else "",
    }


def _revocation(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    results = Document.objects.filter(case_id=case.pk, kind__startswith="result").order_by("-issued_at")
    return {"reason": reason, "revoked": results[0].number}


def _result(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {
        "outcome": case.outcome,
        "reason": reason,
        "year": case.year,
        "accepted_on": str(case.accepted_on),
        "basis": case.adoption.definition.field("basis").text,
        "note": case.adoption.definition.field("result_note").text,
        "leads_to": case.adoption.definition.result["leads_to"],
        "yearly": case.adoption.definition.one_per_year,
    }


def _told(case: Case, reason: str, payload: Payload) -> dict[str, Any]:
    return {"outcome": case.outcome, "reason": reason, "accepted_on": str(case.accepted_on)}


_PARTS: Mapping[str, Callable[[Case, str, Payload], dict[str, Any]]] = {
    "receipt": _receipt,
    "acceptance": _acceptance,
    "refusal_of_intake": _reasoned,
    "correction_notice": _defects,
    "supplement_notice": _defects,
    "correction_receipt": _correction_receipt,
    "follow_up_promise": _follow_up_promise,
    "suspension_notice": _suspension,
    "extension_notice": _extension,
    "lapse_notice": lambda case, reason, payload: {},
    "termination_notice": _reasoned,
    "revocation_notice": _revocation,
    "result_answered": _told,
    "result_referred": _told,
    "result_granted": _result,
    "result_refused": _result,
}
