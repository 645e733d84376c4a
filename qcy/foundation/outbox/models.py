from __future__ import annotations

from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByPerson, Purpose

from .enums import RowState


class OutboxRow(Row):
    """One thing to do after commit, written in the same transaction as the work that asks for it."""

    scope = AnyOf(Purpose("worker"), open_insert=True)

    topic = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, unique=True)  # same key, one row
    row_scope = models.JSONField()  # whom its handlers speak for
    run_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=RowState.choices, default=RowState.READY)
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "run_after"], name="outbox_next")]


class Effect(Row):
    """A handler has done its work for a row: the same transaction, so the effect happens at most once."""

    scope = AnyOf(Purpose("worker"), open_insert=True)

    row_id = models.UUIDField()
    handler = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row_id", "handler"], name="effect_once")]


class KeyedRequest(Row):
    """The stored answer to a request that carried a key: repeating it repeats the answer, not the work."""

    scope = AnyOf(ByPerson("person_id"))

    person_id = models.UUIDField()
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="keyed_request_once")]
