"""Desks of a node: who works there, under which role and under which public name."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.nodes.models import Node
from qcy.kernel.refusals import Refusal, Refused

from .enums import STAFF_ROLES, ContactKind, PersonKind
from .models import Mandate, Person
from .services import find_by_contact, open_account, prove_contact


@transaction.atomic
def open_desk(
    *, node: Node, role: str, desk_name: str, email: str, now: datetime, password_hash: str = ""
) -> tuple[Person, str]:
    """The person and, for a new account without a given hash, the initial password to be handed over (else "")."""
    if role not in STAFF_ROLES:
        offered = "、".join(sorted(STAFF_ROLES))
        raise Refused(
            Refusal("desk_role", why=f"desks 里的 role 写的是 {role}。", fix=f"请从 {offered} 中选。")
        )
    person, initial = find_by_contact(ContactKind.EMAIL, email), ""
    if person is None:
        initial = "" if password_hash else secrets.token_urlsafe(9)
        person = open_account(kind=PersonKind.STAFF, contact=ContactKind.EMAIL, value=email, now=now)
        person.password = password_hash or make_password(initial)
        person.save(update_fields=["password"])
        prove_contact(person=person, kind=ContactKind.EMAIL, value=email, now=now)
    _give(person, node, role, desk_name, now.date())
    record_audit(
        stream=f"node:{node.code}",
        type="desk.opened",
        now=now,
        node_id=node.pk,
        payload={"person": str(person.pk), "role": role},
    )
    return person, initial


def _give(person: Person, node: Node, role: str, desk_name: str, since: date) -> None:
    wanted: dict[str, Any] = {"desk_name": desk_name, "until": None}
    Mandate.objects.update_or_create(
        person=person, node=node, role=role, defaults=wanted, create_defaults={**wanted, "since": since}
    )
