"""Files that are still there after a power loss: the bytes are synced, and so is the name in its folder.

A synced file whose folder was never synced may come back empty or nameless (tests/faults/test_power_loss.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_syncing: ContextVar[bool] = ContextVar("qcy_syncing", default=True)


@contextmanager
def unsynced() -> Iterator[None]:
    """For a world that is built again from nothing when it is lost (the demo), never for what somebody gave us."""
    token = _syncing.set(False)
    try:
        yield
    finally:
        _syncing.reset(token)


def sync(descriptor: int) -> None:
    if _syncing.get():
        os.fsync(descriptor)


def make_folder(path: Path, mode: int = 0o777) -> None:
    """With all folders above it. Also when it is there: whoever made it may not have synced it yet."""
    if not path.parent.exists():
        make_folder(path.parent, mode)
    path.mkdir(mode=mode, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """The names in it, made or removed, are on the disk when this returns."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(folder)
    finally:
        os.close(folder)


def write_bytes(path: Path, content: bytes, mode: int = 0o666) -> None:
    """A new file; its name counts once its folder is synced."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        sync(file.fileno())
