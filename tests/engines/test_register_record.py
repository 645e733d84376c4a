"""What is known of a firm: who sees it, when titles end, and two records of one firm that become one and apart."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qcy.engines.casework.enums import EventType
from qcy.engines.casework.handlers import note_timeline
from qcy.engines.register.access import open_record
from qcy.engines.register.enums import Grade
from qcy.engines.register.merging import merge_organisations, plan_merge, undo_merge
from qcy.engines.register.models import Fact, Merge, TimelineEntry, Title
from qcy.engines.register.queries import record_of
from qcy.engines.register.reminders import ask_reminding, rung_of
from qcy.engines.register.services import cancel_title, grant_title, record_fact
from qcy.engines.register.timeline import Entry, tell
from qcy.foundation.audit.models import AccessLog, AuditEvent
from qcy.foundation.database.scope import Scope, scope, unscoped
from qcy.foundation.messages.models import Message
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Organisation
from qcy.kernel.refusals import Refused
from tests.cast import browser, session_of
from tests.engines.tables import firms
from tests.world import FIRMS, NOW, TODAY, World

HUB = "XX"


def hub_manager(world: World) -> Actor:
    return world.desk("总窗口负责人")


def record(world: World, firm: Organisation, value: Any = "100", **more: Any) -> Fact:
    details = {"name": "revenue", "fiscal_year": 2025, "source": "年报", "as_of": TODAY, "grade": Grade.B}
    who = {"node_id": world.node().pk, "organisation_id": firm.pk, "now": world.now}
    return world.do(record_fact, world.manager, value=value, **who, **details | more)


def grant(world: World, firm: Organisation, **more: Any) -> Title:
    details = {"kind": "hnte", "number": "GR1", "granted_on": date(2024, 1, 1), "valid_to": None}
    details |= {"source": "认定名单", "grade": Grade.A}
    who = {"node_id": world.node().pk, "organisation_id": firm.pk, "now": world.now}
    return world.do(grant_title, world.manager, **who, **details | more)


def merge(world: World, kept: Organisation, merged: Organisation) -> Merge:
    who = {"kept_id": kept.pk, "merged_id": merged.pk, "reason": "换照后旧代码停用", "now": world.now}
    return world.do(merge_organisations, hub_manager(world), node=world.node(HUB), **who)


def rows_of_register() -> list[Any]:
    with unscoped("test"):
        return [sorted(map(str, m.objects.values_list())) for m in (Fact, Title, TimelineEntry)]


def firm_of(number: int = 0) -> Organisation:
    with unscoped("test"):
        return Organisation.objects.get(code=FIRMS[number].code)


# ---------------------------------------------------------------- single facts
def test_a_new_value_supersedes_and_the_old_one_can_still_be_told(world: World) -> None:
    [firm] = firms([1])
    first, second = record(world, firm, "１００"), record(world, firm, 120)
    assert record(world, firm, "120.00").pk == second.pk
    with unscoped("test"):
        first.refresh_from_db()
        assert (first.is_current, second.value) == (False, "120")
        assert AuditEvent.objects.filter(type="fact.recorded").count() == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "nonsense"}, "unknown_fact"),
        ({"name": "loan_principal", "fiscal_year": None}, "unknown_fact"),
        ({"fiscal_year": None}, "year_missing"),
        ({"name": "ip1"}, "year_given"),
        ({"value": -1}, "negative"),
        ({"as_of": TODAY - timedelta(days=30)}, "newer_known"),
    ],
)
def test_what_does_not_fit_the_dictionary_is_refused(world: World, more: Any, code: str) -> None:
    [firm] = firms([1])
    record(world, firm)
    with pytest.raises(Refused) as refused:
        record(world, firm, **more)
    assert refused.value.refusal.code == code


def test_a_clerk_records_no_facts(world: World) -> None:
    [firm] = firms([1])
    details = {"name": "revenue", "fiscal_year": 2025, "value": 1, "source": "x", "as_of": TODAY}
    who = {"node_id": world.node().pk, "organisation_id": firm.pk, "grade": Grade.B, "now": NOW}
    assert world.attempt(record_fact, world.clerk, **details, **who).code == "needs_manager"


# ---------------------------------------------------------------- who sees
def test_owners_see_their_record_and_agents_and_others_do_not(world: World) -> None:
    case = world.case(verified=True)
    record(world, firm_of())
    seen = {"now": NOW, "today": TODAY}
    with scope((owner := world.firm()).scope):
        found = record_of(owner, case.organisation_id, **seen)
        assert found.themes[0].of_year[0].values[0].text == "100.00"
    other = world.firm(1)
    with scope(other.scope), pytest.raises(Refused) as refused:
        record_of(other, case.organisation_id, **seen)
    assert refused.value.refusal.code == "owners_only"


def test_staff_see_facts_of_firms_with_a_case_at_their_node(world: World) -> None:
    firm = world.case(verified=True).organisation
    record(world, firm, 7777)
    assert "7,777.00" in page(world.clerk, firm)
    closed = page(world.hub_clerk, firm)
    assert "7,777.00" not in closed and "写明用途后查看" in closed


def test_without_a_case_a_reason_opens_the_record_for_the_day_and_stays_on_record(world: World) -> None:
    [firm] = firms([1])
    record(world, firm, 7777)
    who = {"organisation_id": firm.pk, "node_id": world.node(HUB).pk, "now": NOW}
    assert world.attempt(open_record, world.hub_clerk, reason="看", **who).code == "why_missing"
    world.do(open_record, world.hub_clerk, reason="核对培育库企业", **who)
    assert "7,777.00" in page(world.hub_clerk, firm)
    assert "7,777.00" not in page(hub_manager(world), firm)  # whoever asked, nobody else
    with scope((clerk := world.hub_clerk).scope), pytest.raises(Refused):
        record_of(clerk, firm.pk, now=NOW + timedelta(days=1), today=TODAY + timedelta(days=1))
    with unscoped("test"):
        assert AccessLog.objects.get(subject_id=firm.pk).reason == "核对培育库企业"
        assert AuditEvent.objects.filter(type="register.opened").count() == 1


def test_the_timeline_of_a_node_is_silent_about_cases_of_other_nodes(world: World) -> None:
    case = world.case(verified=True)
    world.work()
    assert case.number in page(world.clerk, case.organisation)
    who = {"organisation_id": case.organisation_id, "node_id": world.node(HUB).pk, "now": NOW}
    world.do(open_record, world.hub_clerk, reason="核对培育库企业", **who)
    assert case.number not in page(world.hub_clerk, case.organisation)


def page(actor: Actor, firm: Organisation) -> str:
    return str(browser(session_of(actor)).get(f"/console/firms/{firm.pk}/").text)


# ---------------------------------------------------------------- timeline
def test_a_case_is_told_once_for_each_step(world: World) -> None:
    case = world.delivered()
    with unscoped("test"):
        told = list(TimelineEntry.objects.filter(kind="case").order_by("at").values_list("text", flat=True))
    assert [text.split("，")[0].split()[-1] for text in told] == ["提交", "受理", "审定通过", "办结"]
    with scope(Scope(nodes=frozenset({case.node_id}))):
        note_timeline({"case": str(case.pk), "type": EventType.SUBMITTED.value, "seq": 1}, NOW)
    with unscoped("test"):
        assert TimelineEntry.objects.filter(kind="case").count() == 4


# ---------------------------------------------------------------- titles and reminders
def reminded(world: World) -> list[str]:
    with scope(Scope()):
        ask_reminding({}, world.now)
    world.work()
    with unscoped("test"):
        return list(Message.objects.filter(kind="title").order_by("sent_at").values_list("title", flat=True))


def test_each_owner_is_reminded_once_for_each_rung(world: World) -> None:
    firm = world.case(verified=True).organisation
    title = grant(world, firm, valid_to=TODAY + timedelta(days=91))
    assert reminded(world) == []
    for days, count in ((1, 1), (20, 1), (61, 2), (84, 3), (90, 3), (91, 3), (92, 3)):
        world.now = NOW + timedelta(days=days)
        assert len(reminded(world)) == count and len(reminded(world)) == count, days
    assert reminded(world)[0] == "高新技术企业还有 90 天到期"
    assert rung_of(title, TODAY) is None


def test_whoever_starts_late_is_reminded_of_the_nearest_rung_only(world: World) -> None:
    firm = world.case(verified=True).organisation
    grant(world, firm, valid_to=TODAY + timedelta(days=5))
    assert reminded(world) == ["高新技术企业还有 5 天到期"]


def test_nobody_is_reminded_of_a_title_that_was_cancelled_or_renewed(world: World) -> None:
    firm = world.case(verified=True).organisation
    old = grant(world, firm, valid_to=TODAY + timedelta(days=30))
    grant(world, firm, granted_on=TODAY, number="GR2")
    srdi = grant(world, firm, kind="srdi", valid_to=TODAY + timedelta(days=30))
    details = {"node_id": world.node().pk, "now": world.now}
    world.do(cancel_title, world.manager, title_id=srdi.pk, **details)
    assert reminded(world) == [] and old.valid_to == TODAY + timedelta(days=30)
    assert world.attempt(cancel_title, world.manager, title_id=srdi.pk, **details).code == "already_cancelled"


def test_a_title_is_granted_once_a_day(world: World) -> None:
    [firm] = firms([1])
    assert grant(world, firm).valid_to == date(2026, 12, 31)
    with pytest.raises(Refused) as refused:
        grant(world, firm)
    assert refused.value.refusal.code == "title_twice"


# ---------------------------------------------------------------- merging
facts_of_firm = st.lists(
    st.tuples(
        st.sampled_from([("revenue", 2025), ("revenue", 2024), ("rd", 2025), ("ip1", None)]),
        st.integers(0, 3),  # value
        st.integers(0, 2),  # days ago
    ),
    max_size=5,
)
titles_of_firm = st.sets(st.tuples(st.sampled_from(["hnte", "srdi"]), st.integers(0, 2)), max_size=4)


def fill(firm: Organisation, facts: Any, titles: Any) -> None:
    for n, ((name, year), value, days) in enumerate(facts):
        held = Fact.objects.filter(organisation=firm, name=name, fiscal_year=year, is_current=True)
        held.update(is_current=False)
        day = TODAY - timedelta(days=days)
        Fact.objects.create(
            organisation=firm, name=name, fiscal_year=year, value=str(value), source="年报", as_of=day,
            grade="B", recorded_at=NOW + timedelta(seconds=n),
        )  # fmt: skip
    for kind, days in titles:
        Title.objects.create(
            organisation=firm, kind=kind, granted_on=TODAY - timedelta(days=days), source="名单", grade="A",
            recorded_at=NOW,
        )  # fmt: skip
        tell([Entry(firm.pk, "title", TODAY, f"{kind}{days}", firm.pk, NOW)])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.tuples(facts_of_firm, facts_of_firm), titles=st.tuples(titles_of_firm, titles_of_firm))
def test_a_merge_that_is_undone_leaves_no_trace(world: World, facts: Any, titles: Any) -> None:
    with transaction.atomic():
        kept, merged = firms([1, 2])
        with unscoped("test"):
            for firm, some, recognitions in zip((kept, merged), facts, titles):
                fill(firm, some, recognitions)
        before = rows_of_register()
        done = merge(world, kept, merged)
        one_value_each(kept)
        world.do(undo_merge, hub_manager(world), merge_id=done.pk, now=NOW)
        assert rows_of_register() == before
        transaction.set_rollback(True)


def one_value_each(kept: Organisation) -> None:
    with unscoped("test"):
        current = Fact.objects.filter(organisation=kept, is_current=True)
        keys = list(current.values_list("name", "fiscal_year"))
        assert len(keys) == len(set(keys))
        assert {f.value for f in current} or not Fact.objects.filter(organisation=kept).exists()


def test_the_later_statement_stays_in_force(world: World) -> None:
    kept, merged = firms([1, 2])
    record(world, kept, 100, as_of=TODAY - timedelta(days=5))
    record(world, merged, 200)
    record(world, kept, 1, name="rd", as_of=TODAY)
    record(world, merged, 2, name="rd", as_of=TODAY)
    with scope((actor := hub_manager(world)).scope):
        plan = plan_merge(actor=actor, node=world.node(HUB), kept=kept, merged=merged)
    assert (plan.facts, plan.gives_way) == (2, 2)
    merge(world, kept, merged)
    with unscoped("test"):
        held = dict(Fact.objects.filter(organisation=kept, is_current=True).values_list("name", "value"))
    assert held == {"revenue": "200", "rd": "1"}


def test_what_was_recorded_after_a_merge_stays_with_the_kept_record(world: World) -> None:
    kept, merged = firms([1, 2])
    record(world, merged, 200)
    done = merge(world, kept, merged)
    record(world, merged, 300)  # the old code leads to the kept record
    world.do(undo_merge, hub_manager(world), merge_id=done.pk, now=NOW)
    with unscoped("test"):
        held = Fact.objects.filter(is_current=True).values_list("organisation_id", "value")
        assert set(held) == {(kept.pk, "300"), (merged.pk, "200")}


def test_merges_are_the_hubs_and_are_undone_in_order(world: World) -> None:
    one, two, three = firms([1, 2, 3])
    who = {"kept_id": one.pk, "merged_id": two.pk, "reason": "换照后旧代码停用", "now": NOW}
    for actor, node in ((world.manager, "FX"), (world.manager, HUB), (world.hub_clerk, HUB)):
        refusal = world.attempt(merge_organisations, actor, node=world.node(node), **who)
        assert refusal.code == "needs_manager"
    first = merge(world, one, two)
    with pytest.raises(Refused) as refused:
        merge(world, three, two)
    assert refused.value.refusal.code == "merged_already"
    second = merge(world, three, one)
    undo = {"now": NOW}
    assert world.attempt(undo_merge, hub_manager(world), merge_id=first.pk, **undo).code == "later_merge"
    world.do(undo_merge, hub_manager(world), merge_id=second.pk, **undo)
    world.do(undo_merge, hub_manager(world), merge_id=first.pk, **undo)
    assert world.attempt(undo_merge, hub_manager(world), merge_id=first.pk, **undo).code == "undone"


def test_a_merged_code_leads_to_the_kept_record_where_its_cases_are_listed(world: World) -> None:
    case = world.case(verified=True)
    [kept] = firms([1])
    done = merge(world, kept, case.organisation)
    client: Client = browser(session_of(world.clerk))
    answer = client.get(f"/console/firms/?code={case.organisation.code}", follow=True)
    assert answer.redirect_chain[-1][0] == f"/console/firms/{kept.pk}/"
    assert case.number in answer.text and "的档案已并入这家企业" in answer.text
    assert "撤销合并" not in answer.text
    hub = browser(session_of(hub_manager(world)))
    assert "撤销合并" in hub.get(f"/console/firms/{kept.pk}/").text
    hub.post(f"/console/firms/merges/{done.pk}/undo/")
    assert client.get(f"/console/firms/{case.organisation_id}/").status_code == 200
