"""A node from one file: everything or nothing, inheriting the standard and adding its own."""

from __future__ import annotations

from typing import Any

import pytest

from qcy.engines.catalogue.models import Adoption, AdoptionMode, Item
from qcy.engines.catalogue.node_files import load_whole_node
from qcy.foundation.database.scope import unscoped
from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.services import switch_off
from qcy.kernel.refusals import Refused
from tests.engines.test_lint import matter
from tests.world import World


def own_matter() -> dict[str, Any]:
    document = matter("space-request")
    document["item"] |= {"code": "sea-pier", "name": "演示特色事项", "aliases": ["码头"]}
    document["form"]["code"] = "sea-pier"
    return document


def node_file(**changes: Any) -> dict[str, Any]:
    return {
        "code": "DM",
        "slug": "demo-port",
        "name": "演示新港",
        "short_name": "演示新港",
        "kind": "district",
        "parent": "XX",
        "skin": {"lead": "演示新港的企业在这里办事。", "emblem": "港", "hero": "indigo"},
        "coverage": [{"description": "演示新港", "named": ["新港"], "region_code": ""}],
        "service_points": [{"name": "演示新港服务点"}],
        "desks": [
            {"role": "clerk", "desk_name": "经办人 01", "email": "clerk@port.invalid"},
            {"role": "decider", "desk_name": "审定人 01", "email": "decider@port.invalid"},
            {"role": "node_manager", "desk_name": "负责人", "email": "manager@port.invalid"},
        ],
        "matters": {
            "standard": "all",
            "mode": "following",
            "overrides": {"tsme": {"promised_limit": {"unit": "working_day", "value": 8}}},
            "own": [own_matter()],
        },
        **changes,
    }


def load(world: World, document: dict[str, Any]) -> Any:
    with unscoped("test"):
        return load_whole_node(document, now=world.now)


def test_a_node_inherits_the_standard_and_adds_its_own(world: World) -> None:
    loaded = load(world, node_file())
    with unscoped("test"):
        offered = Adoption.objects.filter(node=loaded.node, is_current=True)
        assert loaded.offered == offered.count() == 25
        assert set(offered.values_list("mode", flat=True)) == {AdoptionMode.FOLLOWING}
        assert world.adoption("DM").definition.promised.count == 8
        assert Item.objects.get(code="sea-pier").owner == loaded.node
        assert not Adoption.objects.filter(node__code="FX", item__code="sea-pier").exists()
    assert len(loaded.passwords) == 3 and all(len(p) >= 10 for p in loaded.passwords.values())


def test_the_same_file_again_changes_nothing_and_shows_no_password_again(world: World) -> None:
    load(world, node_file())
    with unscoped("test"):
        before = set(Adoption.objects.values_list("pk", flat=True))
        again = load(world, node_file())
        assert set(Adoption.objects.values_list("pk", flat=True)) == before
    assert again.passwords == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"desks": []}, "还没有经办人"),
        ({"matters": {"standard": ["nothing"]}}, "标准目录里没有这些事项：nothing"),
        ({"matters": {"standard": "all", "overrides": {"nothing": {}}}}, "overrides 里写了本节点没有的事项"),
        ({"slug": "fengxi"}, "已经是沣西新城的"),
        ({"skin": {"hero": "pink"}}, "skin.hero 写的是 pink"),
        ({"parent": "DM"}, "还没有载入"),
        ({"desks": [{"role": "king", "desk_name": "王", "email": "k@port.invalid"}]}, "role 写的是 king"),
        ({"matters": {"standard": [], "own": [matter("tsme")]}}, "已经用在标准目录里"),
    ],
)
def test_a_faulty_file_loads_nothing_and_says_what_to_do(world: World, changes: Any, said: str) -> None:
    with pytest.raises(Refused, match=said):
        load(world, node_file(**changes))
    assert not Node.objects.filter(code="DM").exists()


def test_an_override_longer_than_the_standard_is_refused(world: World) -> None:
    slow = {"tsme": {"promised_limit": {"unit": "working_day", "value": 30}}}
    with pytest.raises(Refused, match="标准 10 个工作日，填的是 30 个工作日"):
        load(world, node_file(matters={"standard": "all", "overrides": slow}))


def test_the_tree_of_nodes_has_no_cycle(world: World) -> None:
    load(world, node_file())
    with pytest.raises(Refused, match="绕回了自己"):
        load(world, node_file(code="XX", slug="xixian", kind="hub", parent="DM", matters={}, desks=[]))


def test_a_node_switched_off_disappears_and_its_open_case_is_still_handled(world: World) -> None:
    from django.test import Client

    case = world.case(accepted_by=world.clerk)
    with unscoped("test"):
        switch_off(world.node("FX"), reason="并入总窗口", now=world.now)
    assert Client().get("/n/fengxi/").status_code == 404
    assert "<b>沣西新城</b>" not in Client().get("/nodes/").content.decode()
    from qcy.engines.casework.services import grant_case

    world.do(grant_case, world.decider, case_id=case.pk, opinion="", version=case.version, now=world.now)
    assert world.reload(case).outcome == "granted"
    with unscoped("test"), pytest.raises(Refused, match="总窗口不能停用"):
        switch_off(world.node("XX"), reason="并入总窗口", now=world.now)
