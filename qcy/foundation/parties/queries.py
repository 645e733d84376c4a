from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from .enums import Role
from .models import Absence, Mandate


def in_force(today: date) -> Q:
    return Q(since__lte=today) & (Q(until=None) | Q(until__gte=today))


def people_with_role(node_id: UUID, role: Role, today: date) -> set[UUID]:
    held = Mandate.objects.filter(in_force(today), node_id=node_id, role=role)
    return set(held.values_list("person_id", flat=True))


def covers_of(people: Iterable[UUID], today: date) -> set[UUID]:
    """Who stands in for those of `people` who are away today."""
    away = Absence.objects.filter(person_id__in=list(people), since__lte=today, until__gte=today)
    return set(away.values_list("cover_id", flat=True))


def covered_by(person_id: UUID, today: date) -> set[UUID]:
    """For whom this person stands in today."""
    away = Absence.objects.filter(cover_id=person_id, since__lte=today, until__gte=today)
    return set(away.values_list("person_id", flat=True))
