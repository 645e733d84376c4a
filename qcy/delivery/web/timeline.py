"""The story of a case as both surfaces tell it: what happened, with its letters, and what is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qcy.delivery.components.types import TimelineEntry
from qcy.engines.casework.enums import CaseStatus, EventType
from qcy.engines.casework.models import Case, CaseEvent
from qcy.engines.casework.workflow import DECIDED
from qcy.engines.catalogue.enums import Flow
from qcy.foundation.documents.models import Document

from .addresses import of_row
from .format import chinese_day

LETTERS_OF = {
    EventType.SUBMITTED: ("receipt",),
    EventType.ACCEPTED: ("acceptance", "follow_up_promise"),
    EventType.DEEMED_ACCEPTED: ("acceptance", "follow_up_promise"),
    EventType.NOT_ACCEPTED: ("refusal_of_intake",),
    EventType.CORRECTION_ASKED: ("correction_notice",),
    EventType.CORRECTED: ("correction_receipt",),
    EventType.SUPPLEMENT_ASKED: ("supplement_notice",),
    EventType.SUPPLEMENTED: ("correction_receipt",),
    EventType.FOLLOWED_UP: ("correction_receipt",),
    EventType.SUSPENDED: ("suspension_notice",),
    EventType.EXTENDED: ("extension_notice",),
    EventType.LAPSED: ("lapse_notice",),
    EventType.TERMINATED: ("termination_notice",),
    EventType.REVOKED: ("revocation_notice",),
    EventType.GRANTED: ("result_granted",),
    EventType.REFUSED: ("result_refused",),
    EventType.ANSWERED: ("result_answered",),
    EventType.REFERRED: ("result_referred",),
}
TITLES = {
    EventType.SUBMITTED: "您提交了申请",
    EventType.ASSIGNED: "已分到 {desk}",
    EventType.ACCEPTED: "已受理",
    EventType.DEEMED_ACCEPTED: "受理期限已过，视为受理",
    EventType.NOT_ACCEPTED: "不予受理",
    EventType.CORRECTION_ASKED: "需要补正 {n} 处，已一次列全",
    EventType.CORRECTED: "您提交了补正",
    EventType.LAPSED: "逾期没有补正，办件结束",
    EventType.SUPPLEMENT_ASKED: "需要补充 {n} 处材料，已一次列全",
    EventType.SUPPLEMENTED: "您补齐了材料，恢复计时",
    EventType.SUPPLEMENT_MISSED: "补充期限已过，按现有材料继续办理",
    EventType.FOLLOWED_UP: "您交了承诺后补的材料",
    EventType.SUSPENDED: "进入特别程序：{procedure}，计时暂停",
    EventType.RESUMED: "特别程序结束，恢复计时",
    EventType.EXTENDED: "延长办理期限 {days} 个工作日",
    EventType.GRANTED: "审定：通过",
    EventType.REFUSED: "审定：不通过",
    EventType.ANSWERED: "已答复",
    EventType.REFERRED: "已转办",
    EventType.DELIVERED: "结果通知书已送达",
    EventType.WITHDRAWN: "申请已撤回",
    EventType.TERMINATED: "终止办理",
    EventType.REOPENED: "重新办理",
    EventType.REVOKED: "结果已撤销",
    EventType.RELEASED: "等待重新分派",
    EventType.DUE_RECOMPUTED: "放假安排公布，期限重新计算",
}
STAFF_TITLES = TITLES | {
    EventType.SUBMITTED: "企业提交，已出收件回执",
    EventType.CORRECTED: "企业提交了补正",
    EventType.SUPPLEMENTED: "企业补齐了材料，恢复计时",
    EventType.FOLLOWED_UP: "企业交了承诺后补的材料",
}
BY_DESK = frozenset(TITLES) - {EventType.ASSIGNED, EventType.DELIVERED, EventType.SUBMITTED}


def timeline_of(
    case: Case,
    events: Iterable[CaseEvent],
    documents: Sequence[Document],
    today: date,
    *,
    titles: Mapping[EventType, str] = TITLES,
    document_url: str = "document",
) -> list[TimelineEntry]:
    shown = [_told(e, documents, titles, document_url) for e in events if e.kind != EventType.REMARKED]
    return shown + _still_to_come(case, today)


def _told(
    event: CaseEvent, documents: Sequence[Document], titles: Mapping[EventType, str], document_url: str
) -> TimelineEntry:
    kinds = LETTERS_OF.get(event.kind, ())
    # a letter is written in the transaction of its event, at the same moment
    links = tuple(
        (d.title, of_row(document_url, d.pk))
        for d in documents
        if d.kind in kinds and d.issued_at == event.at
    )
    payload = event.payload
    title = _(titles[event.kind]).format(
        desk=payload.get("desk") or _("工作人员"),
        n=len(payload.get("defects", ())),
        procedure=payload.get("procedure", ""),
        days=payload.get("days", ""),
    )
    return TimelineEntry(title, event.at, text=_text_of(event), state="ok", links=links)


def _text_of(event: CaseEvent) -> str:
    if event.kind in (
        EventType.SUBMITTED,
        EventType.CORRECTED,
        EventType.SUPPLEMENTED,
        EventType.FOLLOWED_UP,
    ):
        n = len(event.payload.get("files", ()))
        return ngettext("交了 %(n)d 份材料。", "交了 %(n)d 份材料。", n) % {"n": n} if n else ""
    if event.kind == EventType.DUE_RECOMPUTED:
        day = date.fromisoformat(event.payload.get("promised_due") or event.payload["answer_by"])
        return _("最晚 {day}。").format(day=chinese_day(day, event.at.date()))
    desk = event.payload.get("desk")
    return _("{desk} 办理。").format(desk=desk) if desk and event.kind in BY_DESK else ""


def _still_to_come(case: Case, today: date) -> list[TimelineEntry]:
    """The waiting step, dated, and the steps after it."""
    work, outcome = _LATER[case.adoption.definition.flow]
    later = [TimelineEntry(_(work[0]), text=_(work[1])), TimelineEntry(_(outcome))]
    match CaseStatus(case.status):
        case CaseStatus.SUBMITTED:
            return [_now(_("等待受理"), case.answer_by, today), *later]
        case CaseStatus.CORRECTING:
            return [
                _now(_("等待企业补正"), case.applicant_due, today),
                TimelineEntry(_("决定是否受理")),
                *later,
            ]
        case CaseStatus.ACCEPTED:
            return [_now(_(work[2]), case.promised_due, today), later[1]]
        case CaseStatus.SUPPLEMENTING:
            return [
                _now(_("等待企业补充材料"), case.applicant_due, today),
                TimelineEntry(
                    _("恢复计时，继续审核"), text=_("收到补充材料的次日接着计时，已用的天数不变。")
                ),
                *later,
            ]
        case CaseStatus.SUSPENDED:
            return [_now(_("特别程序进行中"), None, today), TimelineEntry(_("恢复计时，继续审核")), *later]
        case status if status in DECIDED:
            return [TimelineEntry(_("正在送达"), text=_("通常一分钟内完成。"), state="now")]
        case _:
            return []


_LATER = {  # what follows acceptance: step, who does it, the waiting line; then how it ends
    Flow.DECISION: (("审核与审定", "由另一名工作人员审定。", "等待审定"), "送达结果通知书"),
    Flow.ANSWER: (("办理", "由本节点工作人员办理。", "正在办理"), "送达答复"),
    Flow.REFERRAL: (("核对并转办", "转给主管单位，并告诉您找谁。", "等待转办"), "送达转办告知书"),
}


def _now(title: str, day: date | None, today: date) -> TimelineEntry:
    until = _("最晚 {day}").format(day=chinese_day(day, today)) if day else ""
    return TimelineEntry(title, when_text=until, state="now")
