from __future__ import annotations

from django.db import models
from django.db.models import Q

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByNode, ByOrganisation, GlobalRead, Purpose
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.models import Organisation

from .enums import Grade, ImportKind, ImportState, TitleState, Verdict


class Fact(Row):
    """One dated value of one firm, in the name and unit of the dictionary (`seeds/register/facts.yaml`).

    A newer value supersedes the older one, which stays: what was known when can always be said.
    """

    scope = AnyOf(ByOrganisation("organisation_id"), Purpose("register"))

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="facts")
    name = models.CharField(max_length=40)
    fiscal_year = models.PositiveSmallIntegerField(null=True)  # null: true at a day, not of a year
    value = models.CharField(max_length=120)  # canonical text: exact decimal, ISO date, true / false
    source = models.CharField(max_length=120)
    as_of = models.DateField()
    grade = models.CharField(max_length=1, choices=Grade.choices)
    recorded_at = models.DateTimeField()
    batch_id = models.UUIDField(null=True)
    is_current = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name", "fiscal_year"],
                condition=Q(is_current=True, fiscal_year__isnull=False),
                name="fact_of_year_once",
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=Q(is_current=True, fiscal_year=None),
                name="fact_once",
            ),
        ]


class Title(Row):
    """A recognition a firm holds (高企, 专精特新 …), with its validity. Public, like the lists it comes from."""

    scope = GlobalRead("titles are published lists")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="titles")
    kind = models.CharField(max_length=40)  # code of `seeds/register/titles.yaml`
    number = models.CharField(max_length=60, blank=True)
    granted_on = models.DateField()
    valid_to = models.DateField(null=True)  # last valid day; null: no end known
    state = models.CharField(max_length=10, choices=TitleState.choices, default=TitleState.VALID)
    source = models.CharField(max_length=120)
    grade = models.CharField(max_length=1, choices=Grade.choices)
    recorded_at = models.DateTimeField()
    batch_id = models.UUIDField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "granted_on"], name="title_once")
        ]


class ImportBatch(Row):
    """One uploaded table on its way into the register: read, shown, confirmed, taken over row by row."""

    scope = AnyOf(ByNode("node_id"), Purpose("register"))

    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    kind = models.CharField(max_length=8, choices=ImportKind.choices)
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    source = models.CharField(max_length=120)
    as_of = models.DateField()
    grade = models.CharField(max_length=1, choices=Grade.choices)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.READING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # rows taken over so far: where a stopped run goes on
    counts = models.JSONField(default=dict)  # verdict -> rows
    problem = models.CharField(max_length=300, blank=True)  # why the file could not be read
    started_by = models.UUIDField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class ImportRow(Row):
    """One row of an uploaded table with what will become of it, and why not."""

    scope = AnyOf(ByNode("node_id"), Purpose("register"))

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="rows")
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    line = models.PositiveIntegerField()  # as the spreadsheet counts
    code = models.CharField(max_length=40, blank=True)
    values = models.JSONField()  # what will be written: canonical values by column
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="import_row_once")]


class Merge(Row):
    """Two records of one firm became one; what moved is listed, so that it can be undone."""

    scope = AnyOf(ByNode("node_id"), Purpose("register"))

    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    kept = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merged_in")
    merged = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merged_into")
    reason = models.CharField(max_length=300)
    moved = models.JSONField()  # table -> ids, and facts that gave way
    by = models.UUIDField()
    at = models.DateTimeField()
    undone_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="merged_into_one_only"
            )
        ]


class TimelineEntry(Row):
    """Something that happened to a firm, told in one line; filled by handlers, with where it can be traced."""

    scope = AnyOf(ByOrganisation("organisation_id"), Purpose("register"))

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="timeline")
    kind = models.CharField(max_length=20)  # case, title, facts, merge
    on = models.DateField()
    text = models.CharField(max_length=200)
    subject_id = models.UUIDField()  # the row it comes from
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "subject_id", "text"], name="timeline_entry_once"
            )
        ]
        ordering = ["-on", "-at", "-id"]
