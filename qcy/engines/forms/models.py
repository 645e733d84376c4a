from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import (
    AnyOf,
    ByNode,
    ByOrganisation,
    ByPerson,
    GlobalRead,
    Purpose,
    ScopedQuerySet,
)
from qcy.foundation.nodes.models import Node

from .definition import Form, read_form

FORMS: dict[UUID, Form] = {}  # edition -> form


class FormEdition(Row):
    """One published version of a form. Never changes; a new version is a new row."""

    scope = GlobalRead("blank forms are public")
    append_only = True

    code = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    definition = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="form_edition_once")]

    @property
    def form(self) -> Form:
        """An edition never changes, so it is read once per process."""
        found = FORMS.get(self.pk)
        if found is None:
            found = FORMS[self.pk] = read_form(self.definition)
        return found


class DraftQuerySet(ScopedQuerySet):
    def with_form(self) -> DraftQuerySet:
        """With its node; the blank form comes from memory (`Draft.form`)."""
        return self.select_related("node")


class DraftState(models.TextChoices):
    OPEN = "open", "填写中"
    SUBMITTED = "submitted", "已提交"
    DISCARDED = "discarded", "已放弃"


class Draft(Row):
    """What somebody has typed so far. Its id is the submission key: one draft becomes one case only."""

    scope = AnyOf(
        ByPerson("person_id"),
        ByOrganisation("organisation_id"),
        ByNode("window_id"),
        Purpose("sweep"),
        Purpose("retention"),
    )

    person_id = models.UUIDField()
    organisation_id = models.UUIDField(null=True)  # null: a person applies in their own name
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    edition = models.ForeignKey(FormEdition, on_delete=models.PROTECT)
    subject_id = models.UUIDField()  # what the form is for: an Adoption; engines to the right give it meaning
    title = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.OPEN)
    sections = models.JSONField(default=dict)  # key -> {"version": n, "values": {...}, "saved_at": iso}
    sources = models.JSONField(
        default=dict
    )  # field -> {"value", "source", "date"}: where it was filled in from
    changes = models.JSONField(default=list)  # what a new edition changed while this was open, in sentences
    corrects = models.UUIDField(null=True)  # the case whose correction this draft answers
    window = models.ForeignKey(Node, null=True, on_delete=models.PROTECT, related_name="window_drafts")
    reminded_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    objects: ClassVar[Any] = DraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "state"], name="draft_of_person"),
            models.Index(fields=["corrects"], name="draft_of_correction"),
        ]

    @property
    def form(self) -> Form:
        return FORMS.get(self.edition_id) or self.edition.form

    def version_of(self, section: str) -> int:
        return int(self.sections.get(section, {}).get("version", 0))

    def tab_of(self, section: str) -> str:
        """The browser tab that saved the section last."""
        return str(self.sections.get(section, {}).get("tab", ""))

    def values(self) -> dict[str, Any]:
        """Everything typed, over all sections."""
        return {name: value for part in self.sections.values() for name, value in part["values"].items()}

    def source_of(self, name: str, value: Any) -> Mapping[str, str]:
        """Where a value came from, as long as it is still that value."""
        held = self.sources.get(name)
        return held if held and held["value"] == value else {}

    @property
    def is_open(self) -> bool:
        return self.state == DraftState.OPEN
