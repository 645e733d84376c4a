"""Personal data of a case: masked by default, opened by a click with a reason, erased when its time is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.engines.forms.services import erase_drafts
from qcy.foundation.audit.models import AccessLog
from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import purpose
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.actor import Actor
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .enums import RecordKind
from .file import MASKED
from .models import Case, CaseNote, CaseRecord

SHORTEST_REASON, LONGEST_REASON = 4, 200
NOT_MASKED = Refusal("not_masked", why="这一项没有隐去。", fix="请直接查看。")
WHY = Refusal("why_missing", why="查看完整信息要写明用途，至少 4 个字。", fix="例如：电话核实研发人数。")


@transaction.atomic
def unmask(*, actor: Actor, case_id: UUID, field: str, reason: str, now: datetime) -> str:
    """One value of one case, and a line in the access log that nobody can change."""
    case = Case.objects.visible_to(actor).get(pk=case_id)
    if not actor.roles_at(case.responsible_node_id):
        raise Case.DoesNotExist
    if field not in MASKED:
        raise Refused(NOT_MASKED)
    words = " ".join(clean(reason).split())[:LONGEST_REASON]
    if len(words) < SHORTEST_REASON:
        raise Refused(WHY)
    log = AccessLog(
        person_id=actor.me,
        node_id=case.responsible_node_id,
        subject_id=case.pk,
        what=field,
        reason=words,
        at=now,
    )
    log.save(force_insert=True)
    record_audit(
        stream=f"access:{case.responsible_node_id}",
        type="personal.unmasked",
        now=now,
        actor_id=actor.me,
        node_id=case.responsible_node_id,
        payload={"log": str(log.pk), "case": str(case.pk), "field": field},
    )
    return str(_filed_value(case, field))


def _filed_value(case: Case, field: str) -> Any:
    record = CaseRecord.objects.filter(case=case, kind=RecordKind.FORM).order_by("-at", "-id").first()
    return record.body.get(field, "") if record else ""


# ---------------------------------------------------------------- retention
def ask_erasing(payload: Mapping[str, Any], now: datetime) -> None:
    """Cases whose retention has passed: one outbox row each."""
    with purpose("sweep"):
        closed = Case.objects.exclude(closed_on=None).filter(closed_on__lt=local_day(now)).with_names()
        for case in closed:
            if retained_until(case) < local_day(now):
                texts = {"case": str(case.pk), "draft": str(case.draft_id)}
                put("case.erase", payload=texts, now=now, key=f"case.erase:{case.pk}")


def retained_until(case: Case) -> date:
    years = case.adoption.definition.retention_years
    assert case.closed_on is not None
    return date(case.closed_on.year + years, case.closed_on.month, min(case.closed_on.day, 28))


def erase_case(payload: Mapping[str, Any], now: datetime) -> None:
    """Texts and personal values go; the events stay, because they hold references only (A3)."""
    with purpose("retention"):
        kept = CaseRecord.objects.filter(case_id=payload["case"], erased_at=None)
        count = kept.update(body={}, erased_at=now)
        CaseNote.objects.filter(case_id=payload["case"]).update(text="")
        erase_drafts(draft_id=payload["draft"], case_id=payload["case"])
    if count:
        record_audit(
            stream=f"retention:{payload['case']}", type="case.erased", now=now, payload={"records": count}
        )
