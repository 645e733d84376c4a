from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .enums import FileState
from .inspect import find_fault
from .models import StoredFile


def check_structure(payload: Mapping[str, Any], now: datetime) -> None:
    """The verdict that lets a file out of quarantine."""
    row = StoredFile.objects.filter(pk=payload["file"], state=FileState.QUARANTINED).first()
    if row is None:
        return
    fault = find_fault(row.path, row.kind)
    row.state, row.reason = (FileState.REJECTED, fault) if fault else (FileState.CLEAN, "")
    row.save(update_fields=["state", "reason"])
