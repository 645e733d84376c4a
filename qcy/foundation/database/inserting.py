"""New rows by a statement made once: Django would put the same INSERT together again for every row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from .guard import refuse_table_without_scope


def insert(*rows: models.Model) -> None:
    """New rows of one model in one statement, in the caller's transaction. No signals; keys are already set."""
    table = rows[0]._meta.db_table
    refuse_table_without_scope(table)
    head, places = _statement(type(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(f"{head} {', '.join([places] * len(rows))}", [v for row in rows for v in _values(row)])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _statement(model: type[models.Model]) -> tuple[str, str]:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in _fields(model)]
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) VALUES",
        f"({', '.join(['%s'] * len(columns))})",
    )


def _values(row: models.Model) -> list[Any]:
    held = row.__dict__
    return [field.get_db_prep_save(held[field.attname], connection) for field in _fields(type(row))]


def _fields(model: type[models.Model]) -> Sequence[Any]:
    return model._meta.local_concrete_fields
