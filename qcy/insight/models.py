from __future__ import annotations

from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import GlobalRead

from .enums import Comparison, Measure


class Figure(Row):
    """A published number (指标) by its code. What it means stands in its definitions."""

    scope = GlobalRead("published figures")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    theme = models.CharField(max_length=20)  # heading on the figures page
    unit = models.CharField(max_length=10)
    decimals = models.PositiveSmallIntegerField(default=0)
    measure = models.CharField(max_length=8, choices=Measure.choices)
    position = models.PositiveSmallIntegerField()  # order on the page
    on_home = models.PositiveSmallIntegerField(null=True)  # order among the tiles of the home page


class FigureDefinition(Row):
    """One version of what a figure counts. Append-only: an old value keeps the definition it was made by."""

    scope = GlobalRead("published figures")
    append_only = True

    figure = models.ForeignKey(Figure, on_delete=models.PROTECT, related_name="definitions")
    version = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    not_meant = models.CharField(max_length=200, blank=True)  # what it must not be read as
    effective_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["figure", "version"], name="definition_once")]


class FigureValue(Row):
    """A value as it was published, with its source. Never changed: a correction is a further row."""

    scope = GlobalRead("published figures")
    append_only = True

    figure = models.ForeignKey(Figure, on_delete=models.PROTECT, related_name="values")
    definition = models.ForeignKey(FigureDefinition, on_delete=models.PROTECT)
    value = models.DecimalField(max_digits=18, decimal_places=2)
    period_from = models.DateField(null=True)  # of a flow
    as_of = models.DateField()
    as_of_text = models.CharField(max_length=40)  # as printed: 截至 2021 年 11 月末
    comparison = models.CharField(max_length=16, choices=Comparison.choices, default=Comparison.NONE)
    comparison_text = models.CharField(max_length=80, blank=True)  # as printed: 是上年全年的 1.6 倍
    numerator = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    denominator = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=120)
    source_date = models.DateField()
    approver = models.CharField(max_length=40, blank=True)  # blank: 待运营方填写
    conflicts_with = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="rivals"
    )  # another source prints another value for the same thing
    recorded_at = models.DateTimeField()


class FigureCorrection(Row):
    """Why a published value was replaced by another, and when: the log stays in public."""

    scope = GlobalRead("published figures")
    append_only = True

    wrong = models.OneToOneField(FigureValue, on_delete=models.PROTECT, related_name="correction")
    right = models.ForeignKey(FigureValue, on_delete=models.PROTECT, related_name="corrects")
    reason = models.CharField(max_length=200)
    approver = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
