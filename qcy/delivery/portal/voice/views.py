from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.web.casework import outcome_words
from qcy.delivery.web.gates import public
from qcy.delivery.web.limits import may_ask
from qcy.delivery.web.sentences import told
from qcy.engines.ratings.services import LONGEST_TEXT, file_complaint
from qcy.foundation.documents.queries import find_by_code
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.nodes.queries import active_nodes
from qcy.foundation.parties.sealed import mask_name
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.verification import check, display, normalise

NOT_FOUND = Refusal(
    "code_unknown", why="没有查到这个验证码对应的通知书。", fix="请对照通知书左下角的验证码再核对一遍。"
)


@public
def verify(request: Any) -> HttpResponse:
    """Type the code, or scan it: both lead to the same page."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return _ask(request, "", None)
    if refusal := check(typed):
        return _ask(request, typed, refusal)
    return HttpResponseRedirect(reverse("verified", args=[normalise(typed)]))


@public
def verified(request: Any, code: str) -> HttpResponse:
    if not may_ask(request, "verify"):
        return _ask(
            request, code, Refusal("too_often", why="查询太频繁。", fix="请过一分钟再试。"), status=429
        )
    if refusal := check(code):
        return _ask(request, code, refusal)
    document = find_by_code(code)
    if document is None:
        return _ask(request, code, NOT_FOUND, status=404)
    context = {
        "document": document,
        "content": document.content,
        "outcome": outcome_words(document.content.get("outcome", "")),
        "holder": masked_firm(document.content["firm"]),
        "code": display(code),
    }
    return render(request, "portal/voice/verified.html", context)


def masked_firm(name: str) -> str:
    """The first two and the last two characters of a firm's name; anyone may verify, nobody may harvest."""
    return f"{name[:4]}{'*' * 4}{name[-2:]}" if len(name) > 8 else mask_name(name)


def _ask(request: Any, typed: str, refusal: Refusal | None, status: int = 0) -> HttpResponse:
    error = told(refusal) if refusal else ""
    field = FieldView(
        name="code",
        id="code",
        label=_("验证码"),
        hint=_("在通知书左下角，18 位，不区分大小写，连字符可以不输。"),
        kind="code",
        value=typed,
        error=error,
        maxlength=40,
    )
    context = {"field": field, "problems": [Problem("code", error)] if error else []}
    return render(request, "portal/voice/verify.html", context, status=status or (422 if refusal else 200))


@public
def complain(request: Any) -> HttpResponse:
    nodes = active_nodes()
    wanted = request.POST.get("node") or request.GET.get("node", "")
    node = next((n for n in nodes if n.slug == wanted), next(n for n in nodes if n.kind == NodeKind.HUB))
    page = request.POST.get("page") or request.GET.get("page", "")
    if request.method != "POST":
        return _complaint_page(request, nodes, node, page, None)
    if not ratelimit.consume(request, action="complain"):
        return _complaint_page(
            request, nodes, node, page, Refusal("too_often", why="提交太频繁。", fix="请过几分钟再试。")
        )
    try:
        complaint = file_complaint(
            actor=request.actor,
            node=node,
            text=request.POST.get("text", ""),
            contact=request.POST.get("contact", ""),
            page=page,
            may_publish=request.POST.get("may_publish") == "yes",
            now=request.now,
        )
    except Refused as refused:
        return _complaint_page(request, nodes, node, page, refused.refusal)
    request.session["complaint"] = complaint.number
    return HttpResponseRedirect(reverse("complaint_received"))


def _complaint_page(
    request: Any, nodes: list[Node], node: Node, page: str, refusal: Refusal | None
) -> HttpResponse:
    error = told(refusal) if refusal else ""
    text = FieldView(
        name="text",
        id="text",
        label=_("遇到了什么问题"),
        hint=_("请写清是哪件事、在哪一步。不要写身份证号等个人信息。"),
        kind="long_text",
        value=request.POST.get("text", ""),
        error=error,
        maxlength=LONGEST_TEXT + 200,
    )
    contact = FieldView(
        name="contact",
        id="contact",
        label=_("联系方式"),
        hint=_("电话或邮箱，方便工作人员联系；不留也可以提交。"),
        value=request.POST.get("contact", ""),
        required=False,
        maxlength=100,
        autocomplete="tel",
    )
    context = {
        "fields": [text, contact],
        "nodes_to_choose": nodes,
        "chosen": node,
        "page_address": page,
        "may_publish": request.POST.get("may_publish") == "yes",
        "problems": [Problem("text", error)] if error else [],
    }
    return render(request, "portal/voice/complain.html", context, status=422 if refusal else 200)


@public
def complaint_received(request: Any) -> HttpResponse:
    number = request.session.get("complaint")
    if not number:
        return HttpResponseRedirect(reverse("complain"))
    return render(request, "portal/voice/received.html", {"number": number})
