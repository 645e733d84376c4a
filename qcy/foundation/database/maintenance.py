"""Emptying tables for the demo world: append-only triggers are lifted for one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models, transaction

from .install import install

DROP_TRIGGERS = {
    "sqlite": ("DROP TRIGGER IF EXISTS {table}_no_update", "DROP TRIGGER IF EXISTS {table}_no_delete"),
    "postgresql": ("DROP TRIGGER IF EXISTS {table}_append_only ON {table}",),
}


def empty_tables(tables: Sequence[type[models.Model]]) -> None:
    names = [model._meta.db_table for model in tables if model._meta.managed and not model._meta.proxy]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for name in names:
            for statement in DROP_TRIGGERS[connection.vendor]:
                cursor.execute(statement.format(table=name))
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        else:
            for name in names:
                cursor.execute(f"DELETE FROM {name}")
        install(connection=connection)
