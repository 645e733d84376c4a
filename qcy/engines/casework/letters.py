"""Which event sends which letter, and what stands in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qcy.foundation.documents.models import Document
from qcy.foundation.documents.services import issue_document, next_number
from qcy.kernel.clock import limit_text
from qcy.kernel.local_time import SHANGHAI, local_day

from .models import Case

SERIES = {
    "receipt": "收件",
    "acceptance": "受理",
    "refusal_of_intake": "不予受理",
    "result_granted": "结果",
    "result_refused": "结果",
}
LETTER_OF = {  # command -> kind of letter
    "accept": "acceptance",
    "refuse_intake": "refusal_of_intake",
    "grant": "result_granted",
    "refuse": "result_refused",
}


def issue_letter(kind: str, case: Case, now: datetime, reason: str = "") -> Document:
    content = _common(case, now) | _PARTS[kind](case, reason)
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
        "firm_code": case.organisation.code,
        "node": case.node.name,
        "issued_on": local_day(now).isoformat(),
        "demo": case.adoption.definition.is_demo,
    }


def _receipt(case: Case, reason: str) -> dict[str, Any]:
    return {
        "submitted_at": case.submitted_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "answer_by": str(case.answer_by),
        "answer_limit": limit_text(case.adoption.definition.answer_by),
    }


def _acceptance(case: Case, reason: str) -> dict[str, Any]:
    return {
        "accepted_on": str(case.accepted_on),
        "promised_due": str(case.promised_due),
        "promised_limit": case.adoption.definition.promised_text,
        "legal_due": str(case.legal_due) if case.legal_due else "",
        "provisional": case.due_provisional,
    }


def _reasoned(case: Case, reason: str) -> dict[str, Any]:
    return {"reason": reason}


def _result(case: Case, reason: str) -> dict[str, Any]:
    return {
        "outcome": case.outcome,
        "reason": reason,
        "year": case.year,
        "accepted_on": str(case.accepted_on),
        "basis": case.adoption.definition.field("basis").text,
        "note": case.adoption.definition.field("result_note").text,
    }


_PARTS = {
    "receipt": _receipt,
    "acceptance": _acceptance,
    "refusal_of_intake": _reasoned,
    "result_granted": _result,
    "result_refused": _result,
}
