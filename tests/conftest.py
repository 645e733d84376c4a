from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections

from qcy.foundation.database import scope as database_scope
from qcy.foundation.database.held import forget_all
from qcy.foundation.database.scope import Scope
from tests.world import NOW, World, build_base

POSTGRESQL = "QCY_TEST_POSTGRESQL" in os.environ
APPLICATION_ROLE = os.environ.get("QCY_APPLICATION_ROLE", "")
BOUND_BY_ROWS = os.environ.get("QCY_TEST_LAYER") != "filter"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What the running database cannot show is left out, not skipped: a skip means something is missing."""
    foreign = {"only_sqlite"} if POSTGRESQL else {"only_row_security"}
    if POSTGRESQL and not BOUND_BY_ROWS:
        foreign = {"only_sqlite", "only_row_security"}
    left_out = [item for item in items if foreign & {mark.name for mark in item.iter_markers()}]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Django reads every table while it makes the test database; no connection exists yet to tell a scope."""
    database_scope._current.set(Scope(system="test database"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """Migrated by the owner, filled once, then used by the application role that row security binds."""
    database_scope._current.set(None)
    with django_db_blocker.unblock():
        build_base()
        become(APPLICATION_ROLE if BOUND_BY_ROWS else "")
    yield
    with django_db_blocker.unblock():
        become("")


def become(role: str) -> None:
    if POSTGRESQL:
        connection.close()
        connection.settings_dict["OPTIONS"]["options"] = f"-c role={role}" if role else ""


@pytest.fixture(autouse=True)
def frozen_clock(settings: Any, tmp_path_factory: Any) -> None:
    settings.QCY_FREEZE_NOW = NOW.isoformat()


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    cache.clear()
    forget_all()


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def committed_world(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[World]:
    """A private copy of the database for tests that really commit, from several threads or processes."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        copy = copy_database(name, tmp_path)
        connection.close()
        connection.settings_dict["NAME"] = copy
        forget()
        try:
            yield World()
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = name
            drop_database(copy)


def copy_database(name: str, folder: Path) -> str:
    connection.close()
    if not POSTGRESQL:
        copy = str(folder / "copy.sqlite3")
        with sqlite3.connect(name) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        return copy
    copy = f"{name}_copy"
    as_owner(f"CREATE DATABASE {copy} TEMPLATE {name}")
    return copy


def drop_database(copy: str) -> None:
    if POSTGRESQL:
        as_owner(f"DROP DATABASE {copy} WITH (FORCE)")
    else:
        Path(copy).unlink()


def as_owner(statement: str) -> None:
    import psycopg

    where = connection.settings_dict
    target = f"host={where['HOST']} user={where['USER']} dbname=postgres" + (
        f" port={where['PORT']}" if where["PORT"] else ""
    )
    with psycopg.connect(target, autocommit=True) as owner:
        owner.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def files_of_this_run() -> Iterator[None]:
    yield
    shutil.rmtree(settings.QCY_FILES, ignore_errors=True)
