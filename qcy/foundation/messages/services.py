from __future__ import annotations

from datetime import datetime
from uuid import UUID

from qcy.foundation.database.scope import Scope
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.actor import Actor

from .models import Message


def send_message(*, person_id: UUID, kind: str, title: str, body: str, url: str, now: datetime) -> None:
    """Ask for one message to one person; the worker writes it and mails it, in that person's scope only."""
    payload = {"person": str(person_id), "kind": kind, "title": title, "body": body, "url": url}
    put("message.wanted", payload=payload, now=now, scope=Scope(person=person_id))


def mark_read(*, actor: Actor, now: datetime) -> None:
    Message.objects.visible_to(actor).filter(read_at=None).update(read_at=now)
