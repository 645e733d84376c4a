"""Who acts for the firm: the owner's page, and the invited person's button."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.web.gates import signed_in, writes
from qcy.delivery.web.request import day_of
from qcy.delivery.web.sentences import told
from qcy.foundation.database.scope import purpose
from qcy.foundation.parties.enums import ContactKind, MembershipRole
from qcy.foundation.parties.members import end_membership, invite_member, members_of, take_up_invitation
from qcy.foundation.parties.models import Invitation, Membership, PersonContact
from qcy.foundation.parties.sealed import mask_phone, unseal
from qcy.kernel.refusals import Refused

FIELD_OF = {
    "phone": "phone",
    "own_phone": "phone",
    "day": "until",
    "until_past": "until",
    "until_far": "until",
    "until_missing": "until",
}


@signed_in
def members(request: Any, organisation_id: UUID) -> HttpResponse:
    held = request.actor.membership_of(organisation_id)
    if held is None:
        raise Http404
    if request.method != "POST":
        return _page(request, held, {}, {})
    typed = {name: request.POST.get(name, "") for name in ("phone", "role", "until")}
    try:
        invite_member(
            actor=request.actor,
            organisation_id=organisation_id,
            phone=typed["phone"],
            role=_role(typed["role"]),
            until=_day(typed["until"]),
            now=request.now,
        )
    except Refused as refused:
        field = FIELD_OF.get(refused.refusal.code)
        if field is None:
            raise
        return _page(request, held, typed, {field: told(refused.refusal)})
    messages.success(request, _("邀请已发出。对方用这个手机号登录后，在“账号与企业”里接受。"))
    return HttpResponseRedirect(request.path)


def _role(text: str) -> MembershipRole:
    return MembershipRole(text) if text in MembershipRole.values else MembershipRole.PREPARER


def _day(text: str) -> date | None:
    return day_of(text) if text.strip() else None


def _page(request: Any, held: Any, typed: dict[str, str], errors: dict[str, str]) -> HttpResponse:
    found = members_of(request.actor, held.organisation_id)
    open_invitations = Invitation.objects.visible_to(request.actor).filter(
        organisation_id=held.organisation_id, ended_at=None, expires_at__gt=request.now
    )
    context = {
        "held": held,
        "rows": [(m, _phone_of(m), m.person_id == request.actor.person_id) for m in found],
        "invitations": [(i, mask_phone(unseal(i.sealed_phone))) for i in open_invitations],
        "fields": _fields(typed, errors),
        "problems": [Problem(field, text) for field, text in errors.items()],
    }
    return render(request, "portal/accounts/members.html", context, status=422 if errors else 200)


def _phone_of(membership: Membership) -> str:
    with purpose("sign_in"):
        contact = PersonContact.objects.filter(person_id=membership.person_id, kind=ContactKind.PHONE).first()
    return mask_phone(contact.value) if contact else _("已注销")


def _fields(typed: dict[str, str], errors: dict[str, str]) -> list[FieldView]:
    hints = {
        MembershipRole.OWNER: _("管理员：办事、看全部办件、邀请别人"),
        MembershipRole.AGENT: _("代办人：填报、提交、看自己办的"),
        MembershipRole.PREPARER: _("填报人：只填写，由别人提交"),
    }
    return [
        FieldView(name="phone", id="phone", label=_("对方手机号"), value=typed.get("phone", ""),
                  error=errors.get("phone", ""), inputmode="tel", maxlength=20),
        FieldView(name="role", id="role", label=_("让对方做什么"), kind="choice",
                  value=typed.get("role") or MembershipRole.PREPARER.value,
                  options=tuple((role.value, text) for role, text in hints.items())),
        FieldView(name="until", id="until", label=_("授权到哪一天"), kind="date",
                  hint=_("代办人和填报人最长一年，到期自动停用；管理员不用填。"),
                  value=typed.get("until", ""), error=errors.get("until", "")),
    ]  # fmt: skip


@signed_in
@writes(back="../../")
def end(request: Any, organisation_id: UUID, membership_id: UUID) -> HttpResponse:
    end_membership(actor=request.actor, membership_id=membership_id, now=request.now)
    messages.success(request, _("已停用，对方不能再为这家企业办事。"))
    held = request.actor.membership_of(organisation_id)
    stays = held is not None and held.may_invite
    return HttpResponseRedirect(
        reverse("members", args=[organisation_id]) if stays else reverse("my_account")
    )


@signed_in
@writes(back="../")
def accept(request: Any, invitation_id: UUID) -> HttpResponse:
    held = take_up_invitation(actor=request.actor, invitation_id=invitation_id, now=request.now)
    messages.success(request, _("您已加入{name}，可以办事了。").format(name=held.organisation.name))
    return HttpResponseRedirect(reverse("my_account"))
