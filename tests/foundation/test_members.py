"""Invitations, delegations and leaving: who may act for a firm, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from qcy.foundation.database.scope import scope, unscoped
from qcy.foundation.parties.actor import Actor, actor_for
from qcy.foundation.parties.enums import ContactKind, MembershipRole, PersonKind
from qcy.foundation.parties.members import (
    change_contact,
    close_account,
    end_membership,
    invitations_for,
    invite_member,
    members_of,
    take_up_invitation,
)
from qcy.foundation.parties.models import Membership, Person, PersonContact
from qcy.foundation.parties.services import find_by_contact, open_account, prove_contact
from tests.world import TODAY, World

PHONE = "13900007777"


def owner(world: World) -> Actor:
    world.case(verified=True)
    return world.firm()


def stranger(world: World, phone: str = PHONE) -> Actor:
    with unscoped("test"):
        person = open_account(kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=phone, now=world.now)
        prove_contact(person=person, kind=ContactKind.PHONE, value=phone, now=world.now)
        return actor_for(person, TODAY)


def again(actor: Actor, days: int = 0) -> Actor:
    with unscoped("test"):
        return actor_for(Person.objects.get(pk=actor.person_id), TODAY + timedelta(days=days))


def invite(world: World, by: Actor, role: MembershipRole = MembershipRole.AGENT, **more: Any) -> Any:
    until = None if role == MembershipRole.OWNER else TODAY + timedelta(days=30)
    details = {
        "organisation_id": by.memberships[0].organisation_id,
        "phone": PHONE,
        "role": role,
        "until": until,
    }
    return world.do(invite_member, by, now=world.now, **details | more)


def join(world: World, actor: Actor) -> Actor:
    with scope(actor.scope):
        [invitation] = invitations_for(actor, world.now)
        take_up_invitation(actor=actor, invitation_id=invitation.pk, now=world.now)
    return again(actor)


def test_an_invited_agent_is_verified_at_once_and_sees_only_what_they_file(world: World) -> None:
    boss = owner(world)
    invite(world, boss)
    agent = join(world, stranger(world))
    [held] = agent.memberships
    assert (held.verified, held.role, held.may_file, held.may_invite) == (True, "agent", True, False)
    assert not agent.scope.organisations, "an agency does not read the firm's other files"


def test_a_delegation_ends_on_its_day(world: World) -> None:
    boss = owner(world)
    invite(world, boss)
    agent = join(world, stranger(world))
    assert again(agent, 30).memberships and not again(agent, 31).memberships


def test_a_preparer_fills_in_and_may_not_submit(world: World) -> None:
    from qcy.engines.casework.filing import draft_fingerprint, submit_case

    boss = owner(world)
    invite(world, boss, MembershipRole.PREPARER)
    preparer = join(world, stranger(world))
    draft = world.empty_draft(preparer)
    details = {"draft_id": draft.pk, "seen": draft_fingerprint(draft), "now": world.now}
    assert world.attempt(submit_case, preparer, **details).code == "preparer"
    with scope(boss.scope):
        assert type(draft).objects.visible_to(boss).filter(pk=draft.pk).exists(), "the owner goes on with it"


def test_only_a_verified_owner_invites_and_only_the_invited_phone_joins(world: World) -> None:
    claimed = world.firm(1)
    details = {"phone": PHONE, "role": MembershipRole.AGENT, "until": TODAY, "now": world.now}
    organisation = claimed.memberships[0].organisation_id
    assert (
        world.attempt(invite_member, claimed, organisation_id=organisation, **details).code == "owners_only"
    )
    boss = owner(world)
    invitation = invite(world, boss)
    other = stranger(world, "13900008888")
    with scope(other.scope):
        assert invitations_for(other, world.now) == []
    gone = {"invitation_id": invitation.pk, "now": world.now}
    assert world.attempt(take_up_invitation, other, **gone).code == "invitation_gone"
    late = world.now + timedelta(days=15)
    assert (
        world.attempt(take_up_invitation, stranger(world), invitation_id=invitation.pk, now=late).code
        == "invitation_gone"
    )


def test_a_delegation_needs_an_end_within_a_year(world: World) -> None:
    boss = owner(world)
    organisation = boss.memberships[0].organisation_id
    for until, code in (
        (None, "until_missing"),
        (TODAY - timedelta(days=1), "until_past"),
        (TODAY + timedelta(days=400), "until_far"),
    ):
        details = {
            "organisation_id": organisation,
            "phone": PHONE,
            "role": MembershipRole.AGENT,
            "until": until,
        }
        assert world.attempt(invite_member, boss, now=world.now, **details).code == code


def test_the_last_owner_stays(world: World) -> None:
    boss = owner(world)
    with scope(boss.scope):
        [mine] = members_of(boss, boss.memberships[0].organisation_id)
    assert world.attempt(end_membership, boss, membership_id=mine.pk, now=world.now).code == "last_owner"
    invite(world, boss, MembershipRole.OWNER)
    second = join(world, stranger(world))
    world.do(end_membership, second, membership_id=mine.pk, now=world.now)
    assert not again(boss).memberships


def test_a_changed_phone_signs_in_and_the_old_one_is_a_stranger(world: World) -> None:
    actor = stranger(world)
    stranger(world, "13900009999")
    taken = {"kind": ContactKind.PHONE, "value": "13900009999"}
    assert world.attempt(change_contact, actor, now=world.now, **taken).code == "contact_taken"
    world.do(change_contact, actor, kind=ContactKind.PHONE, value="13900006666", now=world.now)
    with unscoped("test"):
        assert find_by_contact(ContactKind.PHONE, "13900006666").pk == actor.person_id  # type: ignore[union-attr]
        assert find_by_contact(ContactKind.PHONE, PHONE) is None


def test_a_closed_account_keeps_no_contact_and_the_firm_keeps_its_files(world: World) -> None:
    case = world.case(verified=True)
    actor = world.firm()
    assert world.attempt(close_account, actor, has_open_cases=True, now=world.now).code == "open_cases"
    world.do(close_account, actor, has_open_cases=False, now=world.now)
    with unscoped("test"):
        assert not PersonContact.objects.filter(person_id=actor.person_id).exists()
        assert not Person.objects.get(pk=actor.person_id).is_active
        assert not Membership.objects.filter(person_id=actor.person_id).exclude(state="ended").exists()
    assert world.reload(case).filer_id == actor.person_id


def test_the_last_owner_does_not_invite_themselves_out_of_office(world: World) -> None:
    from tests.world import FIRMS

    boss = owner(world)
    organisation = boss.memberships[0].organisation_id
    details = {"phone": FIRMS[0].phone, "role": MembershipRole.PREPARER, "until": TODAY}
    assert (
        world.attempt(invite_member, boss, organisation_id=organisation, now=world.now, **details).code
        == "own_phone"
    )


def test_staff_add_no_phone_that_would_open_the_console(world: World) -> None:
    details = {"kind": ContactKind.PHONE, "value": "13711110001", "now": world.now}
    assert world.attempt(change_contact, world.clerk, **details).code == "staff_account"
