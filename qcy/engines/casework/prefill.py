"""What is known already when somebody begins to fill in: asked once, shown with source and date."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.queries import newer_than
from qcy.engines.forms.definition import FieldKind
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import FactValue, move_to_edition
from qcy.engines.forms.validation import typed
from qcy.foundation.parties.actor import Actor
from qcy.kernel.local_time import local_day

from .enums import RecordKind
from .models import Case, CaseRecord

LOOKED_AT = 5  # the newest earlier applications


def prefill_for(
    actor: Actor, adoption: Adoption, organisation_id: UUID | None, today_year: int
) -> dict[str, FactValue]:
    """Values of the firm's own earlier applications, the newest first.

    Figures are offered again only within the same year; name, address and the like also later. Stored
    data of the firm opens for a verified membership only; what somebody filed themselves is theirs to see.
    """
    cases = Case.objects.visible_to(actor).filter(organisation_id=organisation_id).with_names()
    known: dict[str, FactValue] = {}
    for case in cases.order_by("-submitted_at")[:LOOKED_AT]:
        if _may_use(actor, case):
            known = _values_of(case, adoption, same_year=case.year == today_year) | known
    return known


def _may_use(actor: Actor, case: Case) -> bool:
    held = actor.membership_of(case.organisation_id) if case.organisation_id else None
    return case.filer_id == actor.person_id or bool(held and held.verified)


def _values_of(case: Case, adoption: Adoption, *, same_year: bool) -> dict[str, FactValue]:
    record = CaseRecord.objects.filter(case=case, kind=RecordKind.FORM).order_by("-at", "-id").first()
    body: dict[str, Any] = record.body if record else {}
    source = f"本企业 {case.year} 年的申请 {case.number}"
    day = local_day(case.submitted_at).isoformat()
    found = {}
    for field in adoption.definition.form.fields():
        value = body.get(field.name)
        if value in (None, "", []) or field.kind is FieldKind.FILE or not (same_year or field.carries):
            continue
        found[field.name] = FactValue(typed(field, value), source, day)
    return found


def follow_current_edition(actor: Actor, draft: Draft, now: datetime) -> Draft:
    """An open draft always stands on the form in force; a correction stays on the one it was filed with."""
    if draft.corrects or not draft.is_open:
        return draft
    pinned = Adoption.objects.only("item_id", "node_id", "is_current").get(pk=draft.subject_id)
    if pinned.is_current:
        return draft
    newer = newer_than(pinned)
    if newer is None:
        return draft
    return move_to_edition(draft=draft, edition=newer.edition.form, subject_id=newer.pk, actor=actor, now=now)
