"""A demo world of its own, a server on it, and a load generator that knows whose replies it counts."""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
TODAY = "2026-07-08"
MOMENT = f"{TODAY}T14:32:00+08:00"
START_SECONDS = 30
CLIENT_ADDRESSES = 200  # below the 300 entries after which the product's cache throws entries away
CSRF = "b" * 32

BACKEND = "qcy.delivery.web.accounts.EmailPasswordBackend"


@contextmanager
def world() -> Iterator[Path]:
    """The demo world in a temporary folder, static files collected, Django set up in this process."""
    folder = Path(tempfile.mkdtemp(prefix="qcy-bench-"))
    os.environ.update(
        QCY_VAR=str(folder),
        QCY_FREEZE_NOW=MOMENT,
        QCY_BENCH_INSTANCE=secrets.token_hex(8),
        DJANGO_SETTINGS_MODULE="bench.settings",
    )
    os.environ.pop("QCY_DATABASE_URL", None)
    try:
        _run("-m", "qcy.cli", "demo", "--today", TODAY)
        _run("-m", "django", "collectstatic", "--noinput", "--verbosity", "0")
        (folder / "bench").mkdir()
        import django

        django.setup()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)


@dataclass
class Server:
    port: int
    instance: str
    log: Path

    def complaints(self, words: str) -> int:
        """How often the server's log holds these words."""
        return self.log.read_text("utf-8", "replace").count(words)


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """granian as `qcy serve` starts it (without the worker), on a port nobody listens on."""
    from qcy.supervisor import web_command

    running = Server(_free_port(), os.environ["QCY_BENCH_INSTANCE"], folder / "bench" / "server.log")
    command = [*web_command(HOST, running.port)[:-1], "bench.wsgi:application"]
    with running.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_for(running, process)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(running: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            Browser(running).get("/health/")
            return
        except ConnectionError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{running.log.read_text('utf-8', 'replace')}")


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    location: str
    seconds: float


addresses = count()


@dataclass
class Browser:
    """One keep-alive connection with one person's cookies. A reply of another server is an error:
    granian listens with SO_REUSEPORT, so a forgotten one would silently answer a share of the requests."""

    server: Server
    cookies: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(HOST, self.server.port, timeout=60)
        self.cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str) -> Reply:
        return self._send("GET", path, None, {})

    def post(self, path: str, fields: Mapping[str, str]) -> Reply:
        body = urlencode({**fields, "csrfmiddlewaretoken": CSRF}).encode()
        return self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        headers |= {"X-Bench-Client": _client_address()} | ({"Cookie": self.cookie} if self.cookie else {})
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read()
        seconds = time.perf_counter() - began
        if response.headers["X-Bench-Instance"] != self.server.instance:
            raise RuntimeError(f"another server answered {path} on port {self.server.port}")
        return Reply(response.status, text, response.headers.get("Location", ""), seconds)

    def close(self) -> None:
        self.connection.close()


def _client_address() -> str:
    return f"10.0.0.{next(addresses) % CLIENT_ADDRESSES + 1}"


def cookies_of(person: Any) -> dict[str, str]:
    """Signed in without walking the login: a session row as django.contrib.auth.login writes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    session.save()
    return {"sessionid": session.session_key or "", "csrftoken": CSRF}


def cookies_of_desk(name: str, node: str = "FX") -> dict[str, str]:
    from qcy.foundation.parties.models import Mandate

    held = Mandate.objects.select_related("person")
    return cookies_of(held.get(node__code=node, desk_name=name).person)
