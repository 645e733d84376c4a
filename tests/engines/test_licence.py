"""One licence, several nodes: whoever handles a case may look at the licence, and once is enough."""

from __future__ import annotations

from typing import Any

import pytest

from qcy.engines.casework import services
from qcy.engines.casework.licence import applicant_is_verified, check_licence, claim_of
from qcy.engines.casework.models import Case
from qcy.foundation.database.scope import scope
from tests.world import FIRMS, World


@pytest.fixture
def two_cases(world: World) -> tuple[Case, Case]:
    """The same founder files at a node, then at the hub: the membership was put before the hub last."""
    here = world.reload(world.submit(world.draft_of("policy-advice", node="FX")))
    there = world.reload(world.submit(world.draft_of("policy-advice", node="XX")))
    return here, there


def check(world: World, case: Case, clerk: Any) -> Any:
    details = {"case_id": case.pk, "name": FIRMS[0].name, "now": world.now}
    return world.do(check_licence, clerk, **details)


@pytest.mark.tenancy
@pytest.mark.parametrize("first", ["FX", "XX"])
def test_every_node_with_a_case_may_check_and_the_other_need_not(
    world: World, two_cases: tuple[Case, Case], first: str
) -> None:
    here, there = two_cases
    checker, case = (world.clerk, here) if first == "FX" else (world.hub_clerk, there)
    with scope(checker.scope):
        assert claim_of(case) is not None and not applicant_is_verified(case)
    check(world, case, checker)
    for clerk, mine in ((world.clerk, here), (world.hub_clerk, there)):
        world.do(services.accept_case, clerk, case_id=mine.pk, version=1, now=world.now)
        assert world.reload(mine).accepted_on


@pytest.mark.tenancy
def test_who_has_no_case_of_the_firm_has_no_licence_to_check(
    world: World, two_cases: tuple[Case, Case]
) -> None:
    here, _there = two_cases
    with pytest.raises(Case.DoesNotExist):
        check(world, here, world.hub_clerk)
    refusal = world.attempt(check_licence, world.decider, case_id=here.pk, name=FIRMS[0].name, now=world.now)
    assert refusal.code == "not_your_role"
