"""留言与答复: what a node has answered in public, and the answer to one's own complaint by its number."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.portal.nodes import at_node
from qcy.delivery.web.gates import public
from qcy.delivery.web.limits import may_ask
from qcy.delivery.web.sentences import told
from qcy.engines.ratings.public import DAYS, AnswerView, answer_by_number, published_comments, responses_of
from qcy.kernel.refusals import Refusal

PER_PAGE = 10
TOO_OFTEN = Refusal("too_often", why="查询太频繁。", fix="请过一分钟再试。")
UNKNOWN = Refusal("number", why="没有查到这个回执编号。", fix="请对照提交时给您的编号再核对一遍。")


@public
@at_node
def replies(request: Any) -> HttpResponse:
    page = Paginator(published_comments(request.node), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "path": request.get_full_path(),
        "responses": responses_of(request.node, request.now),
        "days": DAYS,
    }
    return render(request, "portal/voice/replies.html", context)


@public
def answer(request: Any) -> HttpResponse:
    """Numbers run on, so they can be guessed: a number opens the answer only, and not too often."""
    typed = request.GET.get("number", "").strip()[:40]
    if not typed:
        return _answer_page(request, typed)
    if not may_ask(request, "complaint_answer"):
        return _answer_page(request, typed, refusal=TOO_OFTEN, status=429)
    found = answer_by_number(typed)
    if found is None:
        return _answer_page(request, typed, refusal=UNKNOWN, status=404)
    return _answer_page(request, typed, found=found)


def _answer_page(
    request: Any,
    typed: str,
    *,
    found: AnswerView | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    error = told(refusal) if refusal else ""
    field = FieldView(
        name="number",
        id="number",
        label=_("回执编号"),
        hint=_("提交后给您的编号，例如 TS-FX-20260708-0001。连字符可以不输。"),
        kind="code",
        value=typed,
        error=error,
        maxlength=40,
    )
    context = {"field": field, "problems": [Problem("number", error)] if error else [], "found": found}
    return render(request, "portal/voice/answer.html", context, status=status)
