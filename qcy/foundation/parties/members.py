"""Who acts for a firm: invitations, delegations with an end, leaving, and closing an account."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import purpose
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused

from .actor import Actor
from .enums import ContactKind, MembershipRole, MembershipState
from .models import Invitation, Membership, Person, PersonContact
from .sealed import lookup, seal
from .services import parse_phone

INVITATION_DAYS = 14
LONGEST_DELEGATION = timedelta(days=366)

OWNERS_ONLY = Refusal("owners_only", why="只有企业管理员可以邀请和停用成员。", fix="请由管理员操作。")
UNTIL_PAST = Refusal("until_past", why="授权的截止日期已经过了。", fix="请选今天以后的日期。")
UNTIL_FAR = Refusal("until_far", why="代办和填报的授权最长一年。", fix="请选一年以内的日期，到期可以再授权。")
UNTIL_MISSING = Refusal(
    "until_missing", why="代办人和填报人要写授权到哪一天。", fix="请选截止日期，最长一年。"
)
NOT_FOR_YOU = Refusal(
    "invitation_gone", why="这份邀请已经失效，或者不是发给您的手机号的。", fix="请企业管理员重新邀请。"
)
LAST_OWNER = Refusal("last_owner", why="企业至少要有一位管理员。", fix="请先邀请另一位管理员，再停用这一位。")
OPEN_CASES = Refusal("open_cases", why="您名下还有没办结的办件。", fix="请等办结，或者先撤回，再注销账号。")
STAFF_CONTACT = Refusal(
    "staff_account",
    why="工作人员用邮箱和密码登录，不在这里登记手机号和邮箱。",
    fix="需要更换请告诉节点负责人。",
)
OWN_PHONE = Refusal("own_phone", why="这是您自己的手机号。", fix="请填要邀请的人的手机号。")
STAFF_ACCOUNT = Refusal(
    "staff_account", why="工作人员的账号由节点负责人管理，不能自己注销。", fix="离岗请告诉节点负责人。"
)
CONTACT_TAKEN = Refusal(
    "contact_taken", why="这个手机号或邮箱已经有账号在用。", fix="请换一个，或者直接用它登录。"
)


@transaction.atomic
def invite_member(
    *,
    actor: Actor,
    organisation_id: UUID,
    phone: str,
    role: MembershipRole,
    until: date | None,
    now: datetime,
) -> Invitation:
    """An owner asks somebody, by phone, to act for the firm; taken up by signing in with that phone."""
    _owners_only(actor, organisation_id)
    number = parse_phone(phone)
    until = None if role == MembershipRole.OWNER else until
    _check_until(role, until, local_day(now))
    key = lookup(ContactKind.PHONE, number)
    if PersonContact.objects.filter(person_id=actor.me, kind=ContactKind.PHONE, lookup=key).exists():
        raise Refused(OWN_PHONE)
    same = Invitation.objects.visible_to(actor).filter(
        organisation_id=organisation_id, lookup=key, ended_at=None, expires_at__gt=now
    )
    same.update(ended_at=now)  # a newer invitation replaces the older one
    invitation = Invitation(
        organisation_id=organisation_id,
        role=role,
        until=until,
        sealed_phone=seal(number),
        lookup=key,
        invited_by=actor.me,
        invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    invitation.save(force_insert=True)
    _record(actor, organisation_id, "member.invited", now, invitation=str(invitation.pk), role=str(role))
    return invitation


def _owners_only(actor: Actor, organisation_id: UUID) -> None:
    held = actor.membership_of(organisation_id)
    if held is None or not held.may_invite:
        raise Refused(OWNERS_ONLY)


def _check_until(role: MembershipRole, until: date | None, today: date) -> None:
    if role == MembershipRole.OWNER:
        return
    if until is None:
        raise Refused(UNTIL_MISSING)
    if until < today:
        raise Refused(UNTIL_PAST)
    if until > today + LONGEST_DELEGATION:
        raise Refused(UNTIL_FAR)


def invitations_for(actor: Actor, now: datetime) -> list[Invitation]:
    """Open invitations to the phone this person has proven."""
    phones = PersonContact.objects.filter(person_id=actor.me, kind=ContactKind.PHONE).exclude(
        verified_at=None
    )
    keys = list(phones.values_list("lookup", flat=True))
    with purpose("invitation"):
        found = Invitation.objects.filter(lookup__in=keys, ended_at=None, expires_at__gt=now)
        return list(found.select_related("organisation").order_by("invited_at"))


@transaction.atomic
def take_up_invitation(*, actor: Actor, invitation_id: UUID, now: datetime) -> Membership:
    """The owner's word is the verification: the membership is verified at once."""
    invitation = next((i for i in invitations_for(actor, now) if i.pk == invitation_id), None)
    if invitation is None:
        raise Refused(NOT_FOR_YOU)
    with purpose("invitation"):
        taken = Invitation.objects.filter(pk=invitation.pk, ended_at=None).update(ended_at=now)
    if not taken:
        raise Refused(NOT_FOR_YOU)
    membership = _membership(actor, invitation, now)
    _refuse_losing_the_last_owner(membership, invitation.role)
    membership.role, membership.until = invitation.role, invitation.until
    membership.state, membership.verified_at = MembershipState.VERIFIED, now
    membership.verified_by = invitation.invited_by
    membership.save()
    _record(actor, invitation.organisation_id, "member.joined", now, membership=str(membership.pk))
    return membership


def _membership(actor: Actor, invitation: Invitation, now: datetime) -> Membership:
    held = Membership.objects.filter(person_id=actor.me, organisation_id=invitation.organisation_id)
    return held.exclude(state=MembershipState.ENDED).first() or Membership(
        person_id=actor.me,
        organisation_id=invitation.organisation_id,
        typed_name=invitation.organisation.name,
        claimed_at=now,
    )


def _refuse_losing_the_last_owner(membership: Membership, role: str) -> None:
    stays = role == MembershipRole.OWNER
    leads = membership.is_verified and membership.role == MembershipRole.OWNER
    if leads and not stays and not _another_owner(membership):
        raise Refused(LAST_OWNER)


@transaction.atomic
def end_membership(*, actor: Actor, membership_id: UUID, now: datetime) -> None:
    """An owner stops somebody acting for the firm, or a person leaves. What was filed stays with the firm."""
    held = Membership.objects.visible_to(actor).for_update().get(pk=membership_id)
    if held.person_id != actor.me:
        _owners_only(actor, held.organisation_id)
    _refuse_losing_the_last_owner(held, "")
    held.state, held.until = MembershipState.ENDED, local_day(now)
    held.save(update_fields=["state", "until"])
    _record(actor, held.organisation_id, "member.ended", now, membership=str(held.pk))


def _another_owner(held: Membership) -> bool:
    others = Membership.objects.filter(organisation_id=held.organisation_id, role=MembershipRole.OWNER)
    return others.filter(state=MembershipState.VERIFIED).exclude(pk=held.pk).exists()


def members_of(actor: Actor, organisation_id: UUID) -> list[Membership]:
    """Everybody who acts for the firm, for its owners."""
    _owners_only(actor, organisation_id)
    found = Membership.objects.visible_to(actor).filter(organisation_id=organisation_id)
    return list(found.exclude(state=MembershipState.ENDED).order_by("claimed_at"))


@transaction.atomic
def change_contact(*, actor: Actor, kind: ContactKind, value: str, now: datetime) -> None:
    """The proven new phone or address replaces the old one, which is a stranger's from now on.

    Not for staff: a phone would open the console without password and second factor.
    """
    if actor.is_staff:
        raise Refused(STAFF_CONTACT)
    key = lookup(kind, value)
    with purpose("sign_in"):
        if PersonContact.objects.filter(kind=kind, lookup=key).exclude(person_id=actor.me).exists():
            raise Refused(CONTACT_TAKEN)
        mine = PersonContact.objects.filter(person_id=actor.me, kind=kind)
        if not mine.update(sealed=seal(value), lookup=key, verified_at=now):
            PersonContact(
                person_id=actor.me, kind=kind, sealed=seal(value), lookup=key, verified_at=now
            ).save(force_insert=True)
    record_audit(
        stream=f"person:{actor.me}",
        type="person.contact_changed",
        now=now,
        actor_id=actor.me,
        payload={"kind": str(kind)},
    )


@transaction.atomic
def close_account(*, actor: Actor, has_open_cases: bool, now: datetime) -> None:
    """Contacts are deleted and nobody can sign in any more; what was filed for a firm stays with the firm."""
    if actor.is_staff:
        raise Refused(STAFF_ACCOUNT)
    if has_open_cases:
        raise Refused(OPEN_CASES)
    for held in Membership.objects.filter(person_id=actor.me).filter(~Q(state=MembershipState.ENDED)):
        held.state, held.until = MembershipState.ENDED, local_day(now)
        held.save(update_fields=["state", "until"])
    with purpose("sign_in"):
        PersonContact.objects.filter(person_id=actor.me).delete()
        Person.objects.filter(pk=actor.me).update(is_active=False, password="!")  # noqa: S106 - unusable on purpose
    record_audit(stream=f"person:{actor.me}", type="person.closed", now=now, actor_id=actor.me)


def _record(actor: Actor, organisation_id: UUID, type: str, now: datetime, **payload: str) -> None:
    record_audit(
        stream=f"organisation:{organisation_id}",
        type=type,
        now=now,
        actor_id=actor.person_id,
        payload=payload,
    )
