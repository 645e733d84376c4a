from __future__ import annotations

from django.db import models

from qcy.engines.casework.models import Case
from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByCase, ByNode, ByPerson, GlobalRead, Purpose
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
    changed_at = models.DateTimeField(null=True)  # changeable until three days after closure


class DutyState(models.TextChoices):
    CALL_BACK = "call_back", "待回访"
    RECTIFY = "rectify", "整改中"
    APPEALED = "appealed", "申诉待复核"
    DONE = "done", "已整改"
    EXPLAINED = "explained", "已说明"
    UPHELD = "upheld", "申诉成立，不计差评"


class RatingDuty(Row):
    """What a bad rating obliges the node to do: call back, put right, answer, within a limit (国办发〔2019〕51号)."""

    scope = AnyOf(ByNode("node_id"), ByCase("case_id"))

    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="duty")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rating_duties")
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=DutyState.choices, default=DutyState.CALL_BACK)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    due = models.DateField()  # of the call-back and simple cases: 5 working days; a rectification: 15
    called_back_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    handler_id = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)


class DutyStep(Row):
    """What was done about a bad rating, in order, with the words written then."""

    scope = AnyOf(ByNode("node_id"))

    duty = models.ForeignKey(RatingDuty, on_delete=models.PROTECT, related_name="steps")
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    command = models.CharField(max_length=16)
    person_id = models.UUIDField()
    desk_name = models.CharField(max_length=20)
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()


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
    may_publish = models.BooleanField(default=False)  # the writer agrees to see it published, without a name
    answer = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    answer_desk = models.CharField(max_length=20, blank=True)
    kept_private_because = models.CharField(max_length=200, blank=True)  # why moderation did not publish it


class PublicComment(Row):
    """A comment with its official answer, as published after moderation: text only, no name, no contact."""

    scope = GlobalRead("published comments")

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="publication")
    node = models.ForeignKey(Node, on_delete=models.PROTECT)
    text = models.CharField(max_length=1000)  # as moderated: personal data taken out
    answer = models.CharField(max_length=1000)
    answer_desk = models.CharField(max_length=20)
    received_on = models.DateField()
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)
