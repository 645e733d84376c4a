"""A database and its files in a folder of their own; what runs there are processes that may be killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bench.drafts import Ready
from tests.world import NOW, ROOT

FULL = bool(os.environ.get("QCY_FAULTS_FULL"))  # before a release; `make test` has to be quick
DRAFTS = 500 if FULL else 100
RUNS = 3 if FULL else 1
PATIENCE_SECONDS = 90  # how long a busy machine may take, not how long it should


@dataclass(frozen=True)
class Place:
    folder: Path
    drafts: tuple[Ready, ...] = ()
    url: str = ""  # blank: SQLite in the folder
    more: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "qcy.sqlite3"

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("QCY_")}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "qcy.settings.development",
            "QCY_VAR": str(self.folder),
            "QCY_DATABASE_URL": self.url or f"sqlite://{self.database}",
            "QCY_FREEZE_NOW": NOW.isoformat(),
            **self.more,
        }

    def command(self, module: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tests.faults.launch", module, *arguments]

    def run(self, module: str, *arguments: str) -> str:
        """What a module of ours printed; its complaints, if it failed."""
        command = self.command(module, *arguments)
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def filled(self, number: int) -> Place:
        lines = self.run("prepare", str(number)).splitlines()
        return replace(self, drafts=tuple(Ready(**json.loads(line)) for line in lines))

    def copied(self, folder: Path, number: int) -> Place:
        """The same world elsewhere, with the first `number` drafts still to be submitted."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder, drafts=self.drafts[:number])


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    limit = monotonic() + PATIENCE_SECONDS
    while monotonic() < limit:
        if found := condition():
            return found
        sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")
