"""New editions and their end: who follows takes the new one over, who is pinned stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refused

from .models import Adoption, AdoptionMode, Edition, EditionWithdrawal
from .services import publish_adoption, stop_offering, take_head
from .windows import Window


def follow_editions(payload: Mapping[str, Any], now: datetime) -> None:
    """Daily, and whenever an edition appears: nodes that follow go over to what is in force today.

    A node whose own promise no longer fits the new standard stays on the old edition and is told why in the
    record; its manager adapts the override (`adoption.left_behind`).
    """
    newest = editions_in_force(local_day(now))
    for edition in newest.values():
        take_head(edition)
    following = Adoption.objects.filter(is_current=True, mode=AdoptionMode.FOLLOWING)
    for adoption in following.select_related("item", "node", "edition"):
        latest = newest.get(adoption.item_id)
        if latest and latest.version > adoption.edition.version:
            _go_over(adoption, latest, now)


def editions_in_force(today: date) -> dict[UUID, Edition]:
    """By item: the newest edition that is effective and not withdrawn."""
    known = Edition.objects.filter(effective_from__lte=today, withdrawal=None)
    return {e.item_id: e for e in known.select_related("item", "form", "withdrawal").order_by("version")}


@transaction.atomic
def _go_over(adoption: Adoption, edition: Edition, now: datetime) -> Adoption | None:
    try:
        with transaction.atomic():
            return publish_adoption(
                node=adoption.node,
                edition=edition,
                overrides=adoption.overrides,
                window=Window(adoption.opens_on, adoption.closes_on, adoption.window_is_demo),
                mode=adoption.mode,
                now=now,
            )
    except Refused as refused:
        record_audit(
            stream=f"item:{adoption.item.code}",
            type="adoption.left_behind",
            now=now,
            node_id=adoption.node_id,
            payload={"edition": edition.version, "why": refused.refusal.code},
        )
        return None


@transaction.atomic
def withdraw_edition(edition: Edition, *, reason: str, now: datetime) -> None:
    """Nobody may use this edition any more: nodes go back to the one before, or stop offering the matter.

    Open drafts stay: they move to the edition in force, or say that the matter is not offered at present.
    """
    EditionWithdrawal(edition=edition, reason=reason[:200], at=now).save(force_insert=True)
    record_audit(
        stream=f"item:{edition.item.code}",
        type="edition.withdrawn",
        now=now,
        payload={"version": edition.version},
    )
    before = editions_in_force(local_day(now)).get(edition.item_id)
    if before:
        take_head(before)
    for adoption in Adoption.objects.filter(edition=edition, is_current=True).select_related("item", "node"):
        if before is None or _go_over(adoption, before, now) is None:
            stop_offering(adoption, reason=reason[:200], now=now)
