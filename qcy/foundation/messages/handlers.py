from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from qcy.foundation.parties.enums import ContactKind
from qcy.foundation.parties.models import PersonContact

from .models import Message


def write_message(payload: Mapping[str, Any], now: datetime) -> None:
    Message(
        person_id=payload["person"],
        kind=payload["kind"],
        title=payload["title"],
        body=payload["body"],
        url=payload["url"],
        sent_at=now,
    ).save(force_insert=True)


def mail_message(payload: Mapping[str, Any], now: datetime) -> None:
    """The same words by e-mail, to whoever has a proven address."""
    contact = (
        PersonContact.objects.filter(person_id=payload["person"], kind=ContactKind.EMAIL)
        .exclude(verified_at=None)
        .first()
    )
    if contact:
        text = f"{payload['body']}\n\n{settings.QCY_PUBLIC_URL}{payload['url']}"
        send_mail(payload["title"], text, settings.DEFAULT_FROM_EMAIL, [contact.value])
