"""Plain writes without a query to put together: Django would build the same INSERT and UPDATE again each time.

For the few writes that many people wait for. No signals, no expressions; keys are already set. They run in
the caller's transaction, and like every statement they refuse a scoped table without a scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import connection, models

from .guard import refuse_table_without_scope

Model = type[models.Model]


def insert(*rows: models.Model) -> None:
    """New rows of one model in one statement."""
    model = type(rows[0])
    head, places = _insert_into(model)
    fields = model._meta.local_concrete_fields
    values = [_stored(field, row.__dict__[field.attname]) for row in rows for field in fields]
    _send(model, f"{head} VALUES {', '.join([places] * len(rows))}", values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _insert_into(model: Model) -> tuple[str, str]:
    columns = [_column(field) for field in model._meta.local_concrete_fields]
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {_table(model)} ({', '.join(columns)})", f"({places})"


def change(model: Model, where: Mapping[str, Any], **values: Any) -> int:
    """Sets `values` in the rows whose fields equal `where` (a tuple: one of these); returns their number."""
    sets, set_values = _pairs(model, values)
    wanted, wanted_values = _pairs(model, where)
    statement = f"UPDATE {_table(model)} SET {', '.join(sets)} WHERE {' AND '.join(wanted)}"
    return _send(model, statement, set_values + wanted_values)


def _pairs(model: Model, given: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    texts, values = [], []
    for name, value in given.items():
        field = model._meta.get_field(name)
        several = value if isinstance(value, tuple) else (value,)
        places = ", ".join(["%s"] * len(several))
        texts.append(
            f"{_column(field)} IN ({places})" if isinstance(value, tuple) else f"{_column(field)} = %s"
        )
        values += [_stored(field, one) for one in several]
    return texts, values


def _send(model: Model, statement: str, values: list[Any]) -> int:
    refuse_table_without_scope(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _table(model: Model) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _stored(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)
