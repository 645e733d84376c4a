from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.web.casework import materials_of, outcome_words, state_tag_of
from qcy.delivery.web.clocks import clock_sentence, clocks_of, days_left, mini_clock_of
from qcy.delivery.web.format import chinese_day, with_count
from qcy.delivery.web.gates import signed_in, writes
from qcy.delivery.web.request import posted_number
from qcy.delivery.web.sentences import told
from qcy.delivery.web.timeline import timeline_of
from qcy.engines.casework.corrections import correction_for
from qcy.engines.casework.enums import CLOSED_STATUSES, CaseStatus
from qcy.engines.casework.file import file_of
from qcy.engines.casework.filing import draft_fingerprint
from qcy.engines.casework.models import Case
from qcy.engines.casework.queries import can_withdraw
from qcy.engines.casework.services import remark_on_case, withdraw_case
from qcy.engines.casework.workflow import CASE
from qcy.engines.forms.models import Draft, DraftState
from qcy.engines.ratings.models import Rating
from qcy.engines.ratings.services import rate_case
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.documents.models import Document
from qcy.foundation.documents.render import ensure_pdf
from qcy.foundation.messages.models import Message
from qcy.foundation.messages.services import mark_read
from qcy.kernel.refusals import Refused

PER_PAGE = 20
LETTERS_TO_ANSWER = ("correction_notice", "supplement_notice", "follow_up_promise")


@signed_in
def case_list(request: Any) -> HttpResponse:
    """我的办件: what is begun, what runs, what is done."""
    drafts = (
        Draft.objects.visible_to(request.actor)
        .filter(state=DraftState.OPEN, corrects=None)
        .with_form()
        .order_by("-saved_at")
    )
    query = " ".join(request.GET.get("q", "").split())[:60]
    cases = Case.objects.applied_for_by(request.actor).with_names().order_by("-submitted_at", "-id")
    if query:
        cases = cases.filter(Q(number__icontains=query) | Q(adoption__item__name__icontains=query))
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    calendar = calendar_in_force()
    rows = [
        {
            "case": c,
            "tag": state_tag_of(c, request.today),
            "clock": mini_clock_of(c, calendar, request.today, mine=True),
            "todo": todo_of(c, calendar, request.today),
        }
        for c in page.object_list
    ]
    context = {
        "drafts": [] if query else drafts,
        "rows": rows,
        "page": page,
        "path": request.get_full_path(),
        "query": query,
    }
    return render(request, "portal/cases/list.html", context)


def todo_of(case: Case, calendar: Any, today: Any) -> str:
    """The applicant's own deadline, said where they look first."""
    if case.applicant_due is None:
        return ""
    left = days_left(case.applicant_due, calendar, today)
    when = with_count("还有 {n} 个工作日", left) if left else _("今天是最后一天")
    return _("请在 {day}前补好，{when}").format(day=chinese_day(case.applicant_due, today), when=when)


def case_of(request: Any, case_id: UUID) -> Case:
    case: Case = Case.objects.applied_for_by(request.actor).with_names().get(pk=case_id)
    request.node = case.node
    return case


@signed_in
def receipt(request: Any, case_id: UUID) -> HttpResponse:
    case = case_of(request, case_id)
    document = Document.objects.visible_to(request.actor).filter(case_id=case.pk, kind="receipt").first()
    sentence = clock_sentence(case, calendar_in_force(), request.today)
    return render(
        request, "portal/cases/receipt.html", {"case": case, "document": document, "sentence": sentence}
    )


@signed_in
def detail(request: Any, case_id: UUID) -> HttpResponse:
    return _show(request, case_of(request, case_id))


def _show(request: Any, case: Case, *, status: int = 200, **errors: str) -> HttpResponse:
    """`errors`: what was wrong with a rating or a remark, and what was typed."""
    calendar = calendar_in_force()
    documents = list(
        Document.objects.visible_to(request.actor).filter(case_id=case.pk).order_by("issued_at", "id")
    )
    file = file_of(case)
    correction = correction_for(request.actor, case, file)
    context = {
        "case": case,
        "correction": correction,
        "fingerprint": draft_fingerprint(correction.draft) if correction and correction.draft else "",
        "letter": next((d for d in reversed(documents) if d.kind in LETTERS_TO_ANSWER), None),
        "days_left": days_left(case.applicant_due, calendar, request.today) if case.applicant_due else 0,
        "remarks": file.remarks,
        "may_talk": "remark" in {m.command for m in CASE.allowed(CaseStatus(case.status))},
        "definition": case.adoption.definition,
        "tag": state_tag_of(case, request.today),
        "clock_rows": clocks_of(case, calendar, request.today),
        "sentence": clock_sentence(case, calendar, request.today),
        "entries": timeline_of(case, file.events, documents, request.today),
        "documents": documents,
        "result": next((d for d in reversed(documents) if d.kind.startswith("result")), None),
        "reason": file.reason,
        "outcome": outcome_words(case.outcome),
        "answers": [(a.label, a.value) for a in file.answers()],
        "materials": materials_of(request.actor, case),
        "rating": Rating.objects.visible_to(request.actor).filter(case=case).first(),
        "may_rate": case.status in CLOSED_STATUSES and case.filer_id == request.actor.person_id,
        "may_withdraw": can_withdraw(request.actor, case),
        **errors,
    }
    return render(request, "portal/cases/detail.html", context, status=status)


@signed_in
@writes(back="../")
def withdraw(request: Any, case_id: UUID) -> HttpResponse:
    version = posted_number(request, "version")
    withdraw_case(actor=request.actor, case_id=case_id, version=version, now=request.now)
    messages.success(request, _("申请已撤回，需要时可以重新申请。"))
    return HttpResponseRedirect(reverse("my_case", args=[case_id]))


@signed_in
@writes(back="../")
def remark(request: Any, case_id: UUID) -> HttpResponse:
    case, text = case_of(request, case_id), request.POST.get("text", "")  # staff answer from the console
    try:
        remark_on_case(actor=request.actor, case_id=case_id, text=text, now=request.now)
    except Refused as refused:
        return _show(request, case, remark_error=told(refused.refusal), remark=text, status=422)
    messages.success(request, _("留言已发给经办人。"))
    return HttpResponseRedirect(f"{reverse('my_case', args=[case_id])}#talk")


@signed_in
@writes(back="../")
def rate(request: Any, case_id: UUID) -> HttpResponse:
    level = request.POST.get("level", "")
    if level not in {"1", "2", "3", "4", "5"}:
        return _show(
            request, case_of(request, case_id), rating_error=_("请先选择满意程度，再提交评价。"), status=422
        )
    try:
        rate_case(
            actor=request.actor,
            case_id=case_id,
            level=int(level),
            comment=request.POST.get("comment", ""),
            now=request.now,
        )
    except Refused as refused:
        if refused.refusal.code not in ("too_late", "comment_too_long"):
            raise
        return _show(request, case_of(request, case_id), rating_error=told(refused.refusal), status=422)
    messages.success(request, _("谢谢您的评价。"))
    return HttpResponseRedirect(f"{reverse('my_case', args=[case_id])}#rating")


@signed_in
def document(request: Any, document_id: UUID) -> FileResponse:
    """A letter as PDF; rendered now if the worker has not come to it yet."""
    wanted = Document.objects.visible_to(request.actor).get(pk=document_id)
    name = f"{wanted.title}-{wanted.number}.pdf"
    response = FileResponse(ensure_pdf(wanted).open("rb"), content_type="application/pdf", filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@signed_in
def message_list(request: Any) -> HttpResponse:
    mine = Message.objects.visible_to(request.actor).order_by("-sent_at", "-id")
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": list(page.object_list), "path": request.get_full_path()}
    mark_read(actor=request.actor, now=request.now)
    return render(request, "portal/cases/messages.html", context)
