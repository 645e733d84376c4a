from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from qcy.engines.catalogue.definition import UNKNOWN
from qcy.engines.catalogue.editions import follow_editions, withdraw_edition
from qcy.engines.catalogue.models import Adoption, AdoptionMode
from qcy.engines.catalogue.services import load_matter, publish_adoption, resolve
from qcy.engines.catalogue.windows import ALWAYS, Window, window_of
from qcy.foundation.database.scope import unscoped
from qcy.kernel.chain import canonical_json
from qcy.kernel.refusals import Refused
from tests.engines.test_lint import matter
from tests.world import TODAY, World


def publish(world: World, **overrides: Any) -> Any:
    with unscoped("test"):
        return publish_adoption(
            node=world.node(),
            edition=world.adoption().edition,
            overrides=overrides,
            window=Window(TODAY, TODAY, is_demo=True),
            now=world.now,
        )


def test_publishing_freezes_and_hashes_what_a_case_is_pinned_to(world: World) -> None:
    case, before = world.case(), world.adoption()
    publish(world, promised_limit={"unit": "working_day", "value": 9}, steps=[{"name": "审核", "days": 9}])
    after = world.adoption()
    assert (before.definition.promised.count, after.definition.promised.count) == (8, 9)
    assert world.reload(case).adoption.definition.promised.count == 8
    assert before.digest == hashlib.sha256(canonical_json(before.resolved)).hexdigest()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"conditions": []}, "节点不能改"),
        ({"fields": {"basis": "别的文件"}}, "节点不能改：basis"),
        ({"promised_limit": {"unit": "working_day", "value": 11}}, "承诺时限比标准长"),
        ({"promised_limit": {"unit": "month", "value": 1}}, "承诺时限比标准长"),
        ({"fields": {"visits": 1}}, "到现场次数比标准多"),
        ({"fields": {"fee": "每件 100 元"}}, "收费不能由节点增加"),
    ],
)
def test_a_node_may_only_be_faster_and_kinder_than_the_standard(
    world: World, overrides: Any, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        resolve(world.adoption().edition, overrides)


def test_what_a_node_adds_says_that_the_node_said_it(world: World) -> None:
    own = {
        "fields": {"appointment_hours": "工作日 9:00–17:00"},
        "questions": [{"q": "在几楼？", "a": "三楼。"}],
    }
    definition = publish(world, **own, steps=[{"name": "审核", "days": 8}]).definition
    assert definition.field("appointment_hours").confidence == "node"
    assert [q["q"] for q in definition.resolved["questions"]][-1] == "在几楼？"


def test_steps_longer_than_the_promise_are_not_published(world: World) -> None:
    with pytest.raises(Refused, match="超过承诺时限"):
        publish(world, promised_limit={"unit": "working_day", "value": 5})


def test_every_field_keeps_source_and_confidence_and_unknown_is_said(world: World) -> None:
    with unscoped("test"):
        offered = list(Adoption.objects.filter(node__code="FX", is_current=True))
    assert len(offered) == 24
    for adoption in offered:
        for name in adoption.definition.resolved["fields"]:
            field = adoption.definition.field(name)
            assert field.confidence in {"T", "SS", "S", "demo", "node", "none"}
            if field.confidence in {"T", "SS", "S"}:
                assert field.source, f"{name} claims a source and names none"
    definition = world.adoption().definition
    assert definition.field("basic_code").text == UNKNOWN
    assert definition.legal is None


def test_a_matter_is_published_only_where_somebody_can_handle_it(world: World) -> None:
    from qcy.foundation.parties.models import Mandate

    with unscoped("test"):
        Mandate.objects.filter(node__code="FX", role="decider").update(until=TODAY)
    with pytest.raises(Refused, match="还没有审定人"):
        publish(world)
    with unscoped("test"):  # nobody decides there: a matter that is answered needs no decider
        answered = world.adoption(matter="policy-advice")
        publish_adoption(node=world.node(), edition=answered.edition, overrides={}, now=world.now)


def edition_two(world: World, **changes: Any) -> Any:
    with unscoped("test"):
        document = matter("policy-advice")
        document["edition"] |= {"version": 2, "effective_from": "2026-07-01", "title": "新版", **changes}
        return load_matter(document, now=world.now)


def follow(world: World) -> None:
    with unscoped("test"):
        follow_editions({}, world.now)


def test_who_follows_goes_over_and_who_is_pinned_stays(world: World) -> None:
    with unscoped("test"):
        Adoption.objects.filter(node__code="XX", item__code="policy-advice", is_current=True).update(
            mode=AdoptionMode.PINNED
        )
    edition_two(world)
    follow(world)
    assert world.adoption("FX", "policy-advice").edition.version == 2
    assert world.adoption("XX", "policy-advice").edition.version == 1


def test_an_edition_of_tomorrow_waits_and_so_does_its_name(world: World) -> None:
    with unscoped("test"):
        document = matter("policy-advice")
        document["item"]["name"] = "政策问答"
        document["edition"] |= {"version": 2, "effective_from": "2026-07-09"}
        load_matter(document, now=world.now)
    follow(world)
    today = world.adoption("FX", "policy-advice")
    assert (today.edition.version, today.item.name) == (1, "政策咨询")
    world.now += timedelta(days=1)
    follow(world)
    tomorrow = world.adoption("FX", "policy-advice")
    assert (tomorrow.edition.version, tomorrow.item.name) == (2, "政策问答")


def test_a_node_whose_own_promise_no_longer_fits_stays_behind(world: World) -> None:
    with unscoped("test"):
        limit = {"unit": "working_day", "value": 3}
        publish_adoption(
            node=world.node(),
            edition=world.adoption(matter="policy-advice").edition,
            overrides={"promised_limit": limit},
            now=world.now,
        )
    edition_two(
        world,
        standard_limit={"unit": "working_day", "value": 2},
        steps=[{"name": "答复", "days": 2}],
    )
    follow(world)
    assert world.adoption("FX", "policy-advice").edition.version == 1
    assert world.adoption("XX", "policy-advice").edition.version == 2


def test_C3_a_withdrawn_edition_leaves_the_open_draft_and_the_open_case(world: World) -> None:
    case, draft = world.case(), world.draft(1)
    with unscoped("test"):
        withdraw_edition(world.adoption().edition, reason="条文有误。", now=world.now)
    assert not Adoption.objects.filter(node__code="FX", item__code="tsme", is_current=True).exists()
    with pytest.raises(Refused, match="现在不受理这个事项.*不会删除"):
        world.submit(draft, 1)
    assert world.reload(case).adoption.definition.promised.count == 8
    with pytest.raises(Refused, match="已经撤回：条文有误"):
        resolve(case.adoption.edition, {})


def test_after_a_withdrawal_nodes_go_back_to_the_edition_before(world: World) -> None:
    second = edition_two(world)
    follow(world)
    with unscoped("test"):
        withdraw_edition(second, reason="条文有误。", now=world.now)
    assert world.adoption("FX", "policy-advice").edition.version == 1


def test_the_yearly_window_is_this_years_until_it_is_over() -> None:
    from datetime import date

    stated = {"window": {"opens": "06-01", "closes": "08-31"}}
    assert window_of(stated, date(2026, 8, 31)) == Window(date(2026, 6, 1), date(2026, 8, 31))
    assert window_of(stated, date(2026, 9, 1)) == Window(date(2027, 6, 1), date(2027, 8, 31))
    assert window_of({}, date(2026, 9, 1)) == ALWAYS
