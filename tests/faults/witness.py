"""Listens to a writer and kills it (and whatever else) at a random moment; keeps what it had acknowledged."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import sleep
from typing import Any

from tests.faults.place import Place
from tests.world import ROOT

LONGEST_AIM_SECONDS = 0.03


@dataclass
class Acknowledged:
    session: dict[str, Any] = field(default_factory=dict)
    cases: dict[str, set[str]] = field(default_factory=dict)  # draft -> case
    files: dict[str, str] = field(default_factory=dict)  # path -> hash
    keys: dict[str, str] = field(default_factory=dict)

    def note(self, line: str) -> None:
        said = json.loads(line)
        match said.pop("what"):
            case "session":
                self.session = said
            case "case":
                self.cases[said["draft"]] = {said["case"]}
            case "file":
                self.files[said["path"]] = said["sha256"]
            case "key":
                self.keys[said["name"]] = said["key"]


def killed_writer(
    place: Place,
    *arguments: str,
    seed: int,
    more: Mapping[str, str] | None = None,
    also_kill: Callable[[], None] = lambda: None,
) -> Acknowledged:
    """A writer that has acknowledged some, but not all of the drafts when it dies."""
    dice = random.Random(seed)
    heard, limit = Acknowledged(), dice.randrange(len(place.drafts) * 2 // 3, len(place.drafts) * 5 // 6)
    writer = start(place, arguments, more or {})
    assert writer.stdout
    for line in writer.stdout:
        heard.note(line)
        if len(heard.cases) == limit:
            break
    assert len(heard.cases) == limit, log_of(place).read_text("utf-8")
    sleep(dice.random() * LONGEST_AIM_SECONDS)
    also_kill()
    os.killpg(writer.pid, signal.SIGKILL)
    for line in writer.stdout:  # said before the kill: promised as well
        if line.endswith("\n"):
            heard.note(line)
    writer.wait()
    return heard


def start(place: Place, arguments: Sequence[str], more: Mapping[str, str]) -> subprocess.Popen[str]:
    with tempfile.TemporaryFile("w+") as work, log_of(place).open("w") as log:
        work.writelines(json.dumps(asdict(ready)) + "\n" for ready in place.drafts)
        work.seek(0)
        return subprocess.Popen(
            place.command("writer", *arguments),
            cwd=ROOT,
            env=place.environment() | dict(more),
            stdin=work,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def log_of(place: Place) -> Path:
    return place.folder / "writer.log"
