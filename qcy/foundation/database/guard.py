"""The second layer of tenancy: no SQL on a scoped table without a scope.

A hook on managers was measured to leak through joins, select_related, foreign keys, cascades and
refresh; a compiler sees every statement the ORM sends, in base or join, subquery or union.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps

from .rules import is_scoped
from .scope import ScopeMissing, current


@cache
def scoped_tables() -> frozenset[str]:
    return frozenset(m._meta.db_table for m in apps.get_models(include_auto_created=True) if is_scoped(m))


def tables_of(query: Any) -> set[str]:
    """Tables a query names itself; subqueries pass through a compiler of their own."""
    named = {join.table_name for alias, join in query.alias_map.items() if query.alias_refcount.get(alias, 1)}
    return named | {query.get_meta().db_table}


def refuse_without_scope(query: Any) -> None:
    if current() is not None:
        return
    touched = sorted(tables_of(query) & scoped_tables())
    if touched:
        raise ScopeMissing(f"no scope is set, but the statement touches {', '.join(touched)}")


def refuse_table_without_scope(table: str) -> None:
    if current() is None and table in scoped_tables():
        raise ScopeMissing(f"no scope is set, but the statement touches {table}")


class Guarded:
    """Mixed into every SQL compiler of our database backends."""

    query: Any

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        refuse_without_scope(self.query)
        statement = super().as_sql(*args, **kwargs)  # type: ignore[misc]
        refuse_without_scope(self.query)  # joins are added while compiling
        return statement
