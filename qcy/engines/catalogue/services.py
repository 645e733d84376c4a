"""All writes of the catalogue that concern one matter: loading an edition, adopting it at a node."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from qcy.engines.forms.definition import read_form
from qcy.engines.forms.models import FormEdition
from qcy.foundation.audit.services import record_audit
from qcy.foundation.nodes.models import Node
from qcy.kernel.chain import canonical_json
from qcy.kernel.refusals import Refusal, Refused

from .documents import complete
from .lint import Severity, errors_of, lint
from .models import Adoption, AdoptionMode, Edition, Item
from .overrides import check_overrides, with_overrides
from .queries import held_adoptions, problems_of_desks
from .windows import ALWAYS, Window

SOUND: set[str] = set()  # digests of contents without an error; at most one per published version
HEAD = ("name", "category", "level", "aliases", "position")


@transaction.atomic
def load_matter(written: Mapping[str, Any], *, now: datetime, owner: Node | None = None) -> Edition:
    """Store a matter, its form and one edition from a matter file. The same version again changes nothing.

    Refused with every sentence of the lint when the file contradicts itself.
    """
    refuse_faulty(written)
    document = complete(written)
    item = _load_item(document["item"], owner)
    edition = document["edition"]
    if existing := Edition.objects.filter(item=item, version=edition["version"]).first():
        return existing
    content = {k: v for k, v in edition.items() if k not in ("version", "effective_from")}
    made = Edition(
        item=item,
        version=edition["version"],
        effective_from=date.fromisoformat(edition["effective_from"]),
        form=_load_form(document["form"]),
        content=content | {"item": document["item"]},
    )
    made.save(force_insert=True)
    record_audit(
        stream=f"item:{item.code}", type="edition.loaded", now=now, payload={"version": made.version}
    )
    return made


def refuse_faulty(written: Mapping[str, Any]) -> None:
    if errors := [f.say for f in lint(written) if f.severity is Severity.ERROR]:
        raise Refused(Refusal("matter_faulty", why="".join(errors), fix="改好后再保存。"))


def _load_item(head: Mapping[str, Any], owner: Node | None) -> Item:
    found = Item.objects.filter(code=head["code"]).first()
    if found and found.owner != owner:
        why = f"事项代码 {head['code']} 已经用在{'标准目录' if found.owner is None else found.owner.name}里。"
        raise Refused(Refusal("item_code_taken", why=why, fix="请换一个代码。"))
    if found is None:
        found = Item(code=head["code"], owner=owner, **{name: head[name] for name in HEAD})
        found.save(force_insert=True)
    return found


def take_head(edition: Edition) -> None:
    """The name, category and aliases that lists show are those of the edition in force."""
    head = edition.content["item"]
    Item.objects.filter(pk=edition.item_id).update(**{name: head[name] for name in HEAD})


def _load_form(document: Mapping[str, Any]) -> FormEdition:
    read_form(document)
    row, _ = FormEdition.objects.get_or_create(
        code=document["code"], version=document["version"], defaults={"definition": dict(document)}
    )
    if row.definition != document:
        why = f"表单 {document['code']} 第 {document['version']} 版已经发布，内容不能再改。"
        raise Refused(Refusal("form_published", why=why, fix="请把事项文件的 version 加一。"))
    return row


@transaction.atomic
def publish_adoption(
    *,
    node: Node,
    edition: Edition,
    overrides: Mapping[str, Any],
    now: datetime,
    window: Window = ALWAYS,
    mode: str = AdoptionMode.FOLLOWING,
) -> Adoption:
    """Freeze edition + overrides + form for one node, and hash it."""
    Item.objects.select_for_update().get(pk=edition.item_id)  # two managers at once: one after the other
    resolved = resolve(edition, overrides)
    digest = hashlib.sha256(canonical_json(resolved)).hexdigest()
    if problems := [*_faults(digest, resolved), *problems_of_desks(node, resolved["flow"])]:
        raise Refused(Refusal("matter_not_publishable", why="".join(problems), fix="改好后再发布。"))
    Adoption.objects.filter(node=node, item=edition.item, is_current=True).update(is_current=False)
    adoption = Adoption(
        node=node,
        item=edition.item,
        edition=edition,
        mode=mode,
        overrides=dict(overrides),
        resolved=resolved,
        digest=digest,
        opens_on=window.opens_on,
        closes_on=window.closes_on,
        window_is_demo=window.is_demo,
        published_at=now,
    )
    adoption.save(force_insert=True)
    held_adoptions.forget()
    _record(adoption, "adoption.published", now)
    return adoption


def _faults(digest: str, resolved: Mapping[str, Any]) -> list[str]:
    """What is sound stays sound: most nodes offer the very same content."""
    if digest in SOUND:
        return []
    found = errors_of(resolved)
    if not found:
        SOUND.add(digest)
    return found


def resolve(edition: Edition, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Edition content with the node's whitelisted overrides and the form: what a case is pinned to."""
    if hasattr(edition, "withdrawal"):
        why = f"“{edition.item.name}”第 {edition.version} 版已经撤回：{edition.withdrawal.reason}"
        raise Refused(Refusal("edition_withdrawn", why=why, fix="请采用其他版本。"))
    check_overrides(edition.content, overrides)
    return {**with_overrides(edition.content, overrides), "form": edition.form.definition}


@transaction.atomic
def stop_offering(adoption: Adoption, *, reason: str, now: datetime) -> None:
    """The node offers the matter no more. Cases go on; drafts stay and say why they cannot be submitted."""
    Adoption.objects.filter(pk=adoption.pk).update(is_current=False)
    held_adoptions.forget()
    _record(adoption, "adoption.stopped", now, reason=reason)


def _record(adoption: Adoption, type: str, now: datetime, **more: str) -> None:
    record_audit(
        stream=f"item:{adoption.item.code}",
        type=type,
        now=now,
        node_id=adoption.node_id,
        payload={"adoption": str(adoption.pk), "digest": adoption.digest, **more},
    )
