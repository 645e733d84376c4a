from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.views import ConfirmLoginCodeView
from allauth.core import ratelimit
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.web.gates import door, public, signed_in, writes
from qcy.delivery.web.sentences import told
from qcy.foundation.parties.enums import ContactKind, PersonKind
from qcy.foundation.parties.members import invitations_for
from qcy.foundation.parties.models import PersonContact
from qcy.foundation.parties.sealed import mask_email, mask_phone
from qcy.foundation.parties.services import checked_name, claim_organisation, open_account, parse_phone
from qcy.kernel import uscc
from qcy.kernel.refusals import Refused


def safe_next(request: Any, default: str) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if inside else default


@door
def sign_in(request: Any) -> HttpResponse:
    """Phone in, code out. A phone nobody has used yet opens an account: signing up is signing in."""
    if request.actor.person_id is not None:
        return HttpResponseRedirect(safe_next(request, reverse("my_cases")))
    typed = request.POST.get("phone", "")
    if request.method != "POST":
        return _sign_in_page(request, typed, "")
    try:
        phone = parse_phone(typed)
    except Refused as refused:
        return _sign_in_page(request, typed, told(refused.refusal), status=422)
    if not ratelimit.consume(request, action="request_login_code", key=phone):
        return _sign_in_page(request, typed, _("验证码要得太频繁，请过几分钟再试。"), status=429)
    person = open_account(kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=phone, now=request.now)
    LoginCodeVerificationProcess.initiate(request=request, user=person, phone=phone)
    request.session["sign_in_phone"] = mask_phone(phone)
    return HttpResponseRedirect(f"{reverse('account_confirm_login_code')}?next={safe_next(request, '')}")


def _sign_in_page(request: Any, typed: str, error: str, status: int = 200) -> HttpResponse:
    field = FieldView(
        name="phone",
        id="phone",
        label=_("手机号"),
        hint=_("首次使用会自动注册，不用设密码。"),
        value=typed,
        error=error,
        inputmode="tel",
        autocomplete="tel",
        maxlength=20,
    )
    context = {
        "field": field,
        "problems": [Problem("phone", error)] if error else [],
        "next": safe_next(request, ""),
    }
    return render(request, "portal/accounts/sign_in.html", context, status=status)


class CodeView(ConfirmLoginCodeView):
    """allauth checks the code, its age and the number of tries; the page is ours."""

    template_name = "portal/accounts/code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        wrong = bool(context["form"].errors)
        error = _("验证码不对或已过期，请核对后再填，或重新获取。") if wrong else ""
        context["field"] = FieldView(
            name="code",
            id="code",
            label=_("短信验证码"),
            hint=_("6 位数字，5 分钟内有效。"),
            error=error,
            inputmode="numeric",
            autocomplete="one-time-code",
            maxlength=12,
        )
        context["problems"] = [Problem("code", error)] if wrong else []
        context["phone"] = self.request.session.get("sign_in_phone", "")
        context["next"] = safe_next(self.request, "")
        return context


code = door(CodeView.as_view())


@public
@writes(back="../")
def sign_out(request: Any) -> HttpResponse:
    was_staff = request.actor.is_staff
    logout(request)
    return HttpResponseRedirect(reverse("console_sign_in") if was_staff else "/")


@signed_in
def account(request: Any) -> HttpResponse:
    held = {c.kind: c.value for c in PersonContact.objects.filter(person_id=request.actor.person_id)}
    context = {
        "memberships": request.actor.memberships,
        "phone": mask_phone(held.get(ContactKind.PHONE, "")) if ContactKind.PHONE in held else "",
        "email": mask_email(held[ContactKind.EMAIL]) if ContactKind.EMAIL in held else "",
        "claim_url": reverse("claim_firm"),
        "invitations": invitations_for(request.actor, request.now),
    }
    return render(request, "portal/accounts/account.html", context)


@signed_in
def claim_firm(request: Any) -> HttpResponse:
    """Say which firm one files for: code and name as on the licence."""
    if request.method != "POST":
        return _claim_page(request, {}, {})
    typed = {name: request.POST.get(name, "") for name in ("code", "name")}
    if errors := _claim_errors(typed):
        return _claim_page(request, typed, errors)
    claim_organisation(actor=request.actor, code=typed["code"], name=typed["name"], now=request.now)
    return HttpResponseRedirect(safe_next(request, reverse("my_account")))


def _claim_errors(typed: dict[str, str]) -> dict[str, str]:
    """Both fields are judged at once: nobody is told of the second mistake only after the first."""
    errors = {}
    if not typed["code"].strip():
        errors["code"] = _("请填写统一社会信用代码，18 位，在营业执照右上角。")
    elif wrong := uscc.check(typed["code"]):
        errors["code"] = told(wrong)
    try:
        checked_name(typed["name"])
    except Refused as refused:
        errors["name"] = told(refused.refusal)
    return errors


def _claim_page(request: Any, typed: dict[str, str], errors: dict[str, str]) -> HttpResponse:
    fields = [
        FieldView(
            name="code",
            id="code",
            label=_("统一社会信用代码"),
            hint=_("18 位，在营业执照右上角。"),
            kind="code",
            value=typed.get("code", ""),
            error=errors.get("code", ""),
            maxlength=30,
        ),
        FieldView(
            name="name",
            id="name",
            label=_("企业名称"),
            hint=_("与营业执照一致。经办人核对执照后，以执照上的名称为准。"),
            value=typed.get("name", ""),
            error=errors.get("name", ""),
            autocomplete="organization",
        ),
    ]
    context = {
        "fields": fields,
        "problems": [Problem(field, text) for field, text in errors.items()],
        "next": safe_next(request, ""),
    }
    return render(request, "portal/accounts/claim.html", context, status=422 if errors else 200)
