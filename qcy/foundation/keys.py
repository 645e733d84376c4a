"""Secret keys of this installation: one file each under `QCY_KEYS`, made on first use."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from django.conf import settings

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
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(secrets.token_bytes(KEY_BYTES).hex(), "ascii")
    draft.chmod(0o600)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first: its key counts
    finally:
        draft.unlink()
