"""Has somebody seen the licence of the firm a case is for? Each node that handles one of its cases may look."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from qcy.foundation.database.scope import purpose
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import MembershipState
from qcy.foundation.parties.models import Membership
from qcy.foundation.parties.services import verify_membership

from .models import Case


def claim_of(case: Case) -> Membership | None:
    """What the person who filed claims to be for this firm, whichever node it was put before last."""
    if case.organisation_id is None:
        return None
    with purpose("window"):
        held = Membership.objects.filter(person_id=case.filer_id, organisation_id=case.organisation_id)
        return held.exclude(state=MembershipState.ENDED).select_related("organisation").first()


def applicant_is_verified(case: Case) -> bool:
    """A person stands for themselves; for a firm its licence was seen, here or at another node."""
    if case.organisation_id is None:
        return True
    claim = claim_of(case)
    return claim is not None and claim.is_verified


@transaction.atomic
def check_licence(*, actor: Actor, case_id: UUID, name: str, now: datetime) -> Membership:
    """The clerk of a case has the licence in hand: the claim is put before their node and verified there."""
    case = Case.objects.visible_to(actor).get(pk=case_id)
    claim = claim_of(case)
    if claim is None:
        raise Membership.DoesNotExist
    with purpose("window"):
        Membership.objects.filter(pk=claim.pk).update(node=case.responsible_node_id)
    return verify_membership(actor=actor, membership_id=claim.pk, name=name, now=now)
