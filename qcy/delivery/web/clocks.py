"""How both surfaces show the clocks of a case, and the one sentence that explains them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from qcy.delivery.components.types import ClockRow, MiniClock
from qcy.delivery.web.format import limit_text, with_count
from qcy.engines.casework.enums import OPEN_STATUSES, CaseStatus
from qcy.engines.casework.models import Case
from qcy.engines.catalogue.definition import MatterDefinition
from qcy.kernel.calendar import Calendar
from qcy.kernel.clock import Limit, Pause, Progress, WorkingDays, due_on, progress
from qcy.kernel.local_time import local_day

from .format import chinese_day


def clocks_of(case: Case, calendar: Calendar, today: date) -> list[ClockRow]:
    rows = [promised_row(case, calendar, today), legal_row_of(case, calendar, today)]
    return rows if case.accepted_on else [answer_row(case, calendar, today), *rows]


NOT_COUNTED = {  # waiting for the firm is nobody's lateness
    CaseStatus.CORRECTING: "补正后重新起算",
    CaseStatus.LAPSED: "没有收到补正，不计时",
}


def answer_row(case: Case, calendar: Calendar, today: date) -> ClockRow:
    """While the firm corrects, no time of the office runs: it starts afresh with the corrected file."""
    limit, label = case.adoption.definition.answer_by, _("受理决定")
    if case.status in NOT_COUNTED:
        return ClockRow(
            label, limit_text(limit), ("cap",) * limit.count, _(NOT_COUNTED[CaseStatus(case.status)])
        )
    run = counted(_received_on(case), limit, calendar, today, (), case.closed_on)
    return _row(label, limit, run)


def _received_on(case: Case) -> date:
    return case.received_on or local_day(case.submitted_at)


def promised_of(case: Case) -> WorkingDays:
    return WorkingDays(case.adoption.definition.promised.count + case.extended_days)


def legal_of(case: Case) -> Limit | None:
    legal = case.adoption.definition.legal
    return WorkingDays(legal.count + case.extended_days) if isinstance(legal, WorkingDays) else legal


def promised_row(case: Case, calendar: Calendar, today: date) -> ClockRow:
    limit = promised_of(case)
    sub = limit_text(limit) + (
        with_count("（含延期 {n} 日）", case.extended_days) if case.extended_days else ""
    )
    if case.accepted_on is None:
        words = _("没有受理，不计时") if case.closed_on else _("受理次日起算")
        return ClockRow(_("承诺时限"), sub, ("cap",) * limit.count, words)
    return _row(_("承诺时限"), limit, run_of(case, limit, calendar, today), sub)


@lru_cache(maxsize=2_000)
def counted(
    start: date,
    limit: WorkingDays,
    calendar: Calendar,
    today: date,
    pauses: tuple[Pause, ...],
    finished: date | None,
) -> Progress:
    """Cases that began on the same day have the same clock: a list counts each one once."""
    return progress(start, limit, calendar, today, pauses, finished=finished)


def run_of(case: Case, limit: WorkingDays, calendar: Calendar, today: date) -> Progress:
    assert case.accepted_on is not None
    return counted(case.accepted_on, limit, calendar, today, case.clock_pauses, case.closed_on)


def legal_row_of(case: Case, calendar: Calendar, today: date) -> ClockRow:
    limit = legal_of(case)
    if not isinstance(limit, WorkingDays) or case.accepted_on is None:
        return legal_row(case.adoption.definition)
    return _row(_("法定时限"), limit, run_of(case, limit, calendar, today))


def legal_row(definition: MatterDefinition) -> ClockRow:
    if definition.legal is None:
        return ClockRow(
            _("法定时限"),
            _("本事项"),
            end=_("无法定时限"),
            note=_("没有条文规定总的办理天数，以承诺时限为准。"),
        )
    return ClockRow(_("法定时限"), limit_text(definition.legal))


def _row(label: str, limit: WorkingDays, run: Progress, sub: str = "") -> ClockRow:
    cells = tuple(cell.value for cell in run.cells)
    end, tone = end_words(run)
    return ClockRow(label, sub or limit_text(limit), cells, end, tone, used=run.used, left=run.left)


def end_words(run: Progress) -> tuple[str, str]:
    match run.state:
        case "due_today":
            return _("今日到期"), "soon"
        case "overdue":
            return (with_count("超期 {n} 个工作日", run.overdue) if run.overdue else _("已超期")), "late"
        case "done":
            days = run.used + run.overdue
            return (with_count("用了 {n} 个工作日", days) if days else _("当天办完")), ""
        case _:
            return "", ""


def mini_clock_of(case: Case, calendar: Calendar, today: date, *, mine: bool = False) -> MiniClock:
    """`mine`: the firm itself reads it; its own deadline stands beside the name of the matter there."""
    definition = case.adoption.definition
    deadline = "" if mine else _firm_deadline(case, today)
    if case.accepted_on is None:
        limit, sub = (
            definition.answer_by,
            _("受理决定 {limit}").format(limit=limit_text(definition.answer_by)),
        )
        if case.status == CaseStatus.LAPSED:
            return MiniClock(("cap",) * limit.count, headline=_("没有收到补正"))
        if case.status == CaseStatus.CORRECTING:
            return MiniClock(
                ("cap",) * limit.count, headline=_("等您补正") if mine else _("等企业补正"), sub=deadline
            )
        run = counted(_received_on(case), limit, calendar, today, (), case.closed_on)
    else:
        run = run_of(case, promised_of(case), calendar, today)
        sub = deadline or (_("无法定时限") if definition.legal is None else "")
    headline, tone = end_words(run)
    if not headline:
        running = "剩 {n} 日" if case.paused_since is None else "计时暂停，剩 {n} 日"
        headline = with_count(running, run.left)
    return MiniClock(tuple(cell.value for cell in run.cells), headline=headline, tone=tone, sub=sub)


def _firm_deadline(case: Case, today: date) -> str:
    if case.applicant_due is None:
        return ""
    return _("企业最晚 {day}补好").format(day=chinese_day(case.applicant_due, today))


# ---------------------------------------------------------------- the sentence both sides read
def clock_sentence(case: Case, calendar: Calendar, today: date) -> str:
    """What runs or stands still, since when, why, and until when."""
    match CaseStatus(case.status):
        case CaseStatus.SUBMITTED:
            late = case.answer_by is not None and case.answer_by < today
            words = (
                _("受理决定应在 {day}前作出，已经超期。")
                if late
                else _("受理决定最晚 {day}作出，受理后从次日起计算承诺时限。")
            )
            text = words.format(day=chinese_day(case.answer_by, today))
        case CaseStatus.CORRECTING:
            text = _(
                "正在等企业补正，期间不计时。补正最晚 {day}，收到后重新计算 {limit}的受理决定期限。"
            ).format(
                day=chinese_day(case.applicant_due, today),
                limit=limit_text(case.adoption.definition.answer_by),
            )
        case CaseStatus.ACCEPTED:
            text = _running_sentence(case, calendar, today)
        case CaseStatus.SUPPLEMENTING | CaseStatus.SUSPENDED:
            text = _paused_sentence(case, calendar, today)
        case _:
            return ""
    provisional = _("到期日所在年份的放假安排尚未发布，日期为暂定。") if case.due_provisional else ""
    return text + provisional


def _running_sentence(case: Case, calendar: Calendar, today: date) -> str:
    late = case.promised_due is not None and case.promised_due < today
    words = (
        _("{start}受理，从次日起算，承诺 {end}前办结，已经超期。")
        if late
        else _("{start}受理，从次日起算，承诺最晚 {end}办结。")
    )
    text = words.format(start=chinese_day(case.accepted_on, today), end=chinese_day(case.promised_due, today))
    paused = run_of(case, promised_of(case), calendar, today).paused
    return text + (with_count("其中暂停的 {n} 个工作日不计入。", paused) if paused else "")


WHY = {
    CaseStatus.SUPPLEMENTING: ("等待企业补充材料", "如果今天补齐"),
    CaseStatus.SUSPENDED: ("特别程序正在进行", "如果今天恢复"),
}


def _paused_sentence(case: Case, calendar: Calendar, today: date) -> str:
    """Both end dates if it went on today, so that nobody has to guess what waiting costs."""
    why, condition = WHY[CaseStatus(case.status)]
    days = run_of(case, promised_of(case), calendar, today).paused
    ends = [
        _("承诺最晚 {day}").format(day=chinese_day(_due(case, promised_of(case), calendar, today), today))
    ]
    if (legal := legal_of(case)) is not None:
        ends.append(_("法定最晚 {day}").format(day=chinese_day(_due(case, legal, calendar, today), today)))
    return _("{since}起暂停计时，原因是{why}，已暂停 {n} 个工作日。{condition}，{ends}办结。").format(
        since=chinese_day(case.paused_since, today),
        why=_(why),
        n=days,
        condition=_(condition),
        ends="、".join(ends),
    )


def _due(case: Case, limit: Limit, calendar: Calendar, today: date) -> date:
    assert case.accepted_on is not None
    return due_on(case.accepted_on, limit, calendar, case.clock_pauses, today).day


def days_left(day: date, calendar: Calendar, today: date) -> int:
    """Working days still to go, today not counted."""
    return calendar.working_days_between(today, day) if day > today else 0


def is_open(case: Case) -> bool:
    return case.status in OPEN_STATUSES
