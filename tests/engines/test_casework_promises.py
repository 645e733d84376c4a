"""C1-C14 at the service: what a case promises, on a real database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from qcy.engines.casework import services
from qcy.engines.casework.enums import CaseStatus, EventType, Outcome
from qcy.engines.casework.models import Case, CaseEvent, CaseRecord
from qcy.engines.casework.recording import CACHED, state_of
from qcy.engines.catalogue.models import Edition
from qcy.foundation.database.scope import scope, unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.documents.queries import find_by_code
from tests.world import World, watched_tables


def test_C1_a_case_is_the_fold_of_its_events(world: World) -> None:
    case = world.delivered()
    with unscoped("test"):
        state = state_of(case)
    assert {name: getattr(case, name) for name in CACHED} == {name: getattr(state, name) for name in CACHED}


def test_C2_events_are_numbered_without_gap_and_version_counts_them(world: World) -> None:
    case = world.delivered()
    with unscoped("test"):
        numbers = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, case.version + 1))


def test_C2_no_event_can_be_changed_or_deleted(world: World) -> None:
    case = world.case()
    with unscoped("test"):
        for change in (lambda e: e.update(type="granted"), lambda e: e.delete()):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change(CaseEvent.objects.filter(case=case))


def test_C3_an_edition_never_changes_and_a_case_keeps_its_own(world: World) -> None:
    case = world.case()
    before = case.adoption.resolved
    with unscoped("test"), pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Edition.objects.update(version=9)
    assert world.reload(case).adoption.resolved == before


def test_C3_every_stage_is_in_the_workflow(world: World) -> None:
    assert world.delivered().status in CaseStatus.values


def test_C6_one_decision_in_force_and_one_valid_result(world: World) -> None:
    case = world.delivered()
    refusal = world.attempt(
        services.refuse_case,
        world.desk("审定人 02"),
        case_id=case.pk,
        reason="再看一次",
        version=case.version,
        now=world.now,
    )
    assert refusal.code == "closed"
    with unscoped("test"):
        results = Document.objects.filter(case_id=case.pk, kind__startswith="result")
        assert results.count() == 1
        twin = results.get()
        twin.pk, twin.number, twin.kind = None, "另一份", "result_refused"
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)


def test_C9_replaying_a_command_adds_no_event(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=1, now=world.now)
    assert world.reload(case).version == case.version


def test_C9_a_replayed_refusal_leaves_no_second_text(world: World) -> None:
    case = world.decided(granted=False)
    with unscoped("test"):
        before = CaseRecord.objects.count()
    world.do(
        services.refuse_case,
        world.decider,
        case_id=case.pk,
        reason="研发投入不符合第六条",
        version=2,
        now=world.now,
    )
    with unscoped("test"):
        assert CaseRecord.objects.count() == before


REFUSED: list[tuple[str, Any, Any, dict[str, Any]]] = [
    ("licence_first", services.accept_case, "clerk", {"version": 1}),
    ("needs_clerk", services.accept_case, "decider", {"version": 1}),
    ("needs_reason", services.refuse_intake, "clerk", {"reason": "  ", "version": 1}),
    ("reason_too_long", services.refuse_intake, "clerk", {"reason": "长" * 1001, "version": 1}),
    ("stale", services.accept_case, "clerk", {"version": 7}),
    ("not_accepted_yet", services.grant_case, "decider", {"opinion": "", "version": 1}),
    ("not_accepted_yet", services.deliver_case, "clerk", {}),
]


@pytest.mark.parametrize(("code", "service", "who", "details"), REFUSED)
def test_C10_a_refusal_leaves_every_table_as_it_was(
    world: World, code: str, service: Any, who: str, details: dict[str, Any]
) -> None:
    case = world.case()
    actor = getattr(world, who)
    with watched_tables() as rows:
        before = rows()
        assert world.attempt(service, actor, case_id=case.pk, now=world.now, **details).code == code
        assert rows() == before


def test_C11_a_clerk_of_another_node_has_no_right_here(world: World) -> None:
    case = world.case(verified=True)
    with pytest.raises(Case.DoesNotExist):
        world.do(services.accept_case, world.hub_clerk, case_id=case.pk, version=1, now=world.now)


def test_C11_a_mandate_counts_only_between_its_days(world: World) -> None:
    from datetime import timedelta

    from qcy.foundation.parties.actor import actor_for
    from qcy.foundation.parties.models import Mandate, Person
    from tests.world import TODAY

    clerk = world.clerk
    with unscoped("test"):
        Mandate.objects.filter(person_id=clerk.person_id).update(until=TODAY - timedelta(days=1))
        gone = actor_for(Person.objects.get(pk=clerk.person_id), TODAY)
    assert not gone.mandates and not gone.scope.nodes


def test_C11_only_the_applicant_withdraws(world: World) -> None:
    case = world.case()
    assert (
        world.attempt(services.withdraw_case, world.clerk, case_id=case.pk, version=1, now=world.now).code
        == "needs_applicant"
    )
    world.do(services.withdraw_case, world.firm(), case_id=case.pk, version=1, now=world.now)
    assert world.reload(case).status == CaseStatus.WITHDRAWN


def test_C12_the_clerk_who_accepted_cannot_decide(world: World) -> None:
    from qcy.foundation.parties.enums import Role
    from qcy.foundation.parties.models import Mandate

    clerk = world.clerk
    with unscoped("test"):
        Mandate(
            person_id=clerk.person_id,
            node=world.node(),
            role=Role.DECIDER,
            desk_name="经办人 01",
            since=world.now.date(),
        ).save()
    both = world.clerk
    case = world.case(accepted_by=both)
    refusal = world.attempt(services.grant_case, both, case_id=case.pk, opinion="", version=2, now=world.now)
    assert refusal.code == "same_person"
    assert world.reload(case).version == case.version


def test_C12_a_second_person_decides_and_the_result_is_delivered(world: World) -> None:
    case = world.delivered()
    assert (case.status, case.outcome) == (CaseStatus.DELIVERED, Outcome.GRANTED)
    with unscoped("test"):
        types = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("type", flat=True))
    assert types == [EventType.SUBMITTED, EventType.ACCEPTED, EventType.GRANTED, EventType.DELIVERED]


def test_C12_a_refusal_carries_its_reason_into_the_letter(world: World) -> None:
    case = world.delivered(granted=False)
    with unscoped("test"):
        letter = Document.objects.get(case_id=case.pk, kind="result_refused")
    assert (case.outcome, letter.content["reason"]) == (Outcome.REFUSED, "研发投入不符合第六条")


def test_C14_a_code_resolves_to_its_one_result_and_a_mistyped_one_to_none(world: World) -> None:
    case = world.delivered()
    with unscoped("test"):
        result = Document.objects.get(case_id=case.pk, kind="result_granted")
        letter = Document.objects.get(case_id=case.pk, kind="acceptance")
    code = result.verification_code
    wrong = code[:5] + ("2" if code[5] != "2" else "3") + code[6:]
    assert find_by_code(code.lower()) == result
    assert find_by_code(wrong) is None
    assert find_by_code(letter.verification_code) == letter


def test_the_manager_assigns_and_a_clerk_takes(world: World) -> None:
    case = world.case()
    clerk, clerk2 = world.clerk, world.clerk2
    assert (
        world.attempt(
            services.assign_case, clerk, case_id=case.pk, person_id=clerk2.person_id, version=1, now=world.now
        ).code
        == "may_not_assign"
    )
    world.do(
        services.assign_case,
        world.manager,
        case_id=case.pk,
        person_id=clerk2.person_id,
        version=1,
        now=world.now,
    )
    world.do(
        services.assign_case, clerk, case_id=case.pk, person_id=clerk.person_id, version=2, now=world.now
    )
    assert world.reload(case).assignee_id == clerk.person_id
    refusal = world.attempt(
        services.assign_case,
        world.decider,
        case_id=case.pk,
        person_id=world.decider.person_id,
        version=3,
        now=world.now,
    )
    assert refusal.code == "cannot_take"


def test_one_firm_files_once_a_year_but_again_after_a_withdrawal(world: World) -> None:
    from qcy.engines.casework.filing import draft_fingerprint, submit_case

    case = world.case()
    again = world.draft()
    actor = world.firm()
    details = {"draft_id": again.pk, "seen": draft_fingerprint(again), "now": world.now}
    assert world.attempt(submit_case, actor, **details).code == "one_per_year"
    world.do(services.withdraw_case, actor, case_id=case.pk, version=1, now=world.now)
    with scope(actor.scope):
        assert submit_case(actor=actor, **details) != case.pk


def test_a_firm_sent_to_another_node_is_checked_and_accepted_there(world: World) -> None:
    first = world.case(0)
    reason = "请到总窗口申请"
    world.do(services.refuse_intake, world.clerk, case_id=first.pk, reason=reason, version=1, now=world.now)
    second = world.case(0, node="XX")
    world.verify(0, world.hub_clerk)
    world.do(services.accept_case, world.hub_clerk, case_id=second.pk, version=1, now=world.now)
    assert world.reload(second).status == CaseStatus.ACCEPTED
