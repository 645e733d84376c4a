from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByCase, ByNode, ByOrganisation, ByPerson, Purpose

from .enums import FileState


class StoredFile(Row):
    """An upload. Belongs to a draft until a submission claims it for a case."""

    scope = AnyOf(
        ByPerson("owner_id"),
        ByOrganisation("organisation_id"),
        ByNode("window_id"),
        ByCase("case_id"),
        Purpose("cleaning"),
    )

    owner_id = models.UUIDField()
    organisation_id = models.UUIDField(null=True)
    window_id = models.UUIDField(null=True)  # the node at whose window staff took it in for the firm
    draft_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    field = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8)  # pdf, jpg, png, xlsx: from the content, not from the name
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=FileState.choices, default=FileState.QUARANTINED)
    reason = models.CharField(max_length=200, blank=True)
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["draft_id"], name="file_of_draft"),
            models.Index(fields=["case_id"], name="file_of_case"),
        ]

    @property
    def path(self) -> Path:
        return Path(settings.QCY_FILES) / self.pk.hex[-2:] / self.pk.hex
