"""Counting up in one statement: no read between two writers, no number twice."""

from __future__ import annotations

from django.db import connection


def count_up(table: str, name: str) -> int:
    """The next number of the series `name` in `table` (columns name, last). Part of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, last) VALUES (%s, 1)"
            f" ON CONFLICT (name) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [name],
        )
        return int(cursor.fetchone()[0])
