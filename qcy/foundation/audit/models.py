from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByNode, ByPerson, GlobalRead, Purpose


class ChainedEvent(Row):
    """An event that names the hash of the one before it. Payloads hold references, never personal values."""

    append_only = True
    stream_order: ClassVar[tuple[str, ...]] = ("stream",)  # columns that name the chain

    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=60)
    actor_id = models.UUIDField(null=True)  # null: the system itself
    node_id = models.UUIDField(null=True)  # the node the actor acted for
    at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        abstract = True

    @property
    def stream_name(self) -> str:
        raise NotImplementedError

    @classmethod
    def in_stream(cls, name: str) -> QuerySet[Any] | None:
        """The events of that chain, or None when the name belongs to another table."""
        raise NotImplementedError

    def body(self) -> dict[str, Any]:
        """What the hash covers; equal on every database (A4)."""
        return {
            "stream": self.stream_name,
            "seq": self.seq,
            "type": self.type,
            "actor": str(self.actor_id) if self.actor_id else None,
            "node": str(self.node_id) if self.node_id else None,
            "at": iso(self.at),
            "payload": self.payload,
        }


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class AuditStream(models.Model):
    """Head of one chain: locked to append, so two writers cannot fork it."""

    scope = GlobalRead("hashes and counts only, no content")

    name = models.CharField(primary_key=True, max_length=80)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64)


class AccessLog(Row):
    """Each look at unmasked personal data: who, whose, which value, why. Never changed."""

    scope = AnyOf(ByPerson("person_id"), ByNode("node_id"))
    append_only = True

    person_id = models.UUIDField()
    node_id = models.UUIDField()
    subject_id = models.UUIDField()  # the case or person looked at
    what = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()


class DailyRoot(models.Model):
    """One signed hash over the heads of all chains at the end of a day: what was true then cannot be rewritten."""

    scope = GlobalRead("hashes and counts only, no content")
    append_only = True

    day = models.DateField(primary_key=True)
    streams = models.PositiveIntegerField()
    events = models.PositiveIntegerField()
    heads = models.JSONField()  # stream name -> [length, hash]
    root = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)  # Ed25519, hex
    made_at = models.DateTimeField()


class AuditEvent(ChainedEvent):
    """What was done outside a case: claims, checks of licences, uploads, ratings, publishing."""

    scope = AnyOf(ByPerson("actor_id"), ByNode("node_id"), Purpose("audit"), open_insert=True)

    stream = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="audit_event_once")]

    @property
    def stream_name(self) -> str:
        return self.stream

    @classmethod
    def in_stream(cls, name: str) -> QuerySet[Any]:
        return cls.objects.filter(stream=name)
