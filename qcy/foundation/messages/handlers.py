from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from qcy.foundation.parties.enums import ContactKind
from qcy.foundation.parties.models import PersonContact

from .kinds import KINDS
from .models import Channel, Message, OptOut
from .sms import sender


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
    if address := _address(payload, Channel.EMAIL, ContactKind.EMAIL):
        text = f"{payload['body']}\n\n{settings.QCY_PUBLIC_URL}{payload['url']}"
        send_mail(payload["title"], text, settings.DEFAULT_FROM_EMAIL, [address])


def text_message(payload: Mapping[str, Any], now: datetime) -> None:
    """The same words to a proven phone, when a provider is configured."""
    provider = sender()
    if provider and (phone := _address(payload, Channel.SMS, ContactKind.PHONE)):
        provider.send(phone, f"{payload['title']}：{payload['body']}")


def _address(payload: Mapping[str, Any], channel: Channel, contact: ContactKind) -> str:
    """Where to, or "" when the person wants no such message there or has no proven contact."""
    kind = KINDS[payload["kind"]]
    person = payload["person"]
    if channel not in kind.channels:
        return ""
    if (
        not kind.legal
        and OptOut.objects.filter(person_id=person, kind=payload["kind"], channel=channel).exists()
    ):
        return ""
    held = PersonContact.objects.filter(person_id=person, kind=contact).exclude(verified_at=None).first()
    return held.value if held else ""
