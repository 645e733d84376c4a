from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from qcy.delivery.components.types import Kpi
from qcy.delivery.console.shell import shell
from qcy.delivery.web.addresses import fixed, of_row
from qcy.delivery.web.casework import state_tag_of
from qcy.delivery.web.clocks import mini_clock_of
from qcy.delivery.web.gates import staff
from qcy.engines.casework.enums import OPEN_STATUSES, CaseStatus
from qcy.engines.casework.models import Case
from qcy.engines.casework.queries import InboxCounts, desks_of, inbox_counts
from qcy.engines.catalogue.enums import Flow
from qcy.foundation.calendars.queries import calendar_in_force

PER_PAGE = 20
SCOPES = ("mine", "team", "today", "overdue")
STATUSES = (
    ("", "全部在办"),
    (CaseStatus.SUBMITTED.value, "待受理"),
    (CaseStatus.CORRECTING.value, "待补正"),
    (CaseStatus.ACCEPTED.value, "办理中"),
    (CaseStatus.SUPPLEMENTING.value, "待补材料"),
    (CaseStatus.SUSPENDED.value, "特别程序"),
    (CaseStatus.DELIVERED.value, "已办结"),
    (CaseStatus.NOT_ACCEPTED.value, "不予受理"),
    (CaseStatus.WITHDRAWN.value, "已撤回"),
    (CaseStatus.LAPSED.value, "逾期结束"),
    (CaseStatus.TERMINATED.value, "已终止"),
    (CaseStatus.REVOKED.value, "已撤销"),
)


@staff
def entrance(request: Any) -> HttpResponse:
    return HttpResponseRedirect(fixed("console_cases"))


@staff
def inbox(request: Any) -> HttpResponse:
    """One inbox: counters on top, filters in the address, the most urgent first."""
    return show_inbox(request, {})


def show_inbox(request: Any, drawer: dict[str, Any], status: int = 200) -> HttpResponse:
    """The list, with a drawer in front of it when somebody came by its address."""
    filters = read_filters(request)
    counts = inbox_counts(request.actor, request.today)
    pages = Paginator(filtered(request, filters), PER_PAGE)
    if not (filters["status"] or filters["q"]):
        pages.count = counted(counts, filters["scope"])
    page = pages.get_page(request.GET.get("page"))
    calendar, query = calendar_in_force(), query_of(request)
    context = {
        "tiles": tiles_of(counts, filters),
        "rows": [row_of(request, case, calendar, query) for case in page.object_list],
        "page": page,
        "path": request.get_full_path(),
        "filters": filters,
        "chips": chips_of(filters),
        "hidden": [(k, v) for k, v in filters.items() if k in ("scope", "status") and v],
        "here": fixed("console_cases"),
        **shell(request, counts.team),
        **drawer,
    }
    return render(request, "console/cases/inbox.html", context, status=status)


def read_filters(request: Any) -> dict[str, str]:
    scope = request.GET.get("scope", "team")
    status = request.GET.get("status", "")
    return {
        "scope": scope if scope in SCOPES else "team",
        "status": status if status in dict(STATUSES) else "",
        "q": " ".join(request.GET.get("q", "").split())[:60],
    }


def filtered(request: Any, filters: dict[str, str]) -> Any:
    cases = Case.objects.visible_to(request.actor).with_names()
    if filters["status"]:
        cases = cases.with_status(CaseStatus(filters["status"]))
    else:  # whoever types a whole number wants that file, closed or not
        cases = cases.filter(Q(status__in=OPEN_STATUSES) | Q(number=filters["q"].upper()))
    match filters["scope"]:
        case "mine":
            cases = cases.assigned_to(desks_of(request.actor, request.today))
        case "today":
            cases = cases.due_on(request.today)
        case "overdue":
            cases = cases.overdue(request.today)
    if words := filters["q"]:
        cases = cases.filter(
            Q(number__icontains=words)
            | Q(organisation__name__icontains=words)
            | Q(typed_name__icontains=words)
            | Q(organisation__code__icontains=words)
            | Q(adoption__item__name__icontains=words)
        )
    return cases.most_urgent_first()


def address(filters: dict[str, str], **changes: str) -> str:
    kept = {k: v for k, v in {**filters, **changes}.items() if v}
    return f"{fixed('console_cases')}?{urlencode(kept)}"


def counted(counts: InboxCounts, scope: str) -> int:
    """How long the list of a whole scope is: its tile says so already."""
    return {
        "mine": counts.mine,
        "team": counts.team,
        "today": counts.due_today,
        "overdue": counts.overdue,
    }[scope]


def tiles_of(counts: InboxCounts, filters: dict[str, str]) -> list[Kpi]:
    def tile(scope: str, label: str, value: int, sub: str, icon: str, tone: Any = "") -> Kpi:
        url, current = address({"scope": scope}), filters["scope"] == scope
        return Kpi(label, value, ngettext("件", "件", value), sub, icon, url, current, tone if value else "")

    return [
        tile("mine", _("我经办"), counts.mine, "", "user"),
        tile("team", _("本组在办"), counts.team, "", "users"),
        tile(
            "today",
            _("今日到期"),
            counts.due_today,
            _("，我的 {n}").format(n=counts.my_due_today),
            "clock",
            "warn",
        ),
        tile(
            "overdue",
            _("已超期"),
            counts.overdue,
            _("，我的 {n}").format(n=counts.my_overdue),
            "alert-circle",
            "bad",
        ),
    ]


def chips_of(filters: dict[str, str]) -> list[tuple[str, str, bool]]:
    labels = _said(get_language(), *(label for value, label in STATUSES))
    return [
        (label, address(filters, status=value), filters["status"] == value)
        for label, (value, _chinese) in zip(labels, STATUSES, strict=True)
    ]


def query_of(request: Any) -> str:
    """The filters of the list, kept in the address of what opens over it."""
    return f"?{request.GET.urlencode()}" if request.GET else ""


def row_of(request: Any, case: Case, calendar: Any, query: str) -> dict[str, Any]:
    step, who, mine = next_step(request, case)
    return {
        "case": case,
        "url": of_row("console_case", case.pk) + query,
        "tag": state_tag_of(case, request.today),
        "clock": mini_clock_of(case, calendar, request.today),
        "step": step,
        "who": who,
        "mine": mine,
    }


NEXT = {  # status -> what has to happen, and who does it when nobody has it on the desk
    CaseStatus.SUBMITTED: ("决定是否受理", ""),
    CaseStatus.CORRECTING: ("等企业补正", "企业"),
    CaseStatus.ACCEPTED: ("审定", ""),
    CaseStatus.SUPPLEMENTING: ("等企业补充材料", "企业"),
    CaseStatus.SUSPENDED: ("特别程序结束后恢复", ""),
    CaseStatus.DECIDED_GRANTED: ("送达结果", "系统自动"),
    CaseStatus.DECIDED_REFUSED: ("送达结果", "系统自动"),
    CaseStatus.ANSWERED: ("送达答复", "系统自动"),
    CaseStatus.REFERRED: ("送达告知书", "系统自动"),
}


ENDING = {Flow.DECISION: "审定", Flow.ANSWER: "办理并答复", Flow.REFERRAL: "核对并转办"}


def next_step(request: Any, case: Case) -> tuple[str, str, bool]:
    """What has to happen next, who does it, and whether that is me."""
    step, who = NEXT.get(CaseStatus(case.status), ("无", "已结束"))
    if case.status == CaseStatus.ACCEPTED:
        step = ENDING[case.adoption.definition.flow]
    mine = not who and case.assignee_id == request.actor.person_id
    desk = "您" if mine else "已有人领办" if case.assignee_id else "还没有人领办"
    return *_said(get_language(), step, who or desk), mine


@cache
def _said(language: str | None, *words: str) -> tuple[str, ...]:
    """Few words, and every row has some of them: said once per language."""
    return tuple(_(word) for word in words)
