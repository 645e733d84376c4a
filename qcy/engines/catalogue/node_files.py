"""A whole node from one file: what it is, who works there, what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.services import load_node
from qcy.foundation.parties.desks import open_desk
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused

from .editions import editions_in_force
from .models import Adoption, AdoptionMode, Edition, Item
from .services import load_matter, publish_adoption
from .windows import Window, window_of

ALL = "all"


@dataclass(frozen=True)
class Loaded:
    node: Node
    passwords: Mapping[str, str]  # e-mail -> initial password of a new account, shown once
    offered: int


@transaction.atomic
def load_whole_node(document: Mapping[str, Any], *, now: datetime) -> Loaded:
    """Everything or nothing: the node, its desks, the matters it takes over and the ones it adds."""
    node = load_node(document, now=now)
    passwords = {}
    for desk in document.get("desks", []):
        _person, initial = open_desk(node=node, **desk, now=now)
        if initial:
            passwords[desk["email"]] = initial
    offered = offer_matters(node, document.get("matters") or {}, now=now)
    return Loaded(node, passwords, len(offered))


def offer_matters(
    node: Node,
    wanted: Mapping[str, Any],
    *,
    now: datetime,
    windows: Mapping[str, Window] | None = None,
) -> list[Adoption]:
    """`wanted`: standard (all or codes), mode, overrides by code, own (matter files of this node only)."""
    items = _standard_items(wanted.get("standard", ()))
    for written in wanted.get("own", ()):
        items.append(load_matter(written, now=now, owner=node).item)
    overrides = wanted.get("overrides") or {}
    if unknown := set(overrides) - {item.code for item in items}:
        why = f"overrides 里写了本节点没有的事项：{'、'.join(sorted(unknown))}。"
        raise Refused(Refusal("override_of_nothing", why=why, fix="请核对事项代码。"))
    editions = editions_in_force(local_day(now))
    held = {a.item_id: a for a in Adoption.objects.filter(node=node, is_current=True).defer("resolved")}
    given = {"mode": wanted.get("mode", AdoptionMode.FOLLOWING), "now": now}
    return [
        _offer(
            node, editions[item.pk], held.get(item.pk), overrides.get(item.code) or {}, windows or {}, given
        )
        for item in items
        if item.pk in editions
    ]


def _standard_items(wanted: Any) -> list[Item]:
    standard = Item.objects.filter(owner=None).order_by("position", "code")
    if wanted == ALL:
        return list(standard)
    found = list(standard.filter(code__in=wanted))
    if missing := set(wanted) - {item.code for item in found}:
        why = f"标准目录里没有这些事项：{'、'.join(sorted(missing))}。"
        raise Refused(Refusal("unknown_matter", why=why, fix="请核对代码，或者先导入事项。"))
    return found


def _offer(
    node: Node,
    edition: Edition,
    held: Adoption | None,
    overrides: Mapping[str, Any],
    windows: Mapping[str, Window],
    given: Mapping[str, Any],
) -> Adoption:
    """The adoption as it should be; one that says the same already stays."""
    if held and (held.edition_id, held.overrides) == (edition.pk, dict(overrides)):
        return held
    window = windows.get(edition.item.code) or window_of(edition.content, local_day(given["now"]))
    return publish_adoption(node=node, edition=edition, overrides=overrides, window=window, **given)
