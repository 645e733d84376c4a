from __future__ import annotations

from django.db import models

from qcy.engines.casework.models import Case
from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByCase, ByNode, ByPerson, Purpose
from qcy.foundation.nodes.models import Node


class Level(models.IntegerChoices):
    """好差评五级（国办发〔2019〕51号）."""

    VERY_GOOD = 5, "非常满意"
    GOOD = 4, "满意"
    FAIR = 3, "基本满意"
    POOR = 2, "不满意"
    VERY_POOR = 1, "非常不满意"


class Rating(Row):
    """What the applicant thought of one served matter: once per case."""

    scope = AnyOf(ByCase("case_id"))

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="rating")
    person_id = models.UUIDField()
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    comment = models.CharField(max_length=500, blank=True)
    rated_at = models.DateTimeField()


class Complaint(Row):
    """A complaint or suggestion from any page, with or without an account; answered by the node."""

    scope = AnyOf(ByPerson("person_id"), ByNode("node_id"), Purpose("complaint"), open_insert=True)

    number = models.CharField(max_length=24, unique=True)
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    person_id = models.UUIDField(null=True)
    page = models.CharField(max_length=200, blank=True)  # where the entry was clicked
    text = models.CharField(max_length=1000)
    contact = models.CharField(max_length=300, blank=True)  # sealed; blank = anonymous
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
