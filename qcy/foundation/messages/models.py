from __future__ import annotations

from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByPerson


class Channel(models.TextChoices):
    EMAIL = "email", "邮件"
    SMS = "sms", "短信"


class OptOut(Row):
    """A person does not want this kind of message on this channel. In the inbox it still arrives."""

    scope = AnyOf(ByPerson("person_id"))

    person_id = models.UUIDField()
    kind = models.CharField(max_length=20)  # key of KINDS
    channel = models.CharField(max_length=8, choices=Channel.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "kind", "channel"], name="opt_out_once")]


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
