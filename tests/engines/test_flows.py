"""Every matter of the catalogue from the draft to its result, in the way its flow ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from qcy.engines.casework import services
from qcy.engines.casework.enums import CaseStatus, Outcome
from qcy.engines.casework.models import Case
from qcy.engines.casework.queries import actions_for
from qcy.engines.casework.recording import state_of
from qcy.engines.casework.workflow import ENDING as ENDING_MOVES
from qcy.engines.catalogue.enums import Flow
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.parties.models import Mandate
from tests.engines.test_lint import FILES
from tests.world import FIRMS, World

CODES = [file.stem for file in FILES if file.stem != "tsme"]
ENDING = {
    Flow.DECISION: ("grant_case", {"opinion": ""}, Outcome.GRANTED, "result_granted"),
    Flow.ANSWER: ("answer_case", {"reason": "已经联系，三天内上门。"}, Outcome.ANSWERED, "result_answered"),
    Flow.REFERRAL: (
        "refer_case",
        {"reason": "已转登记机关，凭编号查询。"},
        Outcome.REFERRED,
        "result_referred",
    ),
}


def accepted(world: World, matter: str, number: int = 0) -> Case:
    case = world.reload(world.submit(world.draft_of(matter, number), number))
    if case.organisation_id:
        world.verify(number, world.clerk)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=1, now=world.now)
    return world.reload(case)


@pytest.mark.parametrize("code", CODES)
def test_every_matter_ends_in_the_way_of_its_flow(world: World, code: str) -> None:
    case = accepted(world, code)
    service, words, outcome, kind = ENDING[case.adoption.definition.flow]
    end: Any = getattr(services, service)
    world.do(end, world.decider, case_id=case.pk, version=case.version, now=world.now, **words)
    world.work()
    case = world.reload(case)
    assert (case.status, case.outcome) == (CaseStatus.DELIVERED, outcome)
    with unscoped("test"):
        document = Document.objects.get(case_id=case.pk, kind=kind)
        code_of_letter = document.verification_code
    page = Client().get(f"/verify/{code_of_letter}/").content.decode()
    assert case.adoption.definition.name in page and case.firm_name not in page


def test_what_belongs_to_another_flow_is_refused_with_the_right_way(world: World) -> None:
    case = accepted(world, "policy-advice")
    refusal = world.attempt(
        services.grant_case, world.decider, case_id=case.pk, opinion="", version=case.version, now=world.now
    )
    assert refusal.code == "not_in_flow" and "答复" in refusal.fix


def test_who_accepted_may_answer_but_not_decide(world: World) -> None:
    case = accepted(world, "policy-advice")
    world.do(
        services.answer_case,
        world.clerk,
        case_id=case.pk,
        reason="可以。",
        version=case.version,
        now=world.now,
    )
    assert world.reload(case).outcome == Outcome.ANSWERED


def test_a_person_applies_in_their_own_name(world: World, settings: Any) -> None:
    """No firm, no licence to be seen; other people of the firm do not see it, the desk does."""
    case = accepted(world, "company-setup")
    assert case.organisation_id is None and case.firm_name == FIRMS[0].contact and case.applicant_code == ""
    with unscoped("test"):
        assert {a.kind for a in case.access.all()} == {"handler", "filer"}
    client = Client()
    with unscoped("test"):
        client.force_login(world.person(0), backend=settings.AUTHENTICATION_BACKENDS[0])
    response = client.get(f"/me/cases/{case.pk}/")
    assert response.status_code == 200, (response.status_code, response.headers)
    page = response.content.decode()
    assert FIRMS[0].contact in page


def test_a_second_of_the_same_kind_is_no_problem_where_the_matter_does_not_say_so(world: World) -> None:
    first, second = (world.submit(world.draft_of("policy-advice")) for _ in range(2))
    assert first != second


def test_an_answered_matter_needs_no_decider_at_the_node(world: World) -> None:
    with unscoped("test"):
        Mandate.objects.filter(node__code="FX", role="decider").delete()
    case = accepted(world, "policy-advice")
    world.do(
        services.answer_case,
        world.clerk,
        case_id=case.pk,
        reason="可以。",
        version=case.version,
        now=world.now,
    )
    assert world.reload(case).outcome == Outcome.ANSWERED


def test_the_desk_may_accept_a_person_without_a_licence(world: World, settings: Any) -> None:
    """In the drawer, where the button is: nothing waits for a licence nobody has."""
    case = world.reload(world.submit(world.draft_of("company-setup")))
    client = Client()
    with unscoped("test"):
        staff = Mandate.objects.get(node__code="FX", desk_name="经办人 01").person
        client.force_login(staff, backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get(f"/console/cases/{case.pk}/").content.decode()
    assert "身份还没有核验" not in page and "待核验" not in page


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("redemption", {"grant", "refuse"}),
        ("policy-advice", {"answer"}),
        ("company-change", {"refer", "answer"}),
    ],
)
def test_the_drawer_offers_only_the_endings_of_the_flow(world: World, code: str, offered: set[str]) -> None:
    case = accepted(world, code)
    with unscoped("test"):
        actions = actions_for(world.decider, case, state_of(case), verified=True, gathered=0)
    assert set(actions) & ENDING_MOVES == offered
