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
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Mandate
from qcy.kernel.chain import canonical_json
from qcy.kernel.refusals import Refusal, Refused

from .definition import problems_of_definition
from .fields import NAMES
from .models import Adoption, AdoptionMode, Edition, Item
from .queries import held_adoptions

EDITION_PARTS = (
    "fields",
    "conditions",
    "conditions_note",
    "score",
    "materials",
    "steps",
    "questions",
    "one_open_case_per_year",
    "deemed_acceptance",
    "standard_limit",
    "correction_limit",
    "follow_up_limit",
    "longest_extension",
    "special_procedures",
    "retention_years",
    "sentences",
    "title",
    "result",
)
OVERRIDABLE = ("promised_limit", "promised_confidence", "steps")  # a node may only say how fast it is


@transaction.atomic
def load_matter(document: Mapping[str, Any], *, now: datetime) -> Edition:
    """Store a matter, its form and one edition from YAML. The same version again changes nothing."""
    document = _plain(document)
    form = _load_form(document["form"])
    head = document["item"]
    item, _ = Item.objects.update_or_create(
        code=head["code"],
        defaults={name: head[name] for name in ("name", "category", "level", "aliases")},
    )
    wanted = document["edition"]
    existing = Edition.objects.filter(item=item, version=wanted["version"]).first()
    if existing:
        return existing
    content = {part: wanted[part] for part in EDITION_PARTS if part in wanted} | {"item": dict(head)}
    content["fields"] = complete_fields(wanted["fields"])
    edition = Edition(
        item=item,
        version=wanted["version"],
        effective_from=date.fromisoformat(wanted["effective_from"]),
        form=form,
        content=content,
    )
    edition.save(force_insert=True)
    record_audit(
        stream=f"item:{item.code}", type="edition.loaded", now=now, payload={"version": edition.version}
    )
    return edition


def complete_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of the implementation list; one that is not in the list is a mistake in the file."""
    if unknown := sorted(set(given) - NAMES):
        why = f"事项文件里有清单之外的字段：{'、'.join(unknown)}。"
        raise Refused(Refusal("unknown_field", why=why, fix="请核对字段名。"))
    blank = {"value": None, "source": "", "confidence": "none"}
    return {name: dict(given.get(name) or blank) for name in sorted(NAMES)}


def _load_form(document: Mapping[str, Any]) -> FormEdition:
    read_form(document)
    row, _ = FormEdition.objects.get_or_create(
        code=document["code"], version=document["version"], defaults={"definition": dict(document)}
    )
    return row


@transaction.atomic
def publish_adoption(
    *,
    node: Node,
    edition: Edition,
    overrides: Mapping[str, Any],
    opens_on: date,
    closes_on: date,
    window_is_demo: bool,
    now: datetime,
    mode: str = AdoptionMode.PINNED,
) -> Adoption:
    """Freeze edition + overrides + form for one node, and hash it."""
    resolved = resolve(edition, overrides)
    if problems := [*problems_of_definition(resolved), *problems_of_desks(node)]:
        raise Refused(Refusal("matter_not_publishable", why="".join(problems), fix="改好后再发布。"))
    Adoption.objects.filter(node=node, item=edition.item, is_current=True).update(is_current=False)
    adoption = Adoption(
        node=node,
        item=edition.item,
        edition=edition,
        mode=mode,
        overrides=dict(overrides),
        resolved=resolved,
        digest=hashlib.sha256(canonical_json(resolved)).hexdigest(),
        opens_on=opens_on,
        closes_on=closes_on,
        window_is_demo=window_is_demo,
        published_at=now,
    )
    adoption.save(force_insert=True)
    held_adoptions.forget()
    _record(adoption, now)
    return adoption


def resolve(edition: Edition, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Edition content with the node's whitelisted overrides and the form: what a case is pinned to."""
    if unknown := set(overrides) - set(OVERRIDABLE):
        why = f"这些内容节点不能改：{'、'.join(sorted(unknown))}。"
        raise Refused(Refusal("override_not_allowed", why=why, fix="只能改承诺时限和环节时限。"))
    return {**edition.content, **_plain(overrides), "form": edition.form.definition}


DESKS = (Role.CLERK, Role.DECIDER, Role.NODE_MANAGER)


def problems_of_desks(node: Node) -> list[str]:
    """Every role of the workflow has somebody at this node, and who decides is not who accepts."""
    held = Mandate.objects.filter(node=node, until=None).values_list("role", "person_id")
    people = {role: {person for r, person in held if r == role} for role in DESKS}
    found = [f"{node.name}还没有{role.label}。" for role, somebody in people.items() if not somebody]
    if people[Role.CLERK] == people[Role.DECIDER] and len(people[Role.CLERK]) == 1:
        found.append(f"{node.name}的经办人和审定人是同一个人，受理和审定须由两个人办。")
    return found


def _record(adoption: Adoption, now: datetime) -> None:
    record_audit(
        stream=f"item:{adoption.item.code}",
        type="adoption.published",
        now=now,
        node_id=adoption.node_id,
        payload={"adoption": str(adoption.pk), "digest": adoption.digest},
    )


def _plain(value: Any) -> Any:
    """YAML dates as text, so that the stored JSON is canonical."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
