from __future__ import annotations

import hashlib
from typing import Any

import pytest

from qcy.engines.catalogue.definition import UNKNOWN, problems_of_definition
from qcy.engines.catalogue.services import complete_fields, publish_adoption, resolve
from qcy.foundation.database.scope import unscoped
from qcy.kernel.chain import canonical_json
from qcy.kernel.refusals import Refused
from tests.world import TODAY, World


def publish(world: World, **overrides: Any) -> Any:
    with unscoped("test"):
        return publish_adoption(
            node=world.node(),
            edition=world.adoption().edition,
            overrides=overrides,
            opens_on=TODAY,
            closes_on=TODAY,
            window_is_demo=True,
            now=world.now,
        )


def test_publishing_freezes_and_hashes_what_a_case_is_pinned_to(world: World) -> None:
    case, before = world.case(), world.adoption()
    publish(world, promised_limit={"unit": "working_day", "value": 9}, steps=[{"name": "审核", "days": 9}])
    after = world.adoption()
    assert (before.definition.promised.count, after.definition.promised.count) == (8, 9)
    assert world.reload(case).adoption.definition.promised.count == 8
    assert before.digest == hashlib.sha256(canonical_json(before.resolved)).hexdigest()


def test_a_node_may_only_say_how_fast_it_is(world: World) -> None:
    with pytest.raises(Refused, match="节点不能改"):
        resolve(world.adoption().edition, {"conditions": []})


def test_steps_longer_than_the_promise_are_not_published(world: World) -> None:
    with pytest.raises(Refused, match="超过承诺时限"):
        publish(world, promised_limit={"unit": "working_day", "value": 5})


def test_every_material_has_its_upload(world: World) -> None:
    resolved = dict(world.adoption().resolved)
    resolved["materials"] = [*resolved["materials"], {"name": "章程", "field": "charter"}]
    assert problems_of_definition(resolved) == ["材料“章程”在表单里没有对应的上传项。"]


def test_every_field_keeps_source_and_confidence_and_unknown_is_said(world: World) -> None:
    definition = world.adoption().definition
    for name in definition.resolved["fields"]:
        field = definition.field(name)
        assert field.confidence in {"SS", "S", "demo", "node", "none"}
        if field.confidence in {"SS", "S"}:
            assert field.source, f"{name} claims a source and names none"
    assert definition.field("basic_code").text == UNKNOWN
    assert definition.legal is None


def test_a_field_outside_the_implementation_list_is_refused() -> None:
    with pytest.raises(Refused, match="清单之外的字段：colour"):
        complete_fields({"colour": {"value": "蓝"}})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"standard_limit": {"unit": "working_day", "value": 7}}, "承诺时限比标准长"),
        ({"follow_up_limit": {"unit": "working_day", "value": 9}}, "容缺材料后补的期限比承诺时限长"),
        ({"correction_limit": {"unit": "month", "value": 1}}, "须以工作日计"),
        ({"correction_limit": {"unit": "working_day", "value": 0}}, "时限没有写对"),
        ({"longest_extension": -1}, "不能是负数"),
        ({"sentences": {"charter": []}}, "常用语写给了表单里没有的 charter"),
    ],
)
def test_C7_limits_that_do_not_add_up_are_not_published(world: World, changes: Any, said: str) -> None:
    resolved = {**world.adoption().resolved, **changes}
    assert said in "".join(problems_of_definition(resolved))


def test_a_matter_is_published_only_where_somebody_can_handle_it(world: World) -> None:
    from qcy.foundation.parties.models import Mandate

    with unscoped("test"):
        Mandate.objects.filter(node__code="FX", role="decider").update(until=TODAY)
    with pytest.raises(Refused, match="还没有审定人"):
        publish(world)
