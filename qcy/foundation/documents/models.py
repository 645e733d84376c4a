from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByCase, GlobalRead, Purpose
from qcy.foundation.keys import key
from qcy.kernel.verification import code_for, locator

from .registry import RESULT_KINDS


class NumberSeries(models.Model):
    """One counter row per series: numbers without gap or duplicate (count()+1 gave 89 of 160 twice)."""

    scope = GlobalRead("counters only")

    name = models.CharField(primary_key=True, max_length=80)
    last = models.PositiveIntegerField(default=0)


class DocumentState(models.TextChoices):
    VALID = "valid", "有效"
    SUPERSEDED = "superseded", "已被替代"
    REVOKED = "revoked", "已撤销"


class Document(Row):
    """A numbered letter or result. Its content is the canonical JSON; the PDF is one rendering of it."""

    scope = AnyOf(ByCase("case_id"), Purpose("verify"))

    case_id = models.UUIDField()
    kind = models.CharField(max_length=30)  # key of TEMPLATES
    number = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=60)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    locator = models.CharField(
        max_length=4, db_index=True
    )  # finds the row; the rest of the code is recomputed
    state = models.CharField(max_length=12, choices=DocumentState.choices, default=DocumentState.VALID)
    issued_at = models.DateTimeField()
    pdf_sha256 = models.CharField(max_length=64, blank=True)  # blank: not rendered yet

    class Meta:
        indexes = [models.Index(fields=["case_id"], name="document_of_case")]
        constraints = [
            # C6: one decision in force, one valid result
            models.UniqueConstraint(
                fields=["case_id"],
                condition=models.Q(state=DocumentState.VALID, kind__in=RESULT_KINDS),
                name="document_one_valid_result",
            )
        ]

    @property
    def verification_code(self) -> str:
        return code_for(key("verification"), self.pk)

    def set_locator(self) -> None:
        self.locator = locator(self.verification_code)

    @property
    def pdf_path(self) -> Path:
        return Path(settings.QCY_FILES) / "documents" / f"{self.pk.hex}.pdf"
