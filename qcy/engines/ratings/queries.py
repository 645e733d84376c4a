from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Value

from qcy.engines.casework.enums import CaseStatus
from qcy.engines.casework.models import Case
from qcy.foundation.parties.actor import Actor

from .models import Complaint, DutyState, Level, Rating, RatingDuty
from .workflow import DUTY

RATABLE = (CaseStatus.DELIVERED, CaseStatus.NOT_ACCEPTED)


@dataclass(frozen=True)
class RatingFigures:
    """Never an average without its distribution and without those who did not answer."""

    counts: tuple[tuple[str, int, int], ...]  # label, number, share in per cent of those who rated
    rated: int
    invited: int  # closed cases of the period
    average: float | None
    upheld: int  # bad ratings found mistaken: named, not counted

    @property
    def response_rate(self) -> float | None:
        return 100 * self.rated / self.invited if self.invited else None


def figures_of(actor: Actor, today: date, days: int = 90) -> RatingFigures:
    """Ratings of the cases closed within `days`, at the nodes of this actor."""
    since = today - timedelta(days=days)
    cases = Case.objects.visible_to(actor).filter(status__in=RATABLE, closed_on__gt=since)
    mistaken = RatingDuty.objects.visible_to(actor).filter(state=DutyState.UPHELD).values("rating_id")
    ratings = Rating.objects.visible_to(actor).filter(case__in=cases)
    rows = ratings.exclude(pk__in=mistaken).values("level").annotate(n=Count("id"))
    counts = Counter({row["level"]: row["n"] for row in rows})
    rated = sum(counts.values())
    return RatingFigures(
        counts=tuple(
            (level.label, counts[level.value], round(100 * counts[level.value] / rated) if rated else 0)
            for level in Level
        ),
        rated=rated,
        invited=cases.count(),
        average=sum(level * n for level, n in counts.items()) / rated if rated else None,
        upheld=ratings.filter(pk__in=mistaken).count(),
    )


@dataclass(frozen=True)
class Waiting:
    duties: int  # bad ratings that somebody has to look into
    unread: int  # complaints


def waiting_for(actor: Actor) -> Waiting:
    """What the side bar of every console page counts, in one question."""
    duties = RatingDuty.objects.visible_to(actor).exclude(state__in=DUTY.ends)
    unread = Complaint.objects.visible_to(actor).filter(read_at=None)
    counts = dict(_counted("duties", duties).union(_counted("unread", unread), all=True))
    return Waiting(counts.get("duties", 0), counts.get("unread", 0))


def _counted(name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """One row: the name and how many."""
    named = rows.order_by().annotate(name=Value(name)).values("name")
    return named.annotate(n=Count("pk")).values_list("name", "n")
