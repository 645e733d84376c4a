from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qcy.engines.register.timeline import Entry, tell
from qcy.foundation.database.scope import current
from qcy.foundation.messages.services import send_message
from qcy.foundation.parties.actor import system_actor
from qcy.kernel.local_time import local_day

from .enums import EventType
from .models import Case, CaseEvent
from .services import deliver_case


@dataclass(frozen=True)
class Told:
    """What somebody reads when an event has happened. `kind` decides whether it can be opted out of."""

    kind: str
    title: str
    body: str


CASE = "{matter}，办件编号 {number}。"
TOLD = {  # event -> what the filer reads
    EventType.SUBMITTED: Told("progress", "已收到您的申请", CASE + "最晚 {answer_by}告诉您是否受理。"),
    EventType.ACCEPTED: Told("letter", "您的申请已受理", CASE + "承诺最晚 {promised_due}办结。"),
    EventType.DEEMED_ACCEPTED: Told(
        "letter",
        "您的申请已视为受理",
        CASE + "受理决定的期限已过，从收到申请之日起视为受理，承诺最晚 {promised_due}办结。",
    ),
    EventType.NOT_ACCEPTED: Told("letter", "您的申请不予受理", CASE + "理由和怎么办写在通知书里。"),
    EventType.CORRECTION_ASKED: Told(
        "letter", "您的申请需要补正", CASE + "要补的内容已一次列全，请在 {applicant_due}前补好。"
    ),
    EventType.CORRECTED: Told("progress", "已收到您的补正", CASE + "最晚 {answer_by}告诉您是否受理。"),
    EventType.LAPSED: Told(
        "letter", "您的申请已结束", CASE + "补正期限已过，没有收到补正。需要时可以重新申请，不用从头填。"
    ),
    EventType.SUPPLEMENT_ASKED: Told(
        "letter", "您的办件需要补充材料", CASE + "请在 {applicant_due}前补齐，等待期间不占办理时限。"
    ),
    EventType.SUPPLEMENTED: Told(
        "progress", "已收到您补充的材料", CASE + "次日起接着计时，承诺最晚 {promised_due}办结。"
    ),
    EventType.SUPPLEMENT_MISSED: Told(
        "letter", "补充材料的期限已过", CASE + "办件将按现有材料继续办理，承诺最晚 {promised_due}办结。"
    ),
    EventType.FOLLOWED_UP: Told("progress", "已收到您后补的材料", CASE),
    EventType.SUSPENDED: Told("letter", "您的办件进入特别程序", CASE + "计时暂停，原因写在告知书里。"),
    EventType.RESUMED: Told("progress", "您的办件恢复计时", CASE + "承诺最晚 {promised_due}办结。"),
    EventType.EXTENDED: Told(
        "letter", "您的办件延长了办理期限", CASE + "延至 {promised_due}前办结，理由写在告知书里。"
    ),
    EventType.TERMINATED: Told("letter", "您的办件已终止办理", CASE + "理由和怎么办写在通知书里。"),
    EventType.REOPENED: Told("progress", "您的办件重新办理", CASE + "有进展会再告诉您。"),
    EventType.REVOKED: Told("letter", "您的办件结果已撤销", CASE + "理由写在通知书里，原结果不再有效。"),
    EventType.DELIVERED: Told("letter", "您的办件有结果了", CASE + "结果通知书可以查看和下载。"),
    EventType.WITHDRAWN: Told("progress", "您的申请已撤回", CASE + "需要时可以重新申请。"),
    EventType.REMARKED: Told("remark", "您的办件有新留言", CASE + "请到办件页查看和回复。"),
    EventType.DUE_RECOMPUTED: Told(
        "progress", "您的办件期限有调整", CASE + "放假安排公布后重新计算，以办件页上的日期为准。"
    ),
}
STAFF_TOLD = {  # event of the firm -> what the desk reads
    EventType.CORRECTED: Told("work", "企业已补正", "{number} {firm}，请在 {answer_by}前决定是否受理。"),
    EventType.SUPPLEMENTED: Told("work", "企业已补充材料", "{number} {firm}，计时恢复，{promised_due}到期。"),
    EventType.FOLLOWED_UP: Told("work", "企业已后补材料", "{number} {firm}，容缺材料已交。"),
    EventType.REMARKED: Told("work", "企业留言", "{number} {firm}，请查看并回复。"),
    EventType.WITHDRAWN: Told("work", "企业已撤回", "{number} {firm}，不用再办。"),
}
TIMELINE = {  # what the firm's own record keeps of a case, each once
    EventType.SUBMITTED: "提交",
    EventType.ACCEPTED: "受理",
    EventType.DEEMED_ACCEPTED: "视为受理",
    EventType.NOT_ACCEPTED: "不予受理",
    EventType.GRANTED: "审定通过",
    EventType.REFUSED: "审定不予通过",
    EventType.DELIVERED: "办结",
}
DECIDED = (EventType.GRANTED, EventType.REFUSED, EventType.ANSWERED, EventType.REFERRED)


def tell_applicant(payload: Mapping[str, Any], now: datetime) -> None:
    kind = EventType(payload["type"])
    case = Case.objects.with_names().get(pk=payload["case"])
    if kind == EventType.REMARKED and _by_firm(case, payload):
        return
    if kind == EventType.DUE_RECOMPUTED and not _moved(case, payload):
        return
    if words := TOLD.get(kind):
        _send(case, case.filer_id, words, f"/me/cases/{case.pk}/", now)


def tell_desk(payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever has the case on the desk reads what the firm has done."""
    kind = EventType(payload["type"])
    words = STAFF_TOLD.get(kind)
    if words is None:
        return
    case = Case.objects.with_names().get(pk=payload["case"])
    if kind == EventType.REMARKED and not _by_firm(case, payload):
        return
    for person_id in _desks(case):
        _send(case, person_id, words, f"/console/cases/{case.pk}/", now)


def _desks(case: Case) -> Iterator[UUID]:
    """The desk it lies on; after a withdrawal, the one it lay on last."""
    if case.assignee_id:
        yield case.assignee_id
    elif last := case.assignments.order_by("-since").first():
        yield last.person_id


def _moved(case: Case, payload: Mapping[str, Any]) -> bool:
    """A day that only became certain is no news."""
    told = CaseEvent.objects.get(case=case, seq=payload["seq"]).payload
    return bool(told.get("was") != (told.get("promised_due") or told.get("answer_by")))


def _by_firm(case: Case, payload: Mapping[str, Any]) -> bool:
    """Staff act under a desk name, the firm under none."""
    event = CaseEvent.objects.get(case=case, seq=payload["seq"])
    return not event.payload.get("desk")


def _send(case: Case, person_id: UUID, words: Told, url: str, now: datetime) -> None:
    send_message(
        person_id=person_id,
        kind=words.kind,
        title=words.title,
        body=words.body.format(
            matter=case.adoption.definition.name,
            number=case.number,
            firm=case.firm_name,
            answer_by=_chinese(case.answer_by),
            promised_due=_chinese(case.promised_due),
            applicant_due=_chinese(case.applicant_due),
        ),
        url=url,
        now=now,
    )


def note_timeline(payload: Mapping[str, Any], now: datetime) -> None:
    """The firm's record says where its applications stand, in one line each."""
    words = TIMELINE.get(EventType(payload["type"]))
    case = Case.objects.with_names().get(pk=payload["case"]) if words else None
    if case is None or case.organisation_id is None:
        return
    event = CaseEvent.objects.get(case=case, seq=payload["seq"])
    text = f"{case.adoption.definition.name} {words}，办件编号 {case.number}"
    tell([Entry(case.organisation_id, "case", local_day(event.at), text, case.pk, event.at)])


def deliver_result(payload: Mapping[str, Any], now: datetime) -> None:
    """A decided case is delivered online as soon as its notice exists; nobody has to remember it."""
    if EventType(payload["type"]) in DECIDED:
        scope = current()
        assert scope is not None
        deliver_case(actor=system_actor(scope), case_id=payload["case"], now=now)


def _chinese(day: Any) -> str:
    return f"{day.month} 月 {day.day} 日" if day else ""
