"""What everybody may read of complaints: published comments, how many were answered, one answer by its number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from qcy.foundation.database.scope import purpose
from qcy.foundation.nodes.models import Node
from qcy.kernel.text import compact_code

from .models import Complaint, PublicComment

DAYS = 365
NUMBER = re.compile(r"TS-?([A-Z]{1,4})-?(\d{8})-?(\d{4,6})")


@dataclass(frozen=True)
class Responses:
    """Answered of all received, those still open included: leaving them out would flatter."""

    answered: int
    received: int

    @property
    def rate(self) -> float | None:
        return 100 * self.answered / self.received if self.received else None


@dataclass(frozen=True)
class AnswerView:
    """What a receipt number opens. Never what was written, by whom, or how to reach them."""

    number: str
    node: str
    received_at: datetime
    answer: str
    answer_desk: str
    answered_at: datetime | None


def published_comments(node: Node) -> QuerySet[PublicComment]:
    found: QuerySet[PublicComment] = PublicComment.objects.filter(node=node, withdrawn_at=None)
    return found.order_by("-published_at", "-id")


def responses_of(node: Node, now: datetime) -> Responses:
    """Complaints and suggestions of the last year at this node, as two counts."""
    with purpose("complaint"):
        counts = Complaint.objects.filter(
            node=node, received_at__gt=now - timedelta(days=DAYS), received_at__lte=now
        ).aggregate(received=Count("id"), answered=Count("id", filter=~Q(answered_at=None)))
    return Responses(counts["answered"], counts["received"])


def answer_by_number(typed: str) -> AnswerView | None:
    """Typed with or without hyphens and spaces, in any case."""
    found = NUMBER.fullmatch(compact_code(typed))
    if found is None:
        return None
    with purpose("complaint"):
        row = Complaint.objects.filter(number="TS-{}-{}-{}".format(*found.groups())).values_list(
            "number", "node__name", "received_at", "answer", "answer_desk", "answered_at"
        )
        held = row.first()
    return AnswerView(*held) if held else None
