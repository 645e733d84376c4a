"""What a person chooses for themselves: which firm, which messages, and leaving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.web.gates import signed_in, writes
from qcy.engines.casework.models import Case
from qcy.foundation.messages.kinds import KINDS
from qcy.foundation.messages.models import Channel, OptOut
from qcy.foundation.messages.services import choose_messages
from qcy.foundation.parties.members import close_account

from .views import safe_next


@signed_in
@writes(back="../")
def switch_firm(request: Any) -> HttpResponse:
    """Which of one's firms stands first: in the header, in the list, in a new form."""
    wanted = request.POST.get("organisation", "")
    if any(str(m.organisation_id) == wanted for m in request.actor.memberships):
        request.session["firm"] = wanted
    return HttpResponseRedirect(safe_next(request, reverse("my_account")))


@signed_in
def message_settings(request: Any) -> HttpResponse:
    if request.method == "POST":
        chosen = (value.partition(":") for value in request.POST.getlist("wanted"))
        pairs = {(kind, channel) for kind, _colon, channel in chosen}
        choose_messages(actor=request.actor, wanted=pairs, now=request.now)
        messages.success(request, _("已保存。"))
        return HttpResponseRedirect(request.path)
    chosen = OptOut.objects.visible_to(request.actor).values_list("kind", "channel")
    return render(request, "portal/accounts/message_settings.html", {"rows": _rows(request, set(chosen))})


def _rows(request: Any, off: set[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "channels": [
                {"value": f"{name}:{c.value}", "label": _(str(c.label)), "on": (name, c.value) not in off}
                for c in Channel
                if c in kind.channels
            ],
        }
        for name, kind in KINDS.items()
        if kind.staff == request.actor.is_staff or kind.legal
    ]


@signed_in
def close(request: Any) -> HttpResponse:
    """Leaving for good: says what happens, asks for one word, then signs out."""
    mine = Case.objects.visible_to(request.actor).filter(filer_id=request.actor.person_id)
    open_cases = list(mine.open().with_names())
    error = ""
    if request.method == "POST":
        if request.POST.get("word", "").strip() in ("注销", "註銷", _("注销")):
            close_account(actor=request.actor, has_open_cases=bool(open_cases), now=request.now)
            logout(request)
            messages.success(request, _("账号已注销，手机号已删除。"))
            return HttpResponseRedirect("/")
        error = _("请在框里填“注销”两个字。")
    context = {"open_cases": open_cases, "error": error}
    return render(request, "portal/accounts/close.html", context, status=422 if error else 200)
