from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from qcy.delivery.components.types import Kpi
from qcy.delivery.console.shell import shell
from qcy.delivery.web.casework import (
    STAFF_TITLES,
    clock_sentence,
    clocks_of,
    materials_of,
    mini_clock_of,
    state_tag_of,
    timeline_of,
)
from qcy.delivery.web.gates import staff, writes
from qcy.delivery.web.request import posted_id, posted_number
from qcy.engines.casework import services
from qcy.engines.casework.enums import CaseStatus
from qcy.engines.casework.models import Case
from qcy.engines.casework.queries import (
    InboxCounts,
    accepted_by,
    actions_for,
    answers_for_staff,
    claim_of,
    colleagues_for,
    inbox_counts,
    may_take,
    reason_of,
)
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.documents.models import Document
from qcy.foundation.documents.render import ensure_pdf
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.models import StoredFile
from qcy.foundation.parties.services import verify_membership
from qcy.kernel.refusals import Refused

PER_PAGE = 20
SCOPES = ("mine", "team", "today", "overdue")
STATUSES = (
    ("", "全部在办"),
    (CaseStatus.SUBMITTED.value, "待受理"),
    (CaseStatus.ACCEPTED.value, "办理中"),
    (CaseStatus.DELIVERED.value, "已办结"),
    (CaseStatus.NOT_ACCEPTED.value, "不予受理"),
    (CaseStatus.WITHDRAWN.value, "已撤回"),
)


@staff
def entrance(request: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse("console_cases"))


@staff
def inbox(request: Any) -> HttpResponse:
    """One inbox: counters on top, filters in the address, the most urgent first."""
    return _inbox(request, {})


def _inbox(request: Any, drawer: dict[str, Any], status: int = 200) -> HttpResponse:
    filters = read_filters(request)
    counts = inbox_counts(request.actor, request.today)
    page = Paginator(filtered(request, filters), PER_PAGE).get_page(request.GET.get("page"))
    calendar = calendar_in_force()
    context = {
        "tiles": tiles_of(counts, filters),
        "rows": [row_of(request, case, calendar) for case in page.object_list],
        "page": page,
        "path": request.get_full_path(),
        "filters": filters,
        "chips": chips_of(filters),
        "hidden": [(k, v) for k, v in filters.items() if k in ("scope", "status") and v],
        "here": reverse("console_cases"),
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
    cases = cases.with_status(CaseStatus(filters["status"])) if filters["status"] else cases.open()
    match filters["scope"]:
        case "mine":
            cases = cases.assigned_to(request.actor.person_id)
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
        )
    return cases.most_urgent_first()


def address(filters: dict[str, str], **changes: str) -> str:
    kept = {k: v for k, v in {**filters, **changes}.items() if v}
    return f"{reverse('console_cases')}?{urlencode(kept)}"


def tiles_of(counts: InboxCounts, filters: dict[str, str]) -> list[Kpi]:
    def tile(scope: str, label: str, value: int, sub: str, icon: str, tone: Any = "") -> Kpi:
        url, current = address({"scope": scope}), filters["scope"] == scope
        return Kpi(label, value, _("件"), sub, icon, url, current, tone if value else "")

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
    return [(label, address(filters, status=value), filters["status"] == value) for value, label in STATUSES]


def row_of(request: Any, case: Case, calendar: Any) -> dict[str, Any]:
    step, who, mine = next_step(request, case)
    return {
        "case": case,
        "url": reverse("console_case", args=[case.pk])
        + (f"?{request.GET.urlencode()}" if request.GET else ""),
        "tag": state_tag_of(case, request.today),
        "clock": mini_clock_of(case, calendar, request.today),
        "step": step,
        "who": who,
        "mine": mine,
    }


def next_step(request: Any, case: Case) -> tuple[str, str, bool]:
    """What has to happen next, who does it, and whether that is me."""
    mine = case.assignee_id == request.actor.person_id
    who = _("您") if mine else (_("已有人领办") if case.assignee_id else _("还没有人领办"))
    match CaseStatus(case.status):
        case CaseStatus.SUBMITTED:
            return _("决定是否受理"), who, mine
        case CaseStatus.ACCEPTED:
            return _("审定"), who, mine
        case CaseStatus.DECIDED_GRANTED | CaseStatus.DECIDED_REFUSED:
            return _("送达结果"), _("系统自动"), False
        case _:
            return _("无"), _("已结束"), False


def case_of(request: Any, case_id: UUID) -> Case:
    """Of a node this person works for: being the applicant somewhere does not open the console."""
    case: Case = Case.objects.visible_to(request.actor).with_names().get(pk=case_id)
    if not request.actor.roles_at(case.responsible_node_id):
        raise Http404
    return case


@staff
def drawer(request: Any, case_id: UUID) -> HttpResponse:
    return _drawer(request, case_of(request, case_id))


def _drawer(
    request: Any, case: Case, *, refused: Refused | None = None, typed: str = "", opened: str = ""
) -> HttpResponse:
    context = drawer_context(request, case)
    context |= {"refused": str(refused.refusal) if refused else "", "typed": typed, "opened": opened}
    status = 200 if refused is None else 409
    if request.htmx:  # the list is already behind it
        return render(request, "console/cases/drawer.html", context, status=status)
    return _inbox(request, context, status=status)


def drawer_context(request: Any, case: Case) -> dict[str, Any]:
    calendar, claim = calendar_in_force(), claim_of(case)
    verified = bool(claim and claim.is_verified)
    documents = list(
        Document.objects.visible_to(request.actor).filter(case_id=case.pk).order_by("issued_at", "id")
    )
    back = reverse("console_cases") + (f"?{request.GET.urlencode()}" if request.GET else "")
    return {
        "case": case,
        "definition": case.adoption.definition,
        "tag": state_tag_of(case, request.today),
        "clock_rows": clocks_of(case, calendar, request.today),
        "sentence": clock_sentence(case, calendar, request.today),
        "entries": timeline_of(
            case,
            case.events.order_by("seq"),
            documents,
            request.today,
            titles=STAFF_TITLES,
            document_url="console_document",
        ),
        "answers": answers_for_staff(case),
        "materials": materials_of(request.actor, case),
        "claim": claim,
        "verified": verified,
        "actions": actions_for(request.actor, case, verified, accepted_by(case)),
        "may_take": may_take(request.actor, case),
        "colleagues": colleagues_for(request.actor, case),
        "reason": reason_of(case),
        "back": back,
        "query": request.GET.urlencode(),
    }


def _act(
    request: Any, case_id: UUID, done: str, work: Callable[[Case], Any], opened: str = ""
) -> HttpResponse:
    """Do it and come back to the drawer; a refusal shows in the drawer with what was typed."""
    case = case_of(request, case_id)
    try:
        work(case)
    except Refused as refused:
        return _drawer(
            request,
            case_of(request, case_id),
            refused=refused,
            typed=request.POST.get("reason", ""),
            opened=opened,
        )
    messages.success(request, done)
    return HttpResponseRedirect(reverse("console_case", args=[case_id]) + _query(request))


def _query(request: Any) -> str:
    return f"?{request.GET.urlencode()}" if request.GET else ""


def _version(request: Any) -> int:
    return posted_number(request, "version", default=-1)


@staff
@writes(back="../")
def take(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        person = posted_id(request, "person", default=request.actor.me)
        services.assign_case(
            actor=request.actor,
            case_id=case.pk,
            person_id=person,
            version=_version(request),
            now=request.now,
        )

    return _act(request, case_id, _("已分派。") if request.POST.get("person") else _("已领办。"), work)


@staff
@writes(back="../")
def check_licence(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        claim = claim_of(case)
        if claim is None:
            raise Http404
        verify_membership(
            actor=request.actor, membership_id=claim.pk, name=request.POST.get("name", ""), now=request.now
        )

    return _act(request, case_id, _("企业身份已核验，可以受理。"), work)


@dataclass(frozen=True)
class Act:
    """A button of the drawer: its service, what is said when done, and how the service calls the typed text."""

    service: Callable[..., Case]
    done: str
    text: str = ""


ACTS = {
    "accept": Act(services.accept_case, gettext_noop("已受理，受理通知书已发出。")),
    "refuse-intake": Act(services.refuse_intake, gettext_noop("已作不予受理，通知书已发出。"), "reason"),
    "grant": Act(services.grant_case, gettext_noop("已审定通过，结果通知书正在生成。"), "opinion"),
    "refuse": Act(services.refuse_case, gettext_noop("已审定不通过，结果通知书正在生成。"), "reason"),
}


@staff
@writes(back="../")
def act(request: Any, case_id: UUID, name: str) -> HttpResponse:
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404

    def work(case: Case) -> None:
        text = {chosen.text: request.POST.get("reason", "")} if chosen.text else {}
        details = {"case_id": case.pk, "version": _version(request), "now": request.now, **text}
        chosen.service(actor=request.actor, **details)

    return _act(request, case_id, _(chosen.done), work, opened=name)


@staff
def document(request: Any, document_id: UUID) -> FileResponse:
    wanted = Document.objects.visible_to(request.actor).get(pk=document_id)
    name = f"{wanted.title}-{wanted.number}.pdf"
    return FileResponse(ensure_pdf(wanted).open("rb"), content_type="application/pdf", filename=name)


@staff
def file(request: Any, file_id: UUID) -> FileResponse:
    """Always as an attachment, and never before its check has passed (S7)."""
    wanted = StoredFile.objects.visible_to(request.actor).get(pk=file_id, state=FileState.CLEAN)
    response = FileResponse(
        wanted.path.open("rb"),
        as_attachment=True,
        filename=wanted.name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
