"""At the window: take an application in for somebody who stands there with the licence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.console.shell import shell, windows_of
from qcy.delivery.web.errors import not_in_charge
from qcy.delivery.web.gates import staff
from qcy.delivery.web.sentences import told
from qcy.engines.casework.window import begin_at_window
from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft, DraftState
from qcy.foundation.parties.models import Organisation
from qcy.foundation.parties.services import checked_name, parse_phone
from qcy.kernel.refusals import Refused
from qcy.kernel.uscc import check

NAMES = ("code", "name", "phone")
FIELD_OF = {
    "own_claim": "phone",
    "name_differs": "name",
    "phone": "phone",
    "name_missing": "name",
    "name_length": "name",
}


@staff
def window(request: Any) -> HttpResponse:
    windows = windows_of(request.actor)
    if not windows:
        return not_in_charge(request)
    offered = list(
        Adoption.objects.filter(node__in=windows, is_current=True)
        .select_related("item", "node", "edition__form")
        .defer("resolved", "overrides")
    )
    if request.method != "POST":
        return _page(request, offered, {}, {})
    typed = {name: request.POST.get(name, "") for name in (*NAMES, "matter")}
    chosen = next((a for a in offered if str(a.pk) == typed["matter"]), None)
    if errors := _errors(typed, chosen):
        return _page(request, offered, typed, errors)
    assert chosen
    try:
        draft = begin_at_window(
            actor=request.actor, adoption=chosen, now=request.now, **{n: typed[n] for n in NAMES}
        )
    except Refused as refused:
        field = FIELD_OF.get(refused.refusal.code)
        if field is None:
            raise
        return _page(request, offered, typed, {field: told(refused.refusal)})
    return HttpResponseRedirect(reverse("draft", args=[draft.pk]))


def _errors(typed: dict[str, str], chosen: Adoption | None) -> dict[str, str]:
    errors = {}
    reads: list[tuple[str, Callable[[str], Any]]] = [("phone", parse_phone)]
    if chosen is None or not chosen.definition.for_persons:
        reads.insert(0, ("name", checked_name))
        if wrong := check(typed["code"]):
            errors["code"] = told(wrong)
    for name, read in reads:
        try:
            read(typed[name])
        except Refused as refused:
            errors[name] = told(refused.refusal)
    if chosen is None:
        errors["matter"] = _("请选择要办的事项。")
    return errors


def _page(
    request: Any, offered: list[Adoption], typed: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    begun = Draft.objects.visible_to(request.actor).filter(
        window__in=request.actor.scope.nodes, state=DraftState.OPEN, corrects=None
    )
    drafts = list(begun.with_form().order_by("-saved_at")[:20])
    firms = Organisation.objects.in_bulk([d.organisation_id for d in drafts])
    context = {
        "fields": _fields(offered, typed, errors),
        "problems": [Problem(field, text) for field, text in errors.items()],
        "drafts": [(d, _whose(d, firms)) for d in drafts],
        **shell(request),
    }
    return render(request, "console/window/window.html", context, status=422 if errors else 200)


def _whose(draft: Draft, firms: dict[Any, Organisation]) -> str:
    firm = firms.get(draft.organisation_id)
    return firm.name if firm else str(draft.values().get("applicant_name") or _("个人申请"))


def _fields(offered: list[Adoption], typed: dict[str, str], errors: dict[str, str]) -> list[FieldView]:
    matters = tuple((str(a.pk), f"{a.item.name}（{a.node.short_name}）") for a in offered)
    return [
        FieldView(name="matter", id="matter", label=_("办什么"), kind="choice",
                  value=typed.get("matter") or (matters[0][0] if len(matters) == 1 else ""),
                  options=matters, error=errors.get("matter", "")),
        FieldView(name="code", id="code", label=_("统一社会信用代码"), kind="code", maxlength=30,
                  hint=_("照营业执照原件填写；个人申请的事项不用填。"),
                  value=typed.get("code", ""), error=errors.get("code", "")),
        FieldView(name="name", id="name", label=_("企业名称"), hint=_("照营业执照原件填写；个人申请的事项不用填。"),
                  value=typed.get("name", ""), error=errors.get("name", "")),
        FieldView(name="phone", id="phone", label=_("办事人手机号"), inputmode="tel", maxlength=20,
                  hint=_("当面核对。通知发到这个号码，他也可以用它登录查看。"),
                  value=typed.get("phone", ""), error=errors.get("phone", "")),
    ]  # fmt: skip
