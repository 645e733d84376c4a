from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import Scope, purpose
from qcy.foundation.database.writing import change
from qcy.foundation.nodes.models import Node
from qcy.foundation.outbox.services import put
from qcy.kernel import uscc
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused, worded
from qcy.kernel.text import clean

from .access import can_manage_desks, can_verify_membership
from .actor import Actor
from .enums import LIVE_STATES, ContactKind, MembershipRole, MembershipState, PersonKind
from .models import Absence, Mandate, Membership, Organisation, Person, PersonContact
from .sealed import lookup, seal

PHONE = re.compile(r"1[3-9]\d{9}")
LONGEST_NAME = 120
DELEGATION = timedelta(days=365)
FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－", "0123456789+-")


def parse_phone(text: str) -> str:
    """A mainland mobile number as 11 digits; accepts spaces, hyphens, +86 and full-width digits."""
    digits = re.sub(r"[\s\-]", "", text.translate(FULL_WIDTH))
    digits = re.sub(r"^\+?86(?=1\d{10}$)", "", digits)
    if not PHONE.fullmatch(digits):
        raise Refused(Refusal("phone", why="手机号应为 11 位数字，以 1 开头。", fix="例如 138 0000 0000。"))
    return digits


def parse_email(text: str) -> str:
    """An address in lower case; whether it exists is shown by the code that comes back."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address or len(address) > 120:
        raise Refused(Refusal("email", why="邮箱的格式不对。", fix="例如 name@example.com。"))
    return address


def find_by_contact(kind: ContactKind, value: str) -> Person | None:
    """Needs the purpose `sign_in`."""
    contact = (
        PersonContact.objects.filter(kind=kind, lookup=lookup(kind, value)).select_related("person").first()
    )
    return contact.person if contact else None


@transaction.atomic
def open_account(*, kind: PersonKind, contact: ContactKind, value: str, now: datetime) -> Person:
    """A person with one contact, not yet proven. Needs the purpose `sign_in`."""
    if existing := find_by_contact(contact, value):
        return existing
    person = Person(kind=kind, joined_at=now)
    person.set_unusable_password()
    person.save(force_insert=True)
    PersonContact(person=person, kind=contact, sealed=seal(value), lookup=lookup(contact, value)).save(
        force_insert=True
    )
    record_audit(stream=f"person:{person.pk}", type="person.joined", now=now, actor_id=person.pk)
    return person


def prove_contact(*, person: Person, kind: ContactKind, value: str, now: datetime) -> None:
    PersonContact.objects.filter(
        person=person, kind=kind, lookup=lookup(kind, value), verified_at=None
    ).update(verified_at=now)


@transaction.atomic
def claim_organisation(*, actor: Actor, code: str, name: str, now: datetime) -> Membership:
    """Say "I belong to this firm". The typed name stays on the claim: it never renames the organisation."""
    code, name = uscc.parse(code), checked_name(name)
    organisation, _ = Organisation.objects.get_or_create(code=code)
    held = Membership.objects.filter(person_id=actor.me, organisation=organisation).exclude(
        state=MembershipState.ENDED
    )
    if existing := held.first():
        return existing
    claim = Membership(person_id=actor.me, organisation=organisation, typed_name=name, claimed_at=now)
    claim.save(force_insert=True)
    _record(claim, "membership.claimed", actor, now)
    return claim


def checked_name(name: str) -> str:
    """A firm's name as one line without controls; refused when empty or too long."""
    name = " ".join(clean(name).split())
    if not name:
        raise Refused(Refusal("name_missing", why="请填写企业名称。", fix="与营业执照上的名称一致。"))
    if len(name) > LONGEST_NAME:
        why = worded("企业名称有 {n} 个字，最多 {most} 个。", n=len(name), most=LONGEST_NAME)
        raise Refused(Refusal("name_length", why=why, fix="请核对是否多粘贴了内容。"))
    return name


def ask_for_licence_check(*, actor: Actor, organisation_id: UUID, node: Node) -> None:
    """Filing puts the membership before the node that will handle the case, also after another node had it."""
    live = {"person": actor.me, "organisation": organisation_id, "state": LIVE_STATES}
    change(Membership, live, node=node.pk)


@transaction.atomic
def verify_membership(*, actor: Actor, membership_id: UUID, name: str, now: datetime) -> Membership:
    """A clerk has seen the licence: the claim becomes verified and the organisation gets its name."""
    claim = (
        Membership.objects.visible_to(actor).for_update().select_related("organisation").get(pk=membership_id)
    )
    decision = can_verify_membership(actor, claim)
    if not decision.allowed:
        assert decision.reason
        raise Refused(decision.reason)
    if claim.is_verified:
        return claim
    claim.organisation.name = name_on_licence(claim.organisation, checked_name(name))
    settle_role(claim, now)
    claim.state, claim.verified_at, claim.verified_by = MembershipState.VERIFIED, now, actor.person_id
    claim.save(update_fields=["state", "verified_at", "verified_by", "role", "until"])
    _record(claim, "membership.verified", actor, now)
    return claim


def name_on_licence(organisation: Organisation, name: str) -> str:
    """The first licence seen names the firm; a later one has to agree, or somebody could rename it by a claim."""
    if organisation.name and organisation.name != name:
        why = f"平台上这家企业的名称是“{organisation.name}”，与您填的不一致。"
        raise Refused(
            Refusal("name_differs", why=why, fix="请核对执照；企业确已更名的，请先由企业管理员提出。")
        )
    Organisation.objects.filter(pk=organisation.pk, name="").update(name=name)
    return name


def settle_role(membership: Membership, now: datetime) -> None:
    """Whoever is first seen with the licence owns the firm's place here; later ones act for it for a year."""
    with purpose("window"):  # also owners whom another node has verified
        owners = Membership.objects.filter(
            organisation_id=membership.organisation_id,
            role=MembershipRole.OWNER,
            state=MembershipState.VERIFIED,
        )
        has_owner = owners.exclude(pk=membership.pk).exists()
    membership.role = MembershipRole.AGENT if has_owner else MembershipRole.OWNER
    membership.until = local_day(now) + DELEGATION if has_owner else None


@transaction.atomic
def end_mandate(*, actor: Actor, person_id: UUID, node: Node, now: datetime) -> None:
    """Somebody leaves the node: their rights end today, their open cases go back to the team."""
    if refusal := can_manage_desks(actor, node.pk).reason:
        raise Refused(refusal)
    if person_id == actor.person_id:
        raise Refused(Refusal("own_mandate", why="不能结束自己的岗位。", fix="请由总窗口负责人操作。"))
    held = Mandate.objects.visible_to(actor).filter(node=node, person_id=person_id, until=None)
    if not held.update(until=local_day(now) - timedelta(days=1)):
        raise Mandate.DoesNotExist  # nobody with a desk here: nothing to record
    payload = {"node": str(node.pk), "person": str(person_id)}
    put("mandate.ended", payload=payload, now=now, scope=Scope(nodes=frozenset({node.pk})))
    record_audit(
        stream=f"node:{node.code}",
        type="mandate.ended",
        now=now,
        actor_id=actor.person_id,
        node_id=node.pk,
        payload={"person": str(person_id)},
    )


@transaction.atomic
def record_absence(
    *, actor: Actor, person_id: UUID, cover_id: UUID, node: Node, since: date, until: date, now: datetime
) -> Absence:
    """Who is away, from when until when, and who stands in: both must have a desk at this node."""
    if refusal := can_manage_desks(actor, node.pk).reason:
        raise Refused(refusal)
    desks = set(
        Mandate.objects.filter(node=node, until=None, person_id__in=[person_id, cover_id]).values_list(
            "person_id", flat=True
        )
    )
    if person_id == cover_id or desks != {person_id, cover_id}:
        raise Refused(Refusal("cover", why="代办人须是本节点的另一位工作人员。", fix="请重新选择。"))
    today = local_day(now)
    if not since <= until or until < today or until > today + DELEGATION:
        raise Refused(
            Refusal(
                "absence_days",
                why="请假的日期没有填对。",
                fix="结束日期应在今天以后、一年以内，不早于开始日期。",
            )
        )
    same = Absence.objects.filter(node=node, person_id=person_id, since__lte=until, until__gte=since)
    if same.exists():
        raise Refused(Refusal("absence_twice", why="这段时间已经登记过请假。", fix="请核对下面的清单。"))
    absence = Absence(person_id=person_id, cover_id=cover_id, node=node, since=since, until=until)
    absence.save(force_insert=True)
    record_audit(
        stream=f"node:{node.code}",
        type="absence.recorded",
        now=now,
        actor_id=actor.person_id,
        node_id=node.pk,
        payload={"person": str(person_id), "cover": str(cover_id), "since": str(since), "until": str(until)},
    )
    return absence


def _record(claim: Membership, type: str, actor: Actor, now: datetime) -> None:
    record_audit(
        stream=f"organisation:{claim.organisation_id}",
        type=type,
        now=now,
        actor_id=actor.person_id,
        node_id=claim.node_id,
        payload={"membership": str(claim.pk)},
    )
