"""Titles that end soon: the owners of the firm are told, once for each rung of the ladder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from qcy.foundation.database.scope import Scope
from qcy.foundation.messages.services import send_message
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.enums import MembershipRole, MembershipState
from qcy.foundation.parties.models import Membership
from qcy.kernel.local_time import local_day

from .dictionary import title_kinds, title_label
from .enums import TitleState
from .models import Title


def ask_reminding(payload: Mapping[str, Any], now: datetime) -> None:
    """One outbox row for (title, last day, rung): its key keeps a second sweep from asking again."""
    today = local_day(now)
    for title in _ending(today):
        rung = rung_of(title, today)
        if rung is not None:
            put(
                "register.remind",
                payload={"title": str(title.pk), "valid_to": str(title.valid_to)},
                now=now,
                scope=Scope(organisations=frozenset({title.organisation_id})),
                key=f"register.remind:{title.pk}:{title.valid_to}:{rung}",
            )


def rung_of(title: Title, today: date) -> int | None:
    """The nearest rung that has been reached: whoever starts late is told once, not three times."""
    kind = title_kinds().get(title.kind)
    if kind is None or title.valid_to is None or title.valid_to < today:
        return None
    left = (title.valid_to - today).days
    return min((days for days in kind.remind if left <= days), default=None)


def _ending(today: date) -> Iterator[Title]:
    """Titles in force of which the firm holds no later one of the same kind."""
    latest: dict[tuple[Any, str], Title] = {}
    held = Title.objects.filter(state=TitleState.VALID).exclude(valid_to=None)
    for title in held.filter(valid_to__gte=today).order_by("valid_to", "id").iterator():
        latest[title.organisation_id, title.kind] = title
    yield from latest.values()


def remind_owners(payload: Mapping[str, Any], now: datetime) -> None:
    """Only if it still ends on that day: it may have been renewed, corrected or cancelled since."""
    found = Title.objects.filter(pk=payload["title"], state=TitleState.VALID, valid_to=payload["valid_to"])
    title = found.select_related("organisation").first()
    today = local_day(now)
    if title is None or title.valid_to < today:
        return
    left = (title.valid_to - today).days
    day = f"{title.valid_to.year} 年 {title.valid_to.month} 月 {title.valid_to.day} 日"
    for person_id in _owners(title, today):
        send_message(
            person_id=person_id,
            kind="title",
            title=f"{title_label(title.kind)}还有 {left} 天到期"
            if left
            else f"{title_label(title.kind)}今天到期",
            body=f"{title.organisation.name}的这个称号有效期至 {day}。需要续认定的，请提前准备。",
            url=f"/me/firm/{title.organisation_id}/record/",
            now=now,
        )


def _owners(title: Title, today: date) -> list[Any]:
    owners = Membership.objects.filter(
        Q(until=None) | Q(until__gte=today),
        organisation_id=title.organisation_id,
        role=MembershipRole.OWNER,
        state=MembershipState.VERIFIED,
    )
    return list(owners.order_by("claimed_at").values_list("person_id", flat=True))
