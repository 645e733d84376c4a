"""Editing a matter: the next edition as a draft, held against the lint, published as an edition."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from qcy.foundation.audit.services import record_audit
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import Role
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused

from .documents import complete, unknown_fields
from .files import document_of
from .models import Adoption, Edition, EditionDraft, Item
from .services import load_matter, publish_adoption, refuse_faulty, stop_offering
from .windows import Window, window_of

NOT_YOURS = Refusal(
    "not_your_matter",
    why="这个事项属于标准目录，由总窗口修改。",
    fix="节点可以改承诺时限、咨询方式等本节点内容。",
)
NEEDS_MANAGER = Refusal("needs_manager", why="事项由节点负责人修改。", fix="请把要改的内容告诉节点负责人。")
STALE = Refusal(
    "draft_changed", why="另一位同事刚改过这份草稿，您的修改没有保存。", fix="请复制您的修改，刷新后再改。"
)


def check_manager(actor: Actor, node: Node) -> None:
    if Role.NODE_MANAGER not in actor.roles_at(node.pk):
        raise Refused(NEEDS_MANAGER)


def check_editor(actor: Actor, node: Node, item: Item | None) -> None:
    """The hub edits the standard, a node the matters it added itself."""
    check_manager(actor, node)
    owner = item.owner_id if item else (None if node.kind == NodeKind.HUB else node.pk)
    if owner != (None if node.kind == NodeKind.HUB else node.pk):
        raise Refused(NOT_YOURS)


def latest_edition(item: Item) -> Edition:
    found: Edition = item.editions.select_related("form", "item").latest("version")
    return found


def starting_point(item: Item) -> dict[str, Any]:
    """The newest edition as a file, one version further: what an editor begins with."""
    edition = latest_edition(item)
    document = document_of(edition)
    document["edition"]["version"] = edition.version + 1
    document["form"]["version"] = edition.form.version + 1
    return document


def editable(written: Mapping[str, Any]) -> dict[str, Any]:
    """A file with what its flow template adds, so that an editor sees all of it. Unknown fields stay to be named."""
    document = complete(written)
    given = written["edition"].get("fields", {})
    document["edition"]["fields"] |= {name: given[name] for name in unknown_fields(written)}
    if document["edition"]["promised_limit"] == document["edition"]["standard_limit"]:
        del document["edition"]["promised_limit"]
    return document


@transaction.atomic
def save_draft(
    *, actor: Actor, node: Node, document: Mapping[str, Any], version: int, now: datetime
) -> EditionDraft:
    """Keep a draft, faulty or not: nothing an editor typed is lost. `version` 0 begins a new one."""
    code = str(document.get("item", {}).get("code", "")).strip()
    if not code:
        raise Refused(Refusal("code_missing", why="没有写事项代码。", fix="请写一个，例如 space-request。"))
    check_editor(actor, node, Item.objects.filter(code=code).first())
    held = EditionDraft.objects.visible_to(actor).for_update().filter(node=node, item_code=code).first()
    if held and held.version != version:
        raise Refused(STALE)
    draft = held or EditionDraft(node=node, item_code=code, version=0)
    draft.document, draft.version = dict(document), draft.version + 1
    draft.saved_by, draft.saved_at = actor.me, now
    draft.save()
    _record(actor, node, code, "edition_draft.saved", now, version=draft.version)
    return draft


@transaction.atomic
def publish_draft(*, actor: Actor, node: Node, code: str, version: int, now: datetime) -> Edition:
    """The draft becomes an edition; nodes that follow take it over on its effective day."""
    draft = EditionDraft.objects.visible_to(actor).for_update().get(node=node, item_code=code)
    item = Item.objects.filter(code=code).first()
    check_editor(actor, node, item)
    if draft.version != version:
        raise Refused(STALE)
    document = deepcopy(draft.document)
    refuse_faulty(document)
    document["edition"]["version"] = 1 + (item.editions.aggregate(n=Max("version"))["n"] if item else 0)
    document.setdefault("form", {})["version"] = document["edition"]["version"]
    owner = None if node.kind == NodeKind.HUB else node
    edition = load_matter(_with_own_form_version(document, item), now=now, owner=owner)
    draft.delete()
    _record(actor, node, code, "edition.published", now, version=edition.version)
    if edition.version == 1 and edition.effective_from <= local_day(now):
        publish_adoption(
            node=node,
            edition=edition,
            overrides={},
            window=window_of(edition.content, local_day(now)),
            now=now,
        )
    put("catalogue.edition", payload={"edition": str(edition.pk)}, now=now)
    return edition


def _with_own_form_version(document: dict[str, Any], item: Item | None) -> dict[str, Any]:
    """An unchanged form keeps its version: drafts of firms then need not move to another one."""
    if item is None:
        return document
    before = latest_edition(item).form
    now_written = complete(document)["form"]
    if {**now_written, "version": before.version} == before.definition:
        document["form"]["version"] = before.version
    return document


@transaction.atomic
def override(
    *, actor: Actor, adoption: Adoption, overrides: Mapping[str, Any], mode: str, now: datetime
) -> Adoption:
    """What this node says differently, from now on; open cases keep what they were filed under (C3)."""
    check_manager(actor, adoption.node)
    return publish_adoption(
        node=adoption.node,
        edition=adoption.edition,
        overrides=overrides,
        window=Window(adoption.opens_on, adoption.closes_on, adoption.window_is_demo),
        mode=mode,
        now=now,
    )


@transaction.atomic
def stop(*, actor: Actor, adoption: Adoption, reason: str, now: datetime) -> None:
    check_manager(actor, adoption.node)
    if not reason.strip():
        raise Refused(Refusal("needs_reason", why="没有写停办的原因。", fix="请写明原因，企业会看到。"))
    stop_offering(adoption, reason=reason.strip()[:200], now=now)


def _record(actor: Actor, node: Node, code: str, type: str, now: datetime, **payload: Any) -> None:
    record_audit(
        stream=f"item:{code}",
        type=type,
        now=now,
        actor_id=actor.person_id,
        node_id=node.pk,
        payload=payload,
    )
