from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.errors import STATUS_OF
from qcy.delivery.web.gates import staff, writes
from qcy.delivery.web.sentences import told
from qcy.engines.ratings.models import Complaint, PublicComment
from qcy.engines.ratings.services import mark_complaint_read
from qcy.engines.ratings.voice import (
    LONGEST,
    answer_complaint,
    keep_private,
    publish_comment,
    withdraw_comment,
)
from qcy.foundation.parties.enums import STAFF_ROLES, Role
from qcy.foundation.parties.sealed import mask_phone, unseal
from qcy.kernel.refusals import Refused

PER_PAGE = 20


@staff
def complaints(request: Any) -> HttpResponse:
    return _page(request)


def _page(
    request: Any, refused: Refused | None = None, at: UUID | None = None, what: str = ""
) -> HttpResponse:
    found = Complaint.objects.visible_to(request.actor).select_related("node", "publication")
    page = Paginator(found.order_by("-received_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [_row(request, complaint) for complaint in page.object_list],
        "page": page,
        "path": request.get_full_path(),
        "refused": told(refused.refusal) if refused else "",
        "refused_at": at,
        "refused_what": what,
        "typed": request.POST.get("text", ""),
        "longest": LONGEST,
        **shell(request),
    }
    status = STATUS_OF.get(refused.refusal.code, 422) if refused else 200
    return render(request, "console/voice/complaints.html", context, status=status)


def _row(request: Any, complaint: Complaint) -> dict[str, Any]:
    """What is open to this person: a complaint one has written oneself is seen, not handled."""
    roles = request.actor.roles_at(complaint.node_id)
    shown: PublicComment | None = getattr(complaint, "publication", None)
    is_public = shown is not None and shown.withdrawn_at is None
    decided = shown is not None or bool(complaint.kept_private_because)
    manages = Role.NODE_MANAGER in roles
    return {
        "complaint": complaint,
        "contact": mask_phone(unseal(complaint.contact)) if complaint.contact else "",
        "tag": _tag(complaint, is_public),
        "public": shown if is_public else None,
        "may_answer": bool(roles & STAFF_ROLES) and not complaint.answered_at,
        "may_decide": manages and complaint.may_publish and bool(complaint.answered_at) and not decided,
        "may_withdraw": manages and is_public,
    }


def _tag(complaint: Complaint, is_public: bool) -> tuple[str, str]:
    if is_public:
        return "ok", _("已答复，已公开")
    if complaint.answered_at:
        return "ok", _("已答复")
    return ("info", _("已读，待答复")) if complaint.read_at else ("warn", _("待答复"))


@staff
@writes(back="../../")
def read(request: Any, complaint_id: UUID) -> HttpResponse:
    mark_complaint_read(actor=request.actor, complaint_id=complaint_id, now=request.now)
    return HttpResponseRedirect(reverse("console_complaints"))


@staff
@writes(back="../../")
def answer(request: Any, complaint_id: UUID) -> HttpResponse:
    said = _("已答复。写的人登录过的，会在消息里看到；凭回执编号也能查到。")
    return _write(request, complaint_id, "answer", said, answer_complaint, "text")


@staff
@writes(back="../../")
def publish(request: Any, complaint_id: UUID) -> HttpResponse:
    said = _("已公开，在“留言与答复”里能看到。")
    return _write(request, complaint_id, "publish", said, publish_comment, "text")


@staff
@writes(back="../../")
def keep(request: Any, complaint_id: UUID) -> HttpResponse:
    """Not to publish at all, or no longer."""
    if request.POST.get("what") == "withdraw":
        return _write(request, complaint_id, "withdraw", _("已撤下。"), withdraw_comment, "reason")
    return _write(request, complaint_id, "keep", _("已记下，不公开。"), keep_private, "reason")


def _write(
    request: Any, complaint_id: UUID, part: str, said: str, service: Callable[..., Any], words: str
) -> HttpResponse:
    """`words`: how the service calls what was typed. A refusal comes back at that part of the page."""
    details = {"complaint_id": complaint_id, words: request.POST.get("text", ""), "now": request.now}
    try:
        service(actor=request.actor, **details)
    except Refused as refused:
        return _page(request, refused, complaint_id, part)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("console_complaints"))
