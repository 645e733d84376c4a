"""Changing the phone one signs in with: the new number proves itself by a code before the old one goes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.web.accounts import send_code
from qcy.delivery.web.gates import signed_in
from qcy.foundation.parties.members import change_phone
from qcy.foundation.parties.sealed import mask_phone, seal, unseal
from qcy.foundation.parties.services import parse_phone
from qcy.kernel.refusals import Refused

KEPT = "new_phone"  # session: the sealed number, the hash of its code, until when, tries left
VALID = timedelta(minutes=5)
TRIES = 5


@signed_in
def new_phone(request: Any) -> HttpResponse:
    """Step one: where shall the code go?"""
    typed = request.POST.get("phone", "")
    if request.method != "POST":
        return _page(request, "phone", typed, "")
    try:
        number = parse_phone(typed)
    except Refused as refused:
        return _page(request, "phone", typed, str(refused.refusal), status=422)
    if not ratelimit.consume(request, action="request_login_code", key=number):
        return _page(request, "phone", typed, _("验证码要得太频繁，请过几分钟再试。"), status=429)
    code = f"{secrets.randbelow(10**6):06d}"
    send_code(number, code)
    request.session[KEPT] = {
        "phone": seal(number),
        "code": make_password(code),
        "until": (request.now + VALID).isoformat(),
        "tries": TRIES,
    }
    return HttpResponseRedirect(reverse("new_phone_code"))


@signed_in
def new_phone_code(request: Any) -> HttpResponse:
    """Step two: the code that came to the new number."""
    kept = request.session.get(KEPT)
    if not kept:
        return HttpResponseRedirect(reverse("new_phone"))
    if request.method != "POST":
        return _page(request, "code", "", "", phone=mask_phone(unseal(kept["phone"])))
    if request.now > datetime.fromisoformat(kept["until"]) or kept["tries"] < 1:
        del request.session[KEPT]
        messages.warning(request, _("验证码已过期，或输错次数太多。请重新获取。"))
        return HttpResponseRedirect(reverse("new_phone"))
    if not check_password(request.POST.get("code", "").strip(), kept["code"]):
        request.session[KEPT] = kept | {"tries": kept["tries"] - 1}
        error = _("验证码不对，请核对后再填。")
        return _page(request, "code", "", error, status=422, phone=mask_phone(unseal(kept["phone"])))
    return _change(request, unseal(kept["phone"]))


def _change(request: Any, phone: str) -> HttpResponse:
    del request.session[KEPT]
    try:
        change_phone(actor=request.actor, phone=phone, now=request.now)
    except Refused as refused:
        messages.warning(request, str(refused.refusal))
    else:
        messages.success(request, _("手机号已更换，下次请用新号登录。"))
    return HttpResponseRedirect(reverse("my_account"))


def _page(
    request: Any, name: str, typed: str, error: str, status: int = 200, phone: str = ""
) -> HttpResponse:
    field = (
        FieldView(
            name="phone", id="phone", label=_("新手机号"), value=typed, error=error, inputmode="tel",
            autocomplete="tel", maxlength=20,
        )
        if name == "phone"
        else FieldView(
            name="code", id="code", label=_("短信验证码"), hint=_("6 位数字，5 分钟内有效。"), error=error,
            inputmode="numeric", autocomplete="one-time-code", maxlength=12,
        )
    )  # fmt: skip
    context = {
        "field": field,
        "problems": [Problem(name, error)] if error else [],
        "phone": phone,
        "step": name,
    }
    return render(request, "portal/accounts/phone.html", context, status=status)
