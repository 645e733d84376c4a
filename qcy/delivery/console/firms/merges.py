"""Two codes, one firm: look at both side by side, merge, and take it back on the page of the one that was kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import operator, writes
from qcy.delivery.web.sentences import told
from qcy.engines.register.merging import merge_organisations, plan_merge, undo_merge
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.nodes.queries import active_nodes
from qcy.foundation.parties.models import Organisation
from qcy.kernel import uscc
from qcy.kernel.refusals import Refused
from qcy.kernel.text import compact_code

FIELD_OF = {"same_firm": "merged", "merged_already": "merged", "why_missing": "reason"}


@operator
def merge(request: Any) -> HttpResponse:
    """GET compares, POST merges what was compared."""
    sent = request.POST if request.method == "POST" else request.GET
    typed = {name: sent.get(name, "").strip() for name in ("kept", "merged", "reason")}
    if not (typed["kept"] or typed["merged"]) and request.method != "POST":
        return _page(request, typed, {}, None)
    found, errors = _firms(typed)
    if errors:
        return _page(request, typed, errors, None)
    if request.method != "POST":
        return _page(request, typed, {}, found)
    try:
        merge_organisations(
            actor=request.actor,
            node=_hub(request),
            kept_id=found["kept"].pk,
            merged_id=found["merged"].pk,
            reason=typed["reason"],
            now=request.now,
        )
    except Refused as refused:
        field = FIELD_OF.get(refused.refusal.code)
        if field is None:
            raise
        return _page(request, typed, {field: told(refused.refusal)}, found)
    messages.success(request, _("已合并。需要时可以在这一页撤销。"))
    return HttpResponseRedirect(reverse("console_firm", args=[found["kept"].pk]))


@operator
@writes(back="../../../")
def undo(request: Any, merge_id: UUID) -> HttpResponse:
    undone = undo_merge(actor=request.actor, merge_id=merge_id, now=request.now)
    messages.success(request, _("已撤销合并，移过来的数据都放回去了。"))
    return HttpResponseRedirect(reverse("console_firm", args=[undone.merged_id]))


def _firms(typed: dict[str, str]) -> tuple[dict[str, Organisation], dict[str, str]]:
    found, errors = {}, {}
    for name in ("kept", "merged"):
        firm = Organisation.objects.filter(code=compact_code(typed[name])).first()
        if firm is None:
            wrong = uscc.check(typed[name])
            errors[name] = told(wrong) if wrong else _("平台上没有这个代码的企业。")
        else:
            found[name] = firm
    if not errors and found["kept"] == found["merged"]:
        errors["merged"] = _("两个代码是同一家企业。请核对要合并的代码。")
    return found, errors


def _page(
    request: Any, typed: dict[str, str], errors: dict[str, str], found: dict[str, Organisation] | None
) -> HttpResponse:
    plan = plan_merge(actor=request.actor, node=_hub(request), **found) if found else None
    context = {
        "fields": _fields(typed, errors),
        "problems": [Problem(field, text) for field, text in errors.items()],
        "found": found,
        "plan": plan,
        "typed": typed,
        "reason": FieldView(name="reason", id="reason", label=_("为什么是同一家"), kind="long_text", maxlength=300,
                            hint=_("例如：2025 年换照，旧代码停用。"), value=typed["reason"],
                            error=errors.get("reason", "")),
        **shell(request),
    }  # fmt: skip
    return render(request, "console/firms/merge.html", context, status=422 if errors else 200)


def _fields(typed: dict[str, str], errors: dict[str, str]) -> list[FieldView]:
    return [
        FieldView(name="kept", id="kept", label=_("保留哪个代码"), kind="code", maxlength=30,
                  hint=_("合并后用这个代码。"), value=typed["kept"], error=errors.get("kept", "")),
        FieldView(name="merged", id="merged", label=_("并入哪个代码"), kind="code", maxlength=30,
                  hint=_("它的数据、称号和时间线移到保留的代码下。"), value=typed["merged"],
                  error=errors.get("merged", "")),
    ]  # fmt: skip


def _hub(request: Any) -> Node:
    return next(n for n in active_nodes() if n.kind == NodeKind.HUB and n.pk in request.actor.managed_nodes)
