"""Changing the phone one signs in with, adding an address for mail: each proves itself by a code first."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
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
from qcy.delivery.web.accounts import mail_code, send_code
from qcy.delivery.web.gates import signed_in
from qcy.delivery.web.sentences import told
from qcy.foundation.parties.enums import ContactKind
from qcy.foundation.parties.members import STAFF_CONTACT, change_contact
from qcy.foundation.parties.sealed import mask_email, mask_phone, seal, unseal
from qcy.foundation.parties.services import parse_email, parse_phone
from qcy.kernel.refusals import Refused

VALID = timedelta(minutes=5)
TRIES = 5


@dataclass(frozen=True)
class Way:
    """One kind of contact: how it is read, masked and sent a code, and the words around it."""

    kind: ContactKind
    parse: Callable[[str], str]
    mask: Callable[[str], str]
    send: Callable[[str, str], None]
    title: str
    about: str
    label: str
    done: str
    inputmode: str
    autocomplete: str

    @property
    def kept(self) -> str:
        """Session: the sealed value, the hash of its code, until when, tries left."""
        return f"new_{self.kind.value}"


PHONE = Way(
    ContactKind.PHONE,
    parse_phone,
    mask_phone,
    send_code,
    "更换手机号",
    "验证码发到新手机号，核对后才会更换。",
    "新手机号",
    "手机号已更换，下次请用新号登录。",
    "tel",
    "tel",
)
EMAIL = Way(
    ContactKind.EMAIL,
    parse_email,
    mask_email,
    mail_code,
    "接收通知的邮箱",
    "验证码发到这个邮箱，核对后用来接收通知。",
    "邮箱",
    "邮箱已登记，通知会同时发到这里。",
    "email",
    "email",
)


@signed_in
def new_phone(request: Any) -> HttpResponse:
    return _ask(request, PHONE)


@signed_in
def new_phone_code(request: Any) -> HttpResponse:
    return _confirm(request, PHONE)


@signed_in
def new_email(request: Any) -> HttpResponse:
    return _ask(request, EMAIL)


@signed_in
def new_email_code(request: Any) -> HttpResponse:
    return _confirm(request, EMAIL)


def _ask(request: Any, way: Way) -> HttpResponse:
    """Step one: where shall the code go?"""
    if request.actor.is_staff:
        raise Refused(STAFF_CONTACT)
    typed = request.POST.get("value", "")
    if request.method != "POST":
        return _page(request, way, "value", typed, "")
    try:
        value = way.parse(typed)
    except Refused as refused:
        return _page(request, way, "value", typed, told(refused.refusal), status=422)
    if not ratelimit.consume(request, action="request_login_code", key=value):
        return _page(request, way, "value", typed, _("验证码要得太频繁，请过几分钟再试。"), status=429)
    code = f"{secrets.randbelow(10**6):06d}"
    way.send(value, code)
    request.session[way.kept] = {
        "value": seal(value),
        "code": make_password(code),
        "until": (request.now + VALID).isoformat(),
        "tries": TRIES,
    }
    return HttpResponseRedirect(reverse(f"{way.kept}_code"))


def _confirm(request: Any, way: Way) -> HttpResponse:
    """Step two: the code that came there."""
    if request.actor.is_staff:
        raise Refused(STAFF_CONTACT)
    kept = request.session.get(way.kept)
    if not kept:
        return HttpResponseRedirect(reverse(way.kept))
    value = unseal(kept["value"])
    if request.method != "POST":
        return _page(request, way, "code", "", "", shown=way.mask(value))
    if request.now > datetime.fromisoformat(kept["until"]) or kept["tries"] < 1:
        del request.session[way.kept]
        messages.warning(request, _("验证码已过期，或输错次数太多。请重新获取。"))
        return HttpResponseRedirect(reverse(way.kept))
    if not check_password(re.sub(r"\s", "", request.POST.get("code", "")), kept["code"]):
        request.session[way.kept] = kept | {"tries": kept["tries"] - 1}
        error = _("验证码不对，请核对后再填。")
        return _page(request, way, "code", "", error, status=422, shown=way.mask(value))
    del request.session[way.kept]
    return _change(request, way, value)


def _change(request: Any, way: Way, value: str) -> HttpResponse:
    try:
        change_contact(actor=request.actor, kind=way.kind, value=value, now=request.now)
    except Refused as refused:
        messages.warning(request, told(refused.refusal))
    else:
        messages.success(request, _(way.done))
    return HttpResponseRedirect(reverse("my_account"))


def _page(
    request: Any, way: Way, step: str, typed: str, error: str, status: int = 200, shown: str = ""
) -> HttpResponse:
    field = FieldView(
        name=step,
        id=step,
        label=_(way.label) if step == "value" else _("验证码"),
        hint="" if step == "value" else _("6 位数字，5 分钟内有效。"),
        value=typed,
        error=error,
        inputmode=way.inputmode if step == "value" else "numeric",
        autocomplete=way.autocomplete if step == "value" else "one-time-code",
        maxlength=120 if step == "value" else 12,
    )
    context = {
        "way": way,
        "field": field,
        "problems": [Problem(step, error)] if error else [],
        "shown": shown,
        "step": step,
    }
    return render(request, "portal/accounts/contact.html", context, status=status)
