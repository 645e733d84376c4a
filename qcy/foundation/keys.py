"""Secret keys of this installation: one file each under `QCY_KEYS`, made on first use."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from django.conf import settings

from .durable import make_folder, sync_folder, write_bytes

KEY_BYTES = 32


@cache
def key(name: str) -> bytes:
    """The key called `name`. Two processes starting together agree: the file is linked, never overwritten."""
    return read_or_make(Path(settings.QCY_KEYS) / f"{name}.key")


def read_or_make(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    return bytes.fromhex(path.read_text("ascii"))


def _make(path: Path) -> None:
    make_folder(path.parent, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")  # two threads have one process number
    write_bytes(draft, secrets.token_bytes(KEY_BYTES).hex().encode(), mode=0o600)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first: its key counts
    finally:
        draft.unlink()
        sync_folder(path.parent)  # what a lost key has sealed could never be read again
