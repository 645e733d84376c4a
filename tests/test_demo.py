"""The demo world is a function of seed and day."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from qcy.cli import calendar_from_seeds
from qcy.demo import build_demo, wide
from qcy.demo.build import WINDOW_BEFORE
from qcy.demo.plan import CASES, FIRMS, INSTITUTIONS, REGISTERED, make_cases, make_firms
from qcy.engines.casework.enums import CaseStatus
from qcy.engines.casework.models import Case, CaseEvent
from qcy.engines.catalogue.models import Adoption
from qcy.engines.ratings.models import Complaint, PublicComment
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.database.scope import unscoped
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.models import Organisation
from qcy.kernel import uscc
from tests.world import World

TODAY = date(2026, 7, 8)
PASSING = {  # delivered within a minute
    CaseStatus.DECIDED_GRANTED,
    CaseStatus.DECIDED_REFUSED,
    CaseStatus.ANSWERED,
    CaseStatus.REFERRED,
}


def test_the_plan_is_the_same_for_the_same_seed_and_day() -> None:
    calendar = calendar_from_seeds()
    plans = [make_cases(7, TODAY, calendar, make_firms(7)) for _ in range(2)]
    assert plans[0] == plans[1] != make_cases(8, TODAY, calendar, make_firms(8))


def test_firms_have_valid_codes_in_the_region_nobody_has() -> None:
    firms = make_firms(7)
    assert len({f.code for f in firms}) == FIRMS
    for firm in firms:
        assert uscc.check(firm.code) is None and firm.code[2:8] == "000000" and firm.name.startswith("演示")


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 2, 20), date(2026, 10, 8), date(2027, 3, 1)])
def test_histories_are_ordered_on_any_day(today: date) -> None:
    for case in make_cases(7, today, calendar_from_seeds(), make_firms(7)):
        assert case.submitted >= today - WINDOW_BEFORE, "the matter already takes applications"
        days = [d for d in (case.submitted, case.accepted, case.decided) if d]
        assert days == sorted(days) and days[-1] <= today


@pytest.mark.only_sqlite
def test_two_builds_have_the_same_chains(committed_world: World) -> None:
    heads = []
    for _ in range(2):
        build_demo(seed=7, today=TODAY)
        with unscoped("test"):
            heads.append(list(CaseEvent.objects.order_by("case_id", "seq").values_list("hash", flat=True)))
            statuses = Counter(Case.objects.values_list("status", flat=True))
            assert verify_chains().broken == ""
    assert heads[0] == heads[1]
    assert sum(statuses.values()) == CASES + wide.CASES == 300
    assert set(statuses) == set(CaseStatus) - PASSING, "every state a case can rest in"
    assert statuses[CaseStatus.DELIVERED] >= 15
    with unscoped("test"):
        assert Node.objects.count() == 13
        assert Organisation.objects.filter(kind="firm").count() == REGISTERED
        assert Organisation.objects.filter(kind="service").count() == INSTITUTIONS
        assert Adoption.objects.filter(is_current=True).count() == 13 * 24
        assert Case.objects.values("node").distinct().count() == 13
        assert not Organisation.objects.filter(is_demo=False).exists(), "every invented row is marked"
        assert_the_public_voice_is_told()


def assert_the_public_voice_is_told() -> None:
    """Something of every kind, all of it in the past and all of it marked."""
    written = Complaint.objects.all()
    assert PublicComment.objects.filter(withdrawn_at=None).values("node").distinct().count() == 4
    assert not PublicComment.objects.filter(is_demo=False).exists()
    assert all(c.text.startswith("演示留言：") for c in written)
    assert any(not c.answered_at for c in written) and any(c.kept_private_because for c in written)
    assert PublicComment.objects.exclude(withdrawn_at=None).count() == 1
    for comment in PublicComment.objects.select_related("complaint"):
        told = comment.complaint
        assert told.received_at < told.answered_at < comment.published_at
        assert comment.published_at.date() < TODAY and "13800000" not in comment.text
