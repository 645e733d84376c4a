from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import purpose

from .enums import FileState
from .inspect import find_fault
from .models import StoredFile

REMOVED_KEPT = timedelta(days=30)
UNCLAIMED_KEPT = timedelta(days=180)
AT_ONCE = 500


def check_structure(payload: Mapping[str, Any], now: datetime) -> None:
    """The verdict that lets a file out of quarantine."""
    waiting = StoredFile.objects.filter(pk=payload["file"], state=FileState.QUARANTINED)
    if row := waiting.first():
        fault = find_fault(row.path, row.kind)
        # conditional: a file taken out of its draft meanwhile stays out
        waiting.update(state=FileState.REJECTED if fault else FileState.CLEAN, reason=fault)


@transaction.atomic
def purge_unclaimed_uploads(payload: Mapping[str, Any], now: datetime) -> None:
    """Uploads no case has claimed: a month old and taken out of their draft, or half a year old (S5).

    A file does not know whether its draft is still open; no application window is open for half a
    year. Whoever comes back even later is asked for the file again.
    """
    old = Q(state=FileState.REMOVED, uploaded_at__lt=now - REMOVED_KEPT) | Q(
        uploaded_at__lt=now - UNCLAIMED_KEPT
    )
    with purpose("cleaning"):
        # what a submission holds is skipped: nobody waits for the clean-up, and it for nobody
        free = StoredFile.objects.select_for_update(skip_locked=True).filter(old, case_id=None)
        gone = delete_unclaimed(list(free.order_by("uploaded_at", "id")[:AT_ONCE]))
    if gone:
        names = [str(file.pk) for file in gone]
        record_audit(stream="files", type="files.purged", now=now, payload={"files": names})


@transaction.atomic
def delete_unclaimed(files: Sequence[StoredFile]) -> list[StoredFile]:
    """Those that nobody has claimed by now; their bytes once the deletion is committed.

    The condition stands in the one statement that deletes: a submission may have claimed a file since
    it was read. A submission that comes a moment later finds its file gone and stops (`claim_files`).
    """
    named = StoredFile.objects.filter(pk__in=[file.pk for file in files])
    named.filter(case_id=None).delete()
    kept = set(named.values_list("pk", flat=True))
    gone = [file for file in files if file.pk not in kept]
    transaction.on_commit(partial(_unlink, gone))
    return gone


def _unlink(files: Iterable[StoredFile]) -> None:
    for file in files:
        file.path.unlink(missing_ok=True)
