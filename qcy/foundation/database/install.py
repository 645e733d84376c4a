"""What the ORM cannot say: append-only triggers, row policies and grants.

One idempotent function, run after every migrate, because SQLite drops triggers when it remakes a
table and new tables need policies. Everything is derived from the models' declarations.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from .rules import AnyOf, is_scoped, rule_of


def append_only_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if getattr(m, "append_only", False)]


def scoped_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if is_scoped(m)]


def install(sender: object = None, *, connection: Any = None, using: str = "default", **_: object) -> None:
    from django.db import connections

    connection = connection or connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for model in append_only_models():
            if model._meta.db_table in present:
                _run(cursor, TRIGGERS[connection.vendor], table=model._meta.db_table)
        if connection.vendor == "postgresql":
            _secure_rows(cursor, present)


def _secure_rows(cursor: Any, present: set[str]) -> None:
    for model in scoped_models():
        table = model._meta.db_table
        if table in present:
            _run(cursor, POLICY, table=table, rule=_policy(model), insert=_insert_policy(model))
    for model in apps.get_models():
        for name in getattr(model, "same_node", ()):
            field: Any = model._meta.get_field(name)
            target = field.related_model._meta.db_table
            _run(cursor, SAME_NODE, table=model._meta.db_table, column=field.column, target=target)
    if role := settings.QCY_APPLICATION_ROLE:
        _run(cursor, GRANTS, role=role)


def _policy(model: type[models.Model]) -> str:
    rule = rule_of(model)
    assert rule is not None
    return f"(current_setting('qcy.system', true) = 'on' OR {rule.policy(model._meta.db_table)})"


def _insert_policy(model: type[models.Model]) -> str:
    rule = rule_of(model)
    return "true" if isinstance(rule, AnyOf) and rule.open_insert else _policy(model)


def _run(cursor: Any, statements: tuple[str, ...], **names: str) -> None:
    for statement in statements:
        cursor.execute(statement.format(**names))


TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS {table}_no_update",
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}"
        " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        "DROP TRIGGER IF EXISTS {table}_no_delete",
        "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
        " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION qcy_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        "DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION qcy_append_only()",
    ),
}

POLICY = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    "DROP POLICY IF EXISTS {table}_see ON {table}",
    "CREATE POLICY {table}_see ON {table} FOR SELECT USING {rule}",
    "DROP POLICY IF EXISTS {table}_add ON {table}",
    "CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK ({insert})",
    "DROP POLICY IF EXISTS {table}_change ON {table}",
    "CREATE POLICY {table}_change ON {table} FOR UPDATE USING {rule} WITH CHECK {rule}",
    "DROP POLICY IF EXISTS {table}_remove ON {table}",
    "CREATE POLICY {table}_remove ON {table} FOR DELETE USING {rule}",
)

# (id, node_id) keys: a row of one node cannot point at another node's row, whatever the code does
SAME_NODE = (
    "DO $$ BEGIN"
    " IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{target}_id_node')"
    " THEN ALTER TABLE {target} ADD CONSTRAINT {target}_id_node UNIQUE (id, node_id); END IF;"
    " IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{table}_{column}_same_node')"
    " THEN ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_node FOREIGN KEY ({column}, node_id)"
    " REFERENCES {target} (id, node_id) DEFERRABLE INITIALLY DEFERRED; END IF;"
    " END $$",
)

GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
)
