"""Filing at the window: a clerk takes an application in for somebody who stands there with the licence."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import open_window_draft
from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import purpose
from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.queries import serves
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import ContactKind, MembershipState, PersonKind, Role
from qcy.foundation.parties.models import Membership, Organisation, Person
from qcy.foundation.parties.services import (
    checked_name,
    name_on_licence,
    open_account,
    parse_phone,
    prove_contact,
    settle_role,
)
from qcy.kernel import uscc
from qcy.kernel.refusals import Refusal, Refused

from . import refusals

STAFF_PHONE = Refusal(
    "own_claim", why="这是工作人员的手机号，不能作为企业的办事人。", fix="请填当面核对的办事人手机号。"
)


@transaction.atomic
def begin_at_window(
    *, actor: Actor, adoption: Adoption, code: str, name: str, phone: str, now: datetime
) -> Draft:
    """The clerk has seen the licence and the person: the membership is verified, the draft belongs to the person.

    A firm known under another name is refused: the licence and the platform must agree. Where persons apply in
    their own name there is no licence to see, and `code` and `name` are not asked.
    """
    node = adoption.node
    if Role.CLERK not in actor.roles_at(node.pk):
        raise Refused(refusals.needs_role(frozenset({Role.CLERK})))
    if not serves(node.pk):
        raise Refused(refusals.NODE_OFF)
    number = parse_phone(phone)
    organisation_id = None
    if adoption.definition.for_persons:
        person = _person(actor, number, now)
    else:
        code, name = uscc.parse(code), checked_name(name)
        organisation, _ = Organisation.objects.get_or_create(code=code)
        name = name_on_licence(organisation, name)
        person = _person(actor, number, now)
        _verify(actor, person.pk, organisation.pk, node, name, now=now)
        organisation_id = organisation.pk
    return open_window_draft(
        actor=actor,
        person_id=person.pk,
        organisation_id=organisation_id,
        node=node,
        edition=adoption.edition.form,
        subject_id=adoption.pk,
        title=adoption.item.name,
        now=now,
    )


def _person(actor: Actor, number: str, now: datetime) -> Person:
    """Whoever stands there, never the clerk: nobody verifies their own right to act for a firm."""
    with purpose("sign_in"):
        person = open_account(kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=number, now=now)
        if person.pk == actor.person_id or person.kind == PersonKind.STAFF:
            raise Refused(STAFF_PHONE)
        prove_contact(person=person, kind=ContactKind.PHONE, value=number, now=now)
    return person


def _verify(
    actor: Actor, person_id: UUID, organisation_id: UUID, node: Node, name: str, *, now: datetime
) -> None:
    with purpose("window"):  # a membership put before another node is found too
        held = Membership.objects.filter(person_id=person_id, organisation_id=organisation_id)
        membership = held.exclude(state=MembershipState.ENDED).first()
        if membership and membership.is_verified:
            return
        membership = membership or Membership(
            person_id=person_id, organisation_id=organisation_id, claimed_at=now, typed_name=name
        )
        membership.node = node
        settle_role(membership, now)
        membership.state, membership.verified_at = MembershipState.VERIFIED, now
        membership.verified_by = actor.person_id
        membership.save()
    record_audit(
        stream=f"organisation:{organisation_id}",
        type="membership.verified_at_window",
        now=now,
        actor_id=actor.person_id,
        node_id=node.pk,
        payload={"membership": str(membership.pk)},
    )
