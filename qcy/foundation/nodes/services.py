from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.kernel.refusals import Refusal, Refused

from .models import Node, NodeCoverage, NodeKind, ServicePoint
from .queries import held_nodes

REQUIRED = ("code", "slug", "name", "short_name", "kind")


@transaction.atomic
def load_node(document: Mapping[str, Any], *, now: datetime) -> Node:
    """Create or update one node from its YAML document (`seeds/nodes/*.yaml`)."""
    _check(document)
    parent = _parent(document)
    fields = {name: document[name] for name in REQUIRED if name != "code"}
    node, _created = Node.objects.update_or_create(
        code=document["code"], defaults={**fields, "parent": parent, "skin": document.get("skin", {})}
    )
    _replace(node, NodeCoverage, document.get("coverage", []))
    _replace(node, ServicePoint, document.get("service_points", []))
    held_nodes.forget()
    record_audit(stream=f"node:{node.code}", type="node.loaded", now=now, node_id=node.pk)
    return node


def _check(document: Mapping[str, Any]) -> None:
    missing = [name for name in REQUIRED if not document.get(name)]
    if missing:
        raise Refused(
            Refusal("node_incomplete", why=f"节点文件缺少：{'、'.join(missing)}。", fix="请补上后再载入。")
        )
    if document["kind"] not in NodeKind.values:
        raise Refused(
            Refusal("node_kind", why=f"kind 写的是 {document['kind']}。", fix="请写 hub 或 district。")
        )


def _parent(document: Mapping[str, Any]) -> Node | None:
    if not (code := document.get("parent")):
        return None
    parent = Node.objects.filter(code=code).first()
    if parent is None:
        raise Refused(Refusal("node_parent", why=f"上级节点 {code} 还没有载入。", fix="请先载入它的文件。"))
    return parent


def _replace(node: Node, model: Any, rows: list[Mapping[str, Any]]) -> None:
    model.objects.filter(node=node).delete()
    model.objects.bulk_create([model(node=node, **row) for row in rows])
