"""T3-T6 and the three layers: filter, guard, row security. The second layer must hold without the first."""

from __future__ import annotations

import asyncio
import os
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Prefetch

from qcy.engines.casework import services
from qcy.engines.casework.models import Case, CaseAccess, CaseEvent
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import discard_draft, save_section
from qcy.engines.ratings.services import rate_case
from qcy.foundation.database.install import append_only_models, scoped_models
from qcy.foundation.database.rules import is_scoped
from qcy.foundation.database.scope import Scope, ScopeMissing, current, scope, unscoped
from qcy.foundation.database.writing import change, insert
from qcy.foundation.documents.models import Document
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import remove_file
from qcy.foundation.messages.models import Message
from qcy.foundation.nodes.models import Node
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.outbox.services import put
from qcy.foundation.outbox.worker import lease_next, run_once
from qcy.foundation.parties.models import Membership, Organisation, Person, PersonContact
from qcy.foundation.parties.services import verify_membership
from tests.world import World, watched_tables

POSTGRESQL = "QCY_TEST_POSTGRESQL" in os.environ
OWN = [Case, CaseAccess, CaseEvent, Document, StoredFile, Draft, Message, Membership, Person, PersonContact]


@pytest.mark.tenancy
@pytest.mark.parametrize("model", OWN, ids=lambda m: m.__name__)
def test_T4_a_firm_sees_its_own_rows_and_none_of_another(world: World, model: Any) -> None:
    world.delivered(0)
    world.delivered(1)
    mine, other = world.firm(0), world.firm(1)
    with unscoped("test"):
        everything = model.objects.count()
    with scope(mine.scope):
        seen_by_me = set(model.objects.visible_to(mine).values_list("pk", flat=True))
    with scope(other.scope):
        seen_by_other = set(model.objects.visible_to(other).values_list("pk", flat=True))
    assert seen_by_me and seen_by_other, "a check that sees nothing proves nothing"
    assert not seen_by_me & seen_by_other
    assert len(seen_by_me) < everything


@pytest.mark.tenancy
def test_T4_a_desk_sees_the_cases_of_its_node_only(world: World) -> None:
    here, there = world.case(0), world.case(1, node="XX")
    for actor, expected in ((world.clerk, {here.pk}), (world.hub_clerk, {there.pk})):
        with scope(actor.scope):
            assert set(Case.objects.visible_to(actor).values_list("pk", flat=True)) == expected


def test_T4_rows_are_filtered_before_they_are_cut_or_joined_to_others(world: World) -> None:
    with scope(world.clerk.scope):
        every = Case.objects.visible_to(world.clerk)
        for found in (every[:1], every.union(every)):
            with pytest.raises(TypeError):
                found.visible_to(world.hub_clerk)


@pytest.mark.tenancy
def test_T4_a_claimed_member_sees_what_they_filed_and_nothing_else_of_the_firm(world: World) -> None:
    """Somebody else claims the same firm: the claim alone opens no case, file or draft."""
    from qcy.foundation.parties.actor import actor_for
    from qcy.foundation.parties.enums import ContactKind, PersonKind
    from qcy.foundation.parties.services import claim_organisation, open_account
    from tests.world import FIRMS, TODAY

    world.case(0)
    with unscoped("test"):
        stranger = open_account(
            kind=PersonKind.FIRM, contact=ContactKind.PHONE, value="13900009999", now=world.now
        )
        claim_organisation(actor=actor_for(stranger, TODAY), code=FIRMS[0].code, name="冒名", now=world.now)
        actor = actor_for(stranger, TODAY)
    with scope(actor.scope):
        for model in (Case, StoredFile, Draft, Document):
            assert not model.objects.visible_to(actor).exists(), model.__name__
    assert Organisation.objects.get(code=FIRMS[0].code).name != "冒名"


@pytest.mark.tenancy
def test_T3_no_write_as_another_changes_anything(world: World) -> None:
    case, draft = world.delivered(0), world.empty_draft(world.firm(1))
    file = world.upload(world.firm(1), draft, "licence")
    with unscoped("test"):
        claim = Membership.objects.get(person_id=world.firm(1).person_id)
    stranger = world.firm(2)
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (
            save_section,
            {"draft_id": draft.pk, "section": "staff", "values": {"headcount": "1"}, "version": 0},
        ),
        (discard_draft, {"draft_id": draft.pk}),
        (remove_file, {"file_id": file.pk, "draft_id": draft.pk}),
        (services.withdraw_case, {"case_id": case.pk, "version": case.version}),
        (services.accept_case, {"case_id": case.pk, "version": case.version}),
        (services.grant_case, {"case_id": case.pk, "opinion": "", "version": case.version}),
        (rate_case, {"case_id": case.pk, "level": 1, "comment": "差"}),
        (verify_membership, {"membership_id": claim.pk, "name": "冒名"}),
    ]
    with watched_tables() as rows:
        before = rows()
        for service, details in attempts:
            with pytest.raises(ObjectDoesNotExist):
                world.do(service, stranger, now=world.now, **details)
        assert rows() == before


ROUTES = {
    "plain": lambda: list(Case.objects.all()),
    "join": lambda: list(Node.objects.filter(cases__isnull=False)),
    "select_related": lambda: list(CaseAccess.objects.select_related("case")),
    "reverse foreign key": lambda: list(Node.objects.first().cases.all()),
    "prefetch": lambda: list(Node.objects.prefetch_related(Prefetch("cases"))),
    "exists": lambda: Case.objects.exists(),
    "subquery in exists": lambda: list(Node.objects.filter(Exists(Case.objects.filter(node=OuterRef("pk"))))),
    "values of a join": lambda: list(Organisation.objects.values("cases__number")),
    "count": lambda: Case.objects.count(),
    "aggregate": lambda: Case.objects.aggregate(n=__import__("django").db.models.Count("id")),
    "union": lambda: list(Node.objects.order_by().values("id").union(Case.objects.values("id"))),
    "update": lambda: Case.objects.update(year=1),
    "delete": lambda: Draft.objects.all().delete(),
    "plain insert": lambda: insert(OutboxRow(topic="x", row_scope={}, run_after="2026-01-01T00:00Z")),
    "plain change": lambda: change(Case, {"year": 2026}, year=1),
    "bulk create": lambda: OutboxRow.objects.bulk_create(
        [OutboxRow(topic="x", row_scope={}, run_after="2026-01-01T00:00Z")]
    ),
    "save": lambda: Message(
        person_id=uuid4(), kind="x", title="x", body="x", sent_at="2026-01-01T00:00Z"
    ).save(),
    "cascade": lambda: Organisation.objects.filter(pk=uuid4()).delete() and Person.objects.all().delete(),
    "in subquery": lambda: list(Node.objects.filter(pk__in=Case.objects.values("node_id"))),
}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_route_to_a_scoped_table_is_refused_without_a_scope(world: World, route: str) -> None:
    assert current() is None
    with pytest.raises(ScopeMissing):
        ROUTES[route]()


def test_refresh_and_foreign_key_access_are_refused_without_a_scope(world: World) -> None:
    case = world.case()
    with unscoped("test"):
        access = CaseAccess.objects.filter(case=case).first()
        assert access
    with pytest.raises(ScopeMissing):
        access.refresh_from_db()
    with pytest.raises(ScopeMissing):
        _ = access.case


def test_async_code_carries_the_scope_and_is_refused_without(world: World) -> None:
    async def count() -> int:
        return await Case.objects.acount()

    with pytest.raises(ScopeMissing):
        asyncio.run(count())


def test_T7_a_scope_ends_with_its_block(world: World) -> None:
    with scope(world.clerk.scope):
        assert current() is not None
    assert current() is None
    if POSTGRESQL:
        with scope(Scope()):
            assert not Case.objects.exists()


@pytest.mark.only_row_security
@pytest.mark.tenancy
def test_T4_the_application_role_without_scope_sees_no_row(world: World) -> None:
    world.delivered(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("qcy_app", False, False)
        for model in scoped_models():
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            assert cursor.fetchone() == (0,), model._meta.db_table


@pytest.mark.only_row_security
def test_row_security_is_forced_on_every_scoped_table(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        forced = {name for (name,) in cursor.fetchall()}
    assert {m._meta.db_table for m in scoped_models()} <= forced


@pytest.mark.only_row_security
def test_a_case_cannot_point_at_an_adoption_of_another_node(world: World) -> None:
    case = world.case()
    with unscoped("test"), pytest.raises(IntegrityError, match="same_node"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(adoption=world.adoption("XX"))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_append_only_triggers_stand_after_migrating(world: World) -> None:
    wanted = {m._meta.db_table for m in append_only_models()}
    query = (
        "SELECT DISTINCT event_object_table FROM information_schema.triggers"
        if POSTGRESQL
        else "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert wanted <= {name for (name,) in cursor.fetchall()}


def test_T5_a_background_job_without_a_scope_fails(world: World) -> None:
    with pytest.raises(ScopeMissing):
        put("case.event", payload={}, now=world.now)


def test_T5_a_handler_sees_only_what_its_row_names(world: World) -> None:
    case = world.case(0)
    seen: list[int] = []
    stranger = world.firm(1)
    with scope(stranger.scope):
        put("probe", payload={"case": str(case.pk)}, now=world.now)

    def probe(payload: Any, now: Any) -> None:
        seen.append(Case.objects.filter(pk=payload["case"]).visible_to(_as(current())).count())

    while (row := lease_next(world.now)) and row.topic != "probe":
        pass
    assert row
    run_once(row, probe, world.now)
    assert seen == [0]


def _as(held: Any) -> Any:
    from qcy.foundation.parties.actor import system_actor

    return system_actor(held)


def test_scoped_foreign_keys_protect(world: World) -> None:
    from django.db.models import PROTECT

    for model in apps.get_models():
        if not model.__module__.startswith("qcy."):
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if getattr(field, "many_to_one", False) and field.concrete and target and is_scoped(target):
                assert field.remote_field.on_delete is PROTECT, f"{model.__name__}.{field.name}"
