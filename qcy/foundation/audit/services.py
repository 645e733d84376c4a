from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.database.writing import change, insert
from qcy.kernel.chain import GENESIS, link

from .models import AuditEvent, AuditStream


def record_audit(
    *,
    stream: str,
    type: str,
    now: datetime,
    actor_id: UUID | None = None,
    node_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append one event to `stream`, inside the caller's transaction (A1)."""
    with transaction.atomic():
        heads = AuditStream.objects.select_for_update()
        head, _created = heads.get_or_create(name=stream, defaults={"head": GENESIS})
        event = AuditEvent(
            stream=stream,
            seq=head.length + 1,
            type=type,
            actor_id=actor_id,
            node_id=node_id,
            at=now,
            payload=dict(payload or {}),
            prev=head.head,
        )
        event.hash = link(event.prev, event.body())
        insert(event)
        change(AuditStream, {"name": stream}, length=event.seq, head=event.hash)
    return event
