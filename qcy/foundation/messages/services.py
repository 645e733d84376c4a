from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import Scope
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.actor import Actor

from .kinds import KINDS
from .models import Message, OptOut


def send_message(*, person_id: UUID, kind: str, title: str, body: str, url: str, now: datetime) -> None:
    """Ask for one message to one person; the worker writes, mails and texts it, in that person's scope only."""
    if kind not in KINDS:
        raise KeyError(f"no message kind {kind!r}")
    payload = {"person": str(person_id), "kind": kind, "title": title, "body": body, "url": url}
    put("message.wanted", payload=payload, now=now, scope=Scope(person=person_id))


def mark_read(*, actor: Actor, now: datetime) -> None:
    Message.objects.visible_to(actor).filter(read_at=None).update(read_at=now)


@transaction.atomic
def choose_messages(*, actor: Actor, wanted: Collection[tuple[str, str]], now: datetime) -> None:
    """Keep exactly the wanted (kind, channel) pairs; legal letters always stay."""
    OptOut.objects.filter(person_id=actor.me).delete()
    OptOut.objects.bulk_create(
        [
            OptOut(person_id=actor.me, kind=name, channel=channel)
            for name, kind in KINDS.items()
            for channel in kind.channels
            if not kind.legal and (name, channel.value) not in wanted
        ]
    )
    record_audit(stream=f"person:{actor.me}", type="messages.chosen", now=now, actor_id=actor.me)
