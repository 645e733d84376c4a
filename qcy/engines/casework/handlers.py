from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qcy.foundation.database.scope import current
from qcy.foundation.messages.services import send_message
from qcy.foundation.parties.actor import system_actor

from .enums import EventType
from .models import Case
from .services import deliver_case

TOLD = {  # event -> what the filer reads
    EventType.SUBMITTED: ("已收到您的申请", "{matter}，办件编号 {number}。最晚 {answer_by}告诉您是否受理。"),
    EventType.ACCEPTED: ("您的申请已受理", "{matter}，办件编号 {number}。承诺最晚 {promised_due}办结。"),
    EventType.NOT_ACCEPTED: ("您的申请不予受理", "{matter}，办件编号 {number}。理由和怎么办写在通知书里。"),
    EventType.DELIVERED: ("您的办件有结果了", "{matter}，办件编号 {number}。结果通知书可以查看和下载。"),
    EventType.WITHDRAWN: ("您的申请已撤回", "{matter}，办件编号 {number}。需要时可以重新申请。"),
}
DECIDED = (EventType.GRANTED, EventType.REFUSED)


def tell_applicant(payload: Mapping[str, Any], now: datetime) -> None:
    words = TOLD.get(EventType(payload["type"]))
    if words is None:
        return
    case = Case.objects.with_names().get(pk=payload["case"])
    title, body = words
    send_message(
        person_id=case.filer_id,
        kind=f"case.{payload['type']}",
        title=title,
        body=body.format(
            matter=case.adoption.definition.name,
            number=case.number,
            answer_by=_chinese(case.answer_by),
            promised_due=_chinese(case.promised_due),
        ),
        url=f"/me/cases/{case.pk}/",
        now=now,
    )


def deliver_result(payload: Mapping[str, Any], now: datetime) -> None:
    """A decided case is delivered online as soon as its notice exists; nobody has to remember it."""
    if EventType(payload["type"]) in DECIDED:
        scope = current()
        assert scope is not None
        deliver_case(actor=system_actor(scope), case_id=payload["case"], now=now)


def _chinese(day: Any) -> str:
    return f"{day.month} 月 {day.day} 日" if day else ""
