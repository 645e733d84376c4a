from __future__ import annotations

from django.db import models

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import GlobalRead


class CalendarYear(Row):
    """Working days of one year as loaded; a newer load of the same year wins, older ones stay."""

    scope = GlobalRead("public holidays")

    year = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    document = models.CharField(max_length=60)  # number of the State Council notice; 待核 = not verified
    source = models.CharField(max_length=60)
    data = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "version"], name="calendar_year_once")]
