from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from qcy.foundation.database.scope import purpose

from .models import Person, PersonContact

UNPROVEN_KEPT = timedelta(days=1)
AT_ONCE = 500


def forget_unproven_accounts(payload: Mapping[str, Any], now: datetime) -> None:
    """A phone somebody typed and never proved leaves no account behind (ADR 6)."""
    with purpose("sign_in"):
        proven = PersonContact.objects.filter(person=OuterRef("pk")).exclude(verified_at=None)
        stale = Person.objects.filter(~Exists(proven), joined_at__lt=now - UNPROVEN_KEPT, last_login=None)
        people = list(stale.values_list("pk", flat=True)[:AT_ONCE])
        PersonContact.objects.filter(person__in=people).delete()
        Person.objects.filter(pk__in=people).delete()
