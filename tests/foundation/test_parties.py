from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from qcy.foundation.database.scope import unscoped
from qcy.foundation.parties.models import Membership, Organisation, PersonContact
from qcy.foundation.parties.sealed import lookup, mask_name, mask_phone, seal, unseal
from qcy.foundation.parties.services import claim_organisation, parse_phone, verify_membership
from qcy.kernel.refusals import Refused
from tests.world import FIRMS, World


def test_contacts_are_sealed_and_found_without_opening_them(world: World) -> None:
    world.firm()
    with unscoped("test"):
        contact = PersonContact.objects.get(lookup=lookup("phone", FIRMS[0].phone))
    assert FIRMS[0].phone not in contact.sealed and contact.value == FIRMS[0].phone
    assert seal("x") != seal("x"), "a fresh nonce each time"


def test_a_changed_byte_is_noticed() -> None:
    sealed = seal("13800000000")
    with pytest.raises(InvalidTag):
        unseal(("B" if sealed[0] == "A" else "A") + sealed[1:])


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        "138 0000 0001",
        "+86 138-0000-0001",
        "１３８００００００００１"[:0] + "１３８０００００００１",
    ],
)
def test_a_phone_is_understood_as_people_write_it(typed: str) -> None:
    assert parse_phone(typed) == "13800000001"


@pytest.mark.parametrize("typed", ["", "1380000000", "23800000000", "电话", "138000000012"])
def test_a_wrong_phone_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match="例如"):
        parse_phone(typed)


def test_masks_keep_enough_to_recognise() -> None:
    assert (mask_phone("13812341234"), mask_name("欧阳明日"), mask_name("李")) == (
        "138****1234",
        "欧**",
        "李*",
    )


def test_a_typed_name_never_renames_the_organisation_until_the_licence_was_seen(world: World) -> None:
    world.case()
    organisation = Organisation.objects.get(code=FIRMS[0].code)
    assert organisation.name == ""
    world.verify(0, world.clerk)
    organisation.refresh_from_db()
    assert organisation.name == FIRMS[0].name
    second = world.firm(1)
    world.do(claim_organisation, second, code=FIRMS[0].code, name="另一个名字", now=world.now)
    organisation.refresh_from_db()
    assert organisation.name == FIRMS[0].name


def test_claiming_twice_is_one_claim(world: World) -> None:
    actor = world.firm()
    first = world.do(claim_organisation, actor, code=FIRMS[0].code, name=FIRMS[0].name, now=world.now)
    again = world.do(claim_organisation, actor, code=FIRMS[0].code.lower(), name="改个名", now=world.now)
    assert first.pk == again.pk


def test_nobody_checks_licences_without_the_role_or_of_themselves(world: World) -> None:
    world.case()
    with unscoped("test"):
        claim = Membership.objects.get(organisation__code=FIRMS[0].code)
    refusal = world.attempt(
        verify_membership, world.decider, membership_id=claim.pk, name=FIRMS[0].name, now=world.now
    )
    assert refusal.code == "not_your_role"
    with pytest.raises(Membership.DoesNotExist):
        world.do(verify_membership, world.hub_clerk, membership_id=claim.pk, name="x", now=world.now)


def test_a_phone_nobody_proved_is_forgotten_and_everybody_else_stays(world: World) -> None:
    from datetime import timedelta

    from qcy.foundation.database.scope import Scope
    from qcy.foundation.outbox.services import put
    from qcy.foundation.parties.enums import ContactKind, PersonKind
    from qcy.foundation.parties.models import Person
    from qcy.foundation.parties.services import open_account

    world.firm()
    with unscoped("test"):
        kept = Person.objects.count()
        open_account(kind=PersonKind.FIRM, contact=ContactKind.PHONE, value="13911112222", now=world.now)
        put("parties.forget_unproven", payload={}, now=world.now, scope=Scope())
    world.now += timedelta(days=2)
    world.work()
    with unscoped("test"):
        assert Person.objects.count() == kept
