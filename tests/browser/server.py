"""A real server process group with a demo world of its own, in a temporary folder."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.world import NOW, ROOT, TODAY

START_SECONDS = 60


class Server:
    """`qcy serve` on a free port. `kill` is kill -9 of the whole group."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.log = var / "serve.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("QCY_")}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "qcy.settings.development",
            "QCY_VAR": str(self.var),
            "QCY_DATABASE_URL": f"sqlite://{self.var}/qcy.sqlite3",
            "QCY_FREEZE_NOW": NOW.isoformat(),
            "QCY_PUBLIC_URL": self.url,
        }

    def prepare(self) -> None:
        self.run("demo", "--today", TODAY.isoformat())

    def run(self, *arguments: str) -> str:
        """A `qcy` command on this server's database; what it printed."""
        command = [sys.executable, "-m", "qcy.cli", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(), check=True, stdout=subprocess.PIPE, encoding="utf-8"
        )
        return done.stdout

    def start(self) -> None:
        command = [sys.executable, "-m", "qcy.cli", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            try:
                with urlopen(f"{self.url}/health/", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise RuntimeError(self.log.read_text("utf-8"))

    def kill(self) -> None:
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def last_code(self, phone: str) -> str:
        """The one-time code that development prints for this phone."""
        limit = time.monotonic() + 10
        while time.monotonic() < limit:
            found = re.findall(rf"验证码 (\d+)（手机尾号 {phone[-4:]}", self.log.read_text("utf-8"))
            if found:
                return str(found[-1])
            time.sleep(0.05)
        raise RuntimeError("no code was printed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
