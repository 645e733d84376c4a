"""A PostgreSQL cluster of our own, and its death: every process of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg

from tests.run import cluster, url_of


@dataclass(frozen=True)
class Cluster:
    server: Any
    url: str

    def kill(self) -> None:
        """kill -9 of the postmaster and all its children: nobody is left to write anything down."""
        postmaster = self.server.get_postmaster_info().process
        postmaster.suspend()  # it starts nobody new while its children are counted
        everyone = [postmaster, *postmaster.children(recursive=True)]
        for process in everyone:
            with suppress(psutil.NoSuchProcess):  # a worker may have ended by itself meanwhile
                process.kill()
        for process in everyone:
            process.wait()

    def settle(self, **settings: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as owner:
            for name, value in settings.items():
                owner.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            owner.execute("SELECT pg_reload_conf()")

    def start_again(self) -> None:
        self.server.ensure_postgres_running()


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    with cluster() as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as owner:
            owner.execute("CREATE DATABASE qcy TEMPLATE qcy_base")
        yield Cluster(server, url_of(server))
