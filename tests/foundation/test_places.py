"""Where is my node: by name, by GB/T 2260, by dated coverage."""

from __future__ import annotations

from datetime import date

import pytest

from qcy.foundation.database.scope import unscoped
from qcy.foundation.nodes.models import Node, NodeCoverage
from qcy.foundation.nodes.places import full_name, nodes_for
from qcy.foundation.nodes.queries import held_nodes
from tests.world import TODAY, World


@pytest.fixture
def two_more(world: World) -> World:
    """宝鸡 by its code, and another node that covers one county of it from next year on."""
    with unscoped("test"):
        baoji = Node(code="BJ", slug="baoji", name="宝鸡市", short_name="宝鸡", kind="district")
        baoji.save(force_insert=True)
        zone = Node(code="CC", slug="chencang", name="陈仓", short_name="陈仓", kind="district")
        zone.save(force_insert=True)
        NodeCoverage(node=baoji, description="陕西省宝鸡市", named=["宝鸡"], region_code="610300").save()
        NodeCoverage(
            node=zone, description="陈仓区", region_code="610304", valid_from=date(2027, 1, 1)
        ).save()
    held_nodes.forget()
    yield world
    held_nodes.forget()


def codes(place: str, today: date = TODAY) -> list[str]:
    return [covered.node.code for covered in nodes_for(place, today).covered]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("沣西新城", ["FX"]),
        (" 沣 西 ", ["FX"]),
        ("中国西部科技创新港", ["FX"]),
        ("宝鸡", ["BJ"]),
        ("金台区", ["BJ"]),
        ("宝鸡市金台区", ["BJ"]),
        ("金", []),
        ("", []),
        ("不存在的地方", []),
    ],
)
def test_a_place_finds_its_node(two_more: World, place: str, expected: list[str]) -> None:
    assert codes(place) == expected


def test_two_nodes_cover_one_place_and_the_dates_decide(two_more: World) -> None:
    assert codes("陈仓区") == ["BJ"]
    assert set(codes("陈仓区", date(2027, 1, 1))) == {"BJ", "CC"}


def test_a_known_place_without_a_node_is_named(two_more: World) -> None:
    answer = nodes_for("雁塔区", TODAY)
    assert answer.covered == () and answer.regions == ("陕西省西安市雁塔区",)
    assert full_name("610302") == "陕西省宝鸡市渭滨区"
