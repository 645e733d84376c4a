"""The peers' own environment, made from their own lock beside this file, and a peer run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

PEERS = ("polars", "openfisca", "zen")


def make_environment() -> None:
    """As the lock says; the product's own environment is left alone."""
    beside = Path(sys.executable).with_name("uv")
    command = [beside if beside.exists() else "uv", "sync", "--quiet", "--frozen", "--project", HERE]
    subprocess.run(command, check=True, env={k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"})


def judged_by(peer: str, plain: Path, *more: str | Path, quiet: bool = False) -> None:
    """A peer in a process of its own: nothing of another weighs on its clock or its memory."""
    command = [HERE / ".venv/bin/python", HERE / f"with_{peer}.py", plain, *more]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL if quiet else None)
