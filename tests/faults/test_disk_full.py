"""A full disk while a file is uploaded: a sentence for whoever uploads, and nothing half is left."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qcy.demo.story import SMALL_PDF
from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.database.scope import unscoped
from qcy.foundation.files import services
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import store_upload
from qcy.foundation.outbox.models import OutboxRow
from tests.world import World

ROOM = 256 * 1024


@pytest.fixture
def small_disk(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real filesystem of 256 KiB where we may mount one, else a disk that refuses to sync."""
    settings.QCY_FILES = tmp_path / "files"
    settings.QCY_FILES.mkdir()
    mounted = mount(settings.QCY_FILES)
    if not mounted:
        monkeypatch.setattr(services.os, "fsync", full)
    yield settings.QCY_FILES
    if mounted:
        subprocess.run(["umount", str(settings.QCY_FILES)], check=True)


def mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0


def full(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def counts() -> list[int]:
    with unscoped("test"):
        return [model.objects.count() for model in (StoredFile, AuditEvent, OutboxRow)]


def test_S4_an_upload_on_a_full_disk_is_refused_in_words_and_leaves_nothing(
    world: World, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = world.firm()
    draft = world.empty_draft(actor)
    before = counts()
    refusal = world.attempt(
        store_upload,
        actor,
        draft_id=draft.pk,
        organisation_id=draft.organisation_id,
        field="licence",
        name="执照.pdf",
        chunks=[SMALL_PDF, *[b"%" * ROOM] * 4],
        kinds=("pdf",),
        most_bytes=100 * ROOM,
        now=world.now,
    )
    assert refusal.code == "disk_full"
    assert "执照.pdf" in refusal.why and refusal.fix.startswith("请")
    assert counts() == before
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []
    monkeypatch.undo()  # somebody has made room, where it was not a real disk
    assert world.upload(actor, draft, "licence").path.read_bytes() == SMALL_PDF, "its room was given back"
