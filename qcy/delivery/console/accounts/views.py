from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from qcy.delivery.components.types import Problem
from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import door, staff


@door
def sign_in(request: Any) -> HttpResponse:
    """Staff by e-mail and password; allauth checks, limits tries and runs the second factor when it is on."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = reverse("console_cases")
    if request.actor.is_staff:
        return HttpResponseRedirect(wanted)
    if request.method != "POST":
        return render(request, "console/sign_in.html", {"next": wanted})
    form = LoginForm(request.POST, request=request)
    if form.is_valid():
        return form.login(request, redirect_url=wanted)
    context = {"next": wanted, "failed": True, "typed": request.POST.get("login", "")}
    return render(request, "console/sign_in.html", context, status=422)


@staff
def password(request: Any) -> HttpResponse:
    """Changing one's own password: the old one first, the rules of the settings for the new one."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, _("密码已修改。"))
        return HttpResponseRedirect(reverse("console_cases"))
    errors = {name: _in_words(found[0]) for name, found in form.errors.as_data().items()}
    context = {"fields": _password_fields(errors), "problems": _problems(errors), **shell(request)}
    return render(request, "console/accounts/password.html", context, status=422 if errors else 200)


LABELS = (
    ("old_password", "现在的密码", "current-password"),
    ("new_password1", "新密码", "new-password"),
    ("new_password2", "再填一遍新密码", "new-password"),
)


WORDS = {  # Django's own texts are English here
    "required": "请填写这一项。",
    "password_incorrect": "现在的密码不对，请重新填写。",
    "password_mismatch": "两次填的新密码不一样，请重新填写。",
    "password_too_short": "新密码至少 10 位，请加长。",
    "password_too_common": "这个密码太常见，容易被猜到，请换一个。",
}


def _in_words(fault: ValidationError) -> str:
    return _(WORDS.get(fault.code or "", "请换一个密码。"))


def _password_fields(errors: dict[str, str]) -> list[tuple[str, str, str, str]]:
    return [(name, _(label), complete, errors.get(name, "")) for name, label, complete in LABELS]


def _problems(errors: dict[str, str]) -> list[Problem]:
    return [Problem(name, text) for name, text in errors.items()]
