"""Abstract bases every table uses. No table of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from qcy.kernel.ids import new_id

from .rules import Rule, ScopedQuerySet


class Row(models.Model):
    """UUIDv7 key, a declared scope, and a queryset that knows `visible_to`."""

    scope: ClassVar[Rule]
    append_only: ClassVar[bool] = False  # a trigger refuses update and delete
    same_node: ClassVar[tuple[str, ...]] = ()  # foreign keys to rows that must be of this row's node

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
