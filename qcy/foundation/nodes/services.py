from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .models import Node, NodeCoverage, NodeKind, ServicePoint, Window
from .queries import held_nodes

REQUIRED = ("code", "slug", "name", "short_name", "kind")
HEROES = ("teal", "pine", "indigo", "clay")  # grounds of the hero that keep white text readable (AA)
LONGEST_REASON = 200
HUB_STAYS = Refusal("hub_stays", why="总窗口不能停用。", fix="请停用其他节点。")
NO_REASON = Refusal("reason_missing", why="还没有写原因。", fix="请写清为什么、依据是什么。")
ALREADY = {
    False: Refusal("already_off", why="这个节点已经停用。", fix="不用再操作。"),
    True: Refusal("already_on", why="这个节点正在服务。", fix="不用再操作。"),
}


@transaction.atomic
def load_node(document: Mapping[str, Any], *, now: datetime) -> Node:
    """Create or update one node from its YAML document (`seeds/nodes/*.yaml`)."""
    _check(document)
    parent = _parent(document)
    fields = {name: document[name] for name in REQUIRED if name != "code"}
    node, _created = Node.objects.update_or_create(
        code=document["code"],
        defaults={**fields, "parent": parent, "skin": _skin(document), "is_active": True},
    )
    NodeCoverage.objects.filter(node=node).delete()
    NodeCoverage.objects.bulk_create([NodeCoverage(node=node, **r) for r in document.get("coverage", [])])
    ServicePoint.objects.filter(node=node).delete()
    for point in document.get("service_points", []):
        _load_point(node, point)
    held_nodes.forget()
    record_audit(stream=f"node:{node.code}", type="node.loaded", now=now, node_id=node.pk)
    return node


def switch_off(node: Node, *, reason: str, by: UUID | None = None, now: datetime) -> None:
    """A node that serves no more disappears from the portal; its cases stay with its desks until they end."""
    if node.kind == NodeKind.HUB:
        raise Refused(HUB_STAYS)
    _switch(node, "node.switched_off", on=False, reason=reason, by=by, now=now)


def switch_on(node: Node, *, reason: str, by: UUID | None = None, now: datetime) -> None:
    """It serves again, with the matters, desks and texts it had."""
    _switch(node, "node.switched_on", on=True, reason=reason, by=by, now=now)


@transaction.atomic
def _switch(node: Node, type: str, *, on: bool, reason: str, by: UUID | None, now: datetime) -> None:
    words = clean(reason).strip()[:LONGEST_REASON]
    if not words:
        raise Refused(NO_REASON)
    if not Node.objects.filter(pk=node.pk, is_active=not on).update(is_active=on):
        raise Refused(ALREADY[on])
    held_nodes.forget()
    stream, payload = f"node:{node.code}", {"reason": words}
    record_audit(stream=stream, type=type, now=now, actor_id=by, node_id=node.pk, payload=payload)


def _check(document: Mapping[str, Any]) -> None:
    if missing := [name for name in REQUIRED if not document.get(name)]:
        why = f"节点文件缺少：{'、'.join(missing)}。"
        raise Refused(Refusal("node_incomplete", why=why, fix="请补上后再载入。"))
    if document["kind"] not in NodeKind.values:
        why = f"kind 写的是 {document['kind']}。"
        raise Refused(Refusal("node_kind", why=why, fix="请写 hub 或 district。"))
    for field in ("slug", "code"):
        taken = Node.objects.filter(**{field: document[field]}).exclude(code=document["code"]).first()
        if taken:
            why = f"{field} {document[field]} 已经是{taken.name}的。"
            raise Refused(Refusal("node_taken", why=why, fix="请换一个。"))


def _skin(document: Mapping[str, Any]) -> dict[str, Any]:
    """lead: one sentence; emblem: one or two characters; hero: one of HEROES; ring: 1 or 2 on the schematic."""
    skin = {"lead": "", "emblem": document["short_name"][:1], "hero": HEROES[0], **document.get("skin", {})}
    if skin["hero"] not in HEROES:
        why = f"skin.hero 写的是 {skin['hero']}。"
        raise Refused(Refusal("node_skin", why=why, fix=f"请从 {'、'.join(HEROES)} 中选。"))
    return skin


def _parent(document: Mapping[str, Any]) -> Node | None:
    """The node above. A node may not stand under itself, however long the way round."""
    if not (code := document.get("parent")):
        return None
    parent = above = Node.objects.filter(code=code).first()
    if parent is None:
        raise Refused(Refusal("node_parent", why=f"上级节点 {code} 还没有载入。", fix="请先载入它的文件。"))
    while above is not None:
        if above.code == document["code"]:
            why = f"上级节点绕回了自己：{document['code']} 已经是 {code} 的上级。"
            raise Refused(Refusal("node_cycle", why=why, fix="请改正 parent。"))
        above = above.parent
    return parent


def _load_point(node: Node, document: Mapping[str, Any]) -> None:
    """A service point with its windows: `windows: [{category, numbers: [1, 2], name, is_demo}]`."""
    fields = {k: v for k, v in document.items() if k != "windows"}
    point = ServicePoint(node=node, **fields)
    point.save(force_insert=True)
    groups = document.get("windows", [])
    Window.objects.bulk_create(
        [
            Window(
                point=point,
                number=number,
                category=group["category"],
                name=group.get("name", ""),
                is_demo=group.get("is_demo", False),
            )
            for group in groups
            for number in group["numbers"]
        ]
    )
