from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.writing import change
from qcy.foundation.durable import make_folder, sync, sync_folder
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Refusal, Refused

from .enums import KEPT_STATES, FileState
from .inspect import disk_full, refuse_upload, sniff
from .models import StoredFile

log = structlog.get_logger(__name__)

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def store_upload(
    *,
    actor: Actor,
    draft_id: UUID,
    organisation_id: UUID | None,
    field: str,
    name: str,
    chunks: Iterable[bytes],
    kinds: tuple[str, ...],
    most_bytes: int,
    now: datetime,
    window_id: UUID | None = None,
) -> StoredFile:
    """Write, hash and fsync an upload, then record it; a refused one leaves nothing behind."""
    row = StoredFile(
        owner_id=actor.me,
        organisation_id=organisation_id,
        window_id=window_id,
        draft_id=draft_id,
        field=field,
        uploaded_at=now,
    )
    row.name = _safe_name(name)
    try:
        row.sha256, row.size = _write_or_refuse(row, chunks)
        if refusal := refuse_upload(row.path, row.name, row.size, kinds, most_bytes):
            raise Refused(refusal)
        row.kind = sniff(row.path)
        _record(row, actor, now)
    except BaseException:
        row.path.unlink(missing_ok=True)
        raise
    return row


@transaction.atomic
def _record(row: StoredFile, actor: Actor, now: datetime) -> None:
    row.save(force_insert=True)
    payload = {"file": str(row.pk), "sha256": row.sha256}
    record_audit(
        stream=f"person:{actor.person_id}",
        type="file.uploaded",
        now=now,
        actor_id=actor.person_id,
        payload=payload,
    )
    put("file.uploaded", payload={"file": str(row.pk)}, now=now)


def _safe_name(name: str) -> str:
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in bare if c.isprintable())[:200] or "未命名"


def _write_or_refuse(row: StoredFile, chunks: Iterable[bytes]) -> tuple[str, int]:
    try:
        return _write(row.path, chunks)
    except OSError as fault:
        if fault.errno not in NO_ROOM:
            raise
        log.error("files.disk_full", folder=str(row.path.parent))  # somebody has to make room
        raise Refused(disk_full(row.name)) from fault


def _write(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    make_folder(path.parent)
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        file.flush()
        sync(file.fileno())
    sync_folder(path.parent)
    return digest.hexdigest(), size


@transaction.atomic
def remove_file(*, actor: Actor, file_id: UUID, draft_id: UUID, now: datetime) -> None:
    """Take an upload out of a draft. What a case has claimed stays (S5)."""
    unclaimed = StoredFile.objects.visible_to(actor).filter(pk=file_id, draft_id=draft_id, case_id=None)
    if not unclaimed.update(state=FileState.REMOVED):  # conditional: a submission may be claiming it
        raise StoredFile.DoesNotExist
    record_audit(
        stream=f"person:{actor.person_id}",
        type="file.removed",
        now=now,
        actor_id=actor.person_id,
        payload={"file": str(file_id)},
    )


FILES_CHANGED = Refusal(
    "files_changed",
    why="提交时，有上传的文件被移除或清理了，申请没有提交。",
    fix="请核对材料，补齐后再提交。",
)


def claim_files(files: Sequence[StoredFile], *, case_id: UUID) -> bool:
    """Inside the submission: the draft's files become the case's. False if one was removed meanwhile."""
    if not files:
        return True
    ids = tuple(file.pk for file in files)
    return change(StoredFile, {"id": ids, "state": KEPT_STATES}, case_id=case_id) == len(files)
