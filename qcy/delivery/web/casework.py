"""How both surfaces show a case: its state, its clocks, its story."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qcy.delivery.components.types import ClockRow, MiniClock, TimelineEntry
from qcy.engines.casework.enums import CaseStatus, EventType, Outcome
from qcy.engines.casework.models import Case, CaseEvent
from qcy.engines.catalogue.definition import MatterDefinition
from qcy.foundation.documents.models import Document
from qcy.foundation.files.models import StoredFile
from qcy.foundation.parties.actor import Actor
from qcy.kernel.calendar import Calendar
from qcy.kernel.clock import Progress, WorkingDays, limit_text, progress
from qcy.kernel.local_time import local_day

from .format import chinese_day

TONE = {
    CaseStatus.SUBMITTED: "",
    CaseStatus.ACCEPTED: "info",
    CaseStatus.NOT_ACCEPTED: "",
    CaseStatus.DECIDED_GRANTED: "info",
    CaseStatus.DECIDED_REFUSED: "info",
    CaseStatus.DELIVERED: "ok",
    CaseStatus.WITHDRAWN: "",
}


def state_tag_of(case: Case, today: date) -> tuple[str, str]:
    """Tone and words. Overdue is said in words and colour while the case is still open."""
    if is_overdue(case, today):
        return "bad", _("已超期")
    status = CaseStatus(case.status)
    if status == CaseStatus.DELIVERED:
        return "ok", _("已办结 · 通过") if case.outcome == Outcome.GRANTED else _("已办结 · 不通过")
    return TONE[status], str(status.label)


def is_overdue(case: Case, today: date) -> bool:
    due = {CaseStatus.SUBMITTED: case.answer_by, CaseStatus.ACCEPTED: case.promised_due}.get(
        CaseStatus(case.status)
    )
    return due is not None and due < today


def clocks_of(case: Case, calendar: Calendar, today: date) -> list[ClockRow]:
    definition = case.adoption.definition
    first = promised_row(case, definition, calendar, today)
    if case.accepted_on is None:
        return [answer_row(case, definition, calendar, today), first, legal_row(definition)]
    return [first, legal_row(definition)]


def answer_row(case: Case, definition: MatterDefinition, calendar: Calendar, today: date) -> ClockRow:
    limit = definition.answer_by
    run = _run(_submitted_on(case), limit, calendar, today, case.closed_on)
    return _row(_("受理决定"), limit, run)


def promised_row(case: Case, definition: MatterDefinition, calendar: Calendar, today: date) -> ClockRow:
    limit = definition.promised
    if case.accepted_on is None:
        words = _("没有受理，不计时") if case.closed_on else _("受理次日起算")
        return ClockRow(_("承诺时限"), limit_text(limit), ("cap",) * limit.count, words)
    return _row(_("承诺时限"), limit, _run(case.accepted_on, limit, calendar, today, case.closed_on))


@lru_cache(maxsize=2_000)
def _run(start: date, limit: WorkingDays, calendar: Calendar, today: date, finished: date | None) -> Progress:
    """Cases that began on the same day have the same clock: a list counts each one once."""
    return progress(start, limit, calendar, today, finished=finished)


def legal_row(definition: MatterDefinition) -> ClockRow:
    if definition.legal is None:
        return ClockRow(
            _("法定时限"),
            _("本事项"),
            end=_("无法定时限"),
            note=_("没有条文规定总的办理天数，以承诺时限为准。"),
        )
    return ClockRow(_("法定时限"), limit_text(definition.legal))


def _submitted_on(case: Case) -> date:
    return local_day(case.submitted_at)


def _row(label: str, limit: WorkingDays, run: Progress) -> ClockRow:
    cells = tuple(cell.value for cell in run.cells)
    end, tone = end_words(run)
    return ClockRow(label, limit_text(limit), cells, end, tone, used=run.used, left=run.left)


def end_words(run: Progress) -> tuple[str, str]:
    match run.state:
        case "due_today":
            return _("今日到期"), "soon"
        case "overdue":
            return (_("超期 {n} 个工作日").format(n=run.overdue) if run.overdue else _("已超期")), "late"
        case "done":
            days = run.used + run.overdue
            return (_("用了 {n} 个工作日").format(n=days) if days else _("当天办完")), ""
        case _:
            return "", ""


def mini_clock_of(case: Case, calendar: Calendar, today: date) -> MiniClock:
    definition = case.adoption.definition
    if case.accepted_on is None:
        limit, start, sub = definition.answer_by, _submitted_on(case), _("受理决定 {limit}")
        run = _run(start, limit, calendar, today, case.closed_on)
        words = sub.format(limit=limit_text(limit))
    else:
        run = _run(case.accepted_on, definition.promised, calendar, today, case.closed_on)
        words = _("无法定时限") if definition.legal is None else ""
    headline, tone = end_words(run)
    return MiniClock(
        tuple(cell.value for cell in run.cells),
        headline=headline or _("剩 {n} 日").format(n=run.left),
        tone=tone,
        sub=words,
    )


def clock_sentence(case: Case, calendar: Calendar, today: date) -> str:
    """Both sides read the same sentence: what runs, since when, until when."""
    if case.status == CaseStatus.SUBMITTED:
        return _("受理决定最晚 {day}作出，受理后从次日起计算承诺时限。").format(
            day=chinese_day(case.answer_by, today)
        )
    if case.status == CaseStatus.ACCEPTED:
        sentence = _("{start}受理，从次日起算，承诺最晚 {end}办结。").format(
            start=chinese_day(case.accepted_on, today), end=chinese_day(case.promised_due, today)
        )
        return sentence + (
            _("到期日所在年份的放假安排尚未发布，日期为暂定。") if case.due_provisional else ""
        )
    return ""


LETTERS_OF = {
    EventType.SUBMITTED: ("receipt",),
    EventType.ACCEPTED: ("acceptance",),
    EventType.NOT_ACCEPTED: ("refusal_of_intake",),
    EventType.DELIVERED: ("result_granted", "result_refused"),
}
TITLES = {
    EventType.SUBMITTED: "您提交了申请",
    EventType.ASSIGNED: "已分到 {desk}",
    EventType.ACCEPTED: "已受理",
    EventType.NOT_ACCEPTED: "不予受理",
    EventType.GRANTED: "审定：通过",
    EventType.REFUSED: "审定：不通过",
    EventType.DELIVERED: "结果通知书已送达",
    EventType.WITHDRAWN: "申请已撤回",
}
STAFF_TITLES = TITLES | {EventType.SUBMITTED: "企业提交，已出收件回执"}


def timeline_of(
    case: Case,
    events: Iterable[CaseEvent],
    documents: Sequence[Document],
    today: date,
    *,
    titles: dict[EventType, str] = TITLES,
    document_url: str = "document",
) -> list[TimelineEntry]:
    shown = [_told(event, documents, titles, document_url) for event in events]
    return shown + _still_to_come(case, today)


def _told(
    event: CaseEvent, documents: Sequence[Document], titles: dict[EventType, str], document_url: str
) -> TimelineEntry:
    links = tuple(
        (d.title, reverse(document_url, args=[d.pk]))
        for d in documents
        if d.kind in LETTERS_OF.get(event.kind, ())
    )
    desk = event.payload.get("desk") or _("工作人员")
    title = _(titles[event.kind]).format(desk=desk)
    return TimelineEntry(title, event.at, text=_text_of(event, desk), state="ok", links=links)


def _text_of(event: CaseEvent, desk: str) -> str:
    match event.kind:
        case EventType.SUBMITTED:
            count = len(event.payload.get("files", ()))
            return ngettext("随申请交了 %(n)d 份材料。", "随申请交了 %(n)d 份材料。", count) % {"n": count}
        case EventType.ACCEPTED | EventType.NOT_ACCEPTED | EventType.GRANTED | EventType.REFUSED:
            return _("{desk} 办理。").format(desk=desk)
        case _:
            return ""


def _still_to_come(case: Case, today: date) -> list[TimelineEntry]:
    match CaseStatus(case.status):
        case CaseStatus.SUBMITTED:
            return [
                TimelineEntry(_("等待受理"), when_text=_until(case.answer_by, today), state="now"),
                TimelineEntry(_("审核与审定"), text=_("由另一名工作人员审定。")),
                TimelineEntry(_("送达结果通知书")),
            ]
        case CaseStatus.ACCEPTED:
            return [
                TimelineEntry(_("等待审定"), when_text=_until(case.promised_due, today), state="now"),
                TimelineEntry(_("送达结果通知书")),
            ]
        case CaseStatus.DECIDED_GRANTED | CaseStatus.DECIDED_REFUSED:
            return [TimelineEntry(_("正在送达结果通知书"), text=_("通常一分钟内完成。"), state="now")]
        case _:
            return []


def _until(day: date | None, today: date) -> str:
    return _("最晚 {day}").format(day=chinese_day(day, today)) if day else ""


def materials_of(actor: Actor, case: Case) -> list[tuple[str, StoredFile]]:
    """The files of a case under the names of the materials they stand for."""
    fields = case.adoption.definition.form.by_name
    kept = StoredFile.objects.visible_to(actor).filter(case_id=case.pk).order_by("uploaded_at", "id")
    return [(fields[f.field].label, f) for f in kept]
