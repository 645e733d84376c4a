from __future__ import annotations

from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByPerson


class Message(Row):
    """What the platform tells a person. Informs only; a decision travels as a numbered letter."""

    scope = AnyOf(ByPerson("person_id"))

    person_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=600)
    url = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "-sent_at"], name="message_of_person")]
