"""New editions and their end: who follows takes the new one over, who is pinned stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refused

from .models import Adoption, AdoptionMode, Edition, EditionWithdrawal, Item
from .services import publish_adoption, stop_offering, take_head
from .windows import Window


def follow_editions(payload: Mapping[str, Any], now: datetime) -> None:
    """Daily, and whenever an edition appears: nodes that follow go over to what is in force today.

    A node whose own promise no longer fits the new standard stays on the old edition and is told why in the
    record; its manager adapts the override (`adoption.left_behind`).
    """
    newest = {item.pk: in_force(item.pk, local_day(now)) for item in Item.objects.all()}
    for edition in filter(None, newest.values()):
        take_head(edition)
    following = Adoption.objects.filter(is_current=True, mode=AdoptionMode.FOLLOWING)
    for adoption in following.select_related("item", "node", "edition"):
        latest = newest[adoption.item_id]
        if latest and latest.version > adoption.edition.version:
            _go_over(adoption, latest, now)


def in_force(item_id: Any, today: date) -> Edition | None:
    """The newest edition that is effective and not withdrawn."""
    known = Edition.objects.filter(item_id=item_id, effective_from__lte=today, withdrawal=None)
    return known.select_related("item", "form").order_by("-version").first()


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
    before = in_force(edition.item_id, local_day(now))
    if before:
        take_head(before)
    for adoption in Adoption.objects.filter(edition=edition, is_current=True).select_related("item", "node"):
        if before is None or _go_over(adoption, before, now) is None:
            stop_offering(adoption, reason=reason[:200], now=now)
