from __future__ import annotations

from typing import Any

import pytest
import yaml

from qcy.foundation.calendars.queries import read_calendar
from qcy.foundation.calendars.services import load_calendar_year
from qcy.foundation.database.scope import unscoped
from qcy.foundation.nodes.models import Node, ServicePoint
from qcy.foundation.nodes.services import load_node
from qcy.kernel.refusals import Refused
from tests.world import ROOT, World


def read(path: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / "seeds" / path).read_text("utf-8"))


def test_a_newer_load_of_a_year_wins_and_the_older_stays(world: World) -> None:
    document = read("calendar/cn-2026.yaml")
    before = read_calendar()
    moved = {
        **document,
        "free": document["free"][1:],
        "counts": {**document["counts"], "free": document["counts"]["free"] - 1},
    }
    with unscoped("test"):
        row = load_calendar_year(moved, now=world.now)
    assert row.version == 2 and read_calendar().version != before.version


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"free": ["2026-07-11"]}, "日历文件有误"),
        ({"working": ["2026-07-08"]}, "日历文件有误"),
        ({"counts": {"free": 99, "working": 1}}, "日历文件有误"),
        ({"free": "not a list"}, "日历文件有误"),
    ],
)
def test_a_wrong_calendar_file_is_refused_in_words(world: World, change: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        load_calendar_year({**read("calendar/cn-2026.yaml"), **change}, now=world.now)


def test_a_node_is_one_file_and_loading_it_again_changes_nothing(world: World) -> None:
    before = (Node.objects.count(), ServicePoint.objects.count())
    with unscoped("test"):
        load_node(read("nodes/fengxi.yaml"), now=world.now)
    assert (Node.objects.count(), ServicePoint.objects.count()) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [({"name": ""}, "缺少：name"), ({"kind": "city"}, "hub 或 district"), ({"parent": "ZZ"}, "还没有载入")],
)
def test_an_incomplete_node_file_is_refused_in_words(
    world: World, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        load_node({**read("nodes/fengxi.yaml"), **change}, now=world.now)
