"""Drafts that nobody has submitted: one reminder, while there is still time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft, DraftState
from qcy.foundation.database.scope import purpose
from qcy.foundation.messages.services import send_message
from qcy.kernel.local_time import local_day

IDLE = timedelta(days=1)  # somebody who typed today needs no reminder
BEFORE_CLOSING = timedelta(days=5)
FORGOTTEN = timedelta(days=10)


def remind_of_drafts(payload: Mapping[str, Any], now: datetime) -> None:
    """To whoever began it: the window closes soon, or it has been lying for long."""
    today = local_day(now)
    with purpose("sweep"):
        idle = Draft.objects.filter(
            state=DraftState.OPEN, corrects=None, reminded_at=None, saved_at__lt=now - IDLE
        )
        offers = Adoption.objects.defer("resolved", "overrides").in_bulk(
            list(idle.values_list("subject_id", flat=True).distinct())
        )
        for draft in idle.select_related("node"):
            adoption = offers[draft.subject_id]
            closing = today <= adoption.closes_on <= today + BEFORE_CLOSING
            if adoption.is_open_on(today) and (closing or draft.saved_at < now - FORGOTTEN):
                _remind(draft, adoption, now)


def _remind(draft: Draft, adoption: Adoption, now: datetime) -> None:
    claimed = Draft.objects.filter(pk=draft.pk, reminded_at=None).update(reminded_at=now)
    if not claimed:
        return
    last = adoption.closes_on
    send_message(
        person_id=draft.person_id,
        kind="draft",
        title="您有一份草稿还没有提交",
        body=f"{draft.title}（{draft.node.name}），填过的内容都在。受理期到 {last.month} 月 {last.day} 日结束。",
        url=f"/me/drafts/{draft.pk}/",
        now=now,
    )
