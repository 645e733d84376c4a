"""A node is switched off and on by the hub, with a reason and its name written once more."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.database.scope import unscoped
from qcy.foundation.nodes.models import Node
from tests.delivery.conftest import SignIn
from tests.world import World

PAGE, SWITCH = "/console/nodes/fengxi/", "/console/nodes/fengxi/switch/"
OFF = {"to": "off", "reason": "并入总窗口", "name": "沣西新城"}
ON = {"to": "on", "reason": "筹备完成"}


@pytest.fixture
def hub(world: World, sign_in: SignIn) -> Client:
    return sign_in(world.desk("总窗口负责人"))


def is_active(code: str = "FX") -> bool:
    return Node.objects.get(code=code).is_active


def test_the_page_says_what_becomes_of_the_open_cases(world: World, hub: Client) -> None:
    assert "没有在办件" in hub.get(PAGE).text
    world.case()
    assert "在办件 1 份，由原岗位按原来的时限办完" in hub.get(PAGE).text
    assert '<td data-l="在办件">1</td>' in hub.get("/console/nodes/").text


def test_off_and_on_again_leave_their_reasons_in_the_record(
    world: World, hub: Client, sign_in: SignIn
) -> None:
    assert hub.post(SWITCH, OFF).status_code == 302 and not is_active()
    assert Client().get("/n/fengxi/").status_code == 404
    assert "已停用" in (page := hub.get(PAGE).text) and "并入总窗口" in page and "总窗口负责人" in page
    assert hub.post(SWITCH, ON).status_code == 302 and is_active()
    assert Client().get("/n/fengxi/").status_code == 200
    with unscoped("test"):
        found = list(AuditEvent.in_stream("node:FX").order_by("-seq")[:2])
    assert [e.payload["reason"] for e in found] == ["筹备完成", "并入总窗口"]
    assert {e.actor_id for e in found} == {world.desk("总窗口负责人").me}
    assert "停用节点" in sign_in(world.manager).get("/console/audit/?kind=system").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": "  \u3000"}, "还没有写原因"),
        ({"name": ""}, "和这个节点的名称、代码都不一样"),
        ({"name": "沣东新城"}, "和这个节点的名称、代码都不一样"),
        ({"to": "on"}, "这个节点正在服务"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    hub: Client, changes: dict[str, str], said: str
) -> None:
    answer = hub.post(SWITCH, OFF | changes)
    assert answer.status_code in (409, 422) and said in answer.text and is_active()
    assert changes.get("reason") or "并入总窗口" in answer.text


def test_both_mistakes_are_told_at_once(hub: Client) -> None:
    page = hub.post(SWITCH, {"to": "off"}).text
    assert page.count("还没有写原因") == page.count("代码都不一样") == 2, "in the summary and at the field"


def test_a_second_click_is_told_and_writes_nothing(hub: Client) -> None:
    hub.post(SWITCH, OFF)
    again = hub.post(SWITCH, OFF)
    assert again.status_code == 409 and "这个节点已经停用" in again.text
    with unscoped("test"):
        assert AuditEvent.objects.filter(type="node.switched_off").count() == 1


def test_the_hub_itself_stays(hub: Client) -> None:
    address = "/console/nodes/xixian/"
    assert "总窗口不能停用" in hub.get(address).text
    answer = hub.post(f"{address}switch/", {"to": "off", "reason": "试试", "name": "XX"})
    assert answer.status_code == 422 and "总窗口不能停用。请停用其他节点。" in answer.text and is_active("XX")


def test_nothing_new_is_received_and_the_open_case_goes_on(
    world: World, hub: Client, sign_in: SignIn
) -> None:
    case, draft = world.case(1), world.draft(0)
    hub.post(SWITCH, OFF)
    details: dict[str, Any] = {"draft_id": draft.pk, "seen": draft_fingerprint(draft), "now": world.now}
    refusal = world.attempt(submit_case, world.firm(0), **details)
    assert refusal.code == "node_off" and "不会删除" in refusal.why
    clerk = sign_in(world.clerk)
    assert clerk.get(f"/console/cases/{case.pk}/").status_code == 200
    side = clerk.get("/console/cases/").text
    assert "窗口收件" not in side and "投诉与建议" in side
    assert sign_in(world.manager).get("/console/desks/").status_code == 200
