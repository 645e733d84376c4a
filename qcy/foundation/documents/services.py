from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from qcy.foundation.database.counters import count_up
from qcy.foundation.database.writing import insert
from qcy.foundation.outbox.services import put
from qcy.kernel.chain import canonical_json

from .models import Document, DocumentState, NumberSeries
from .registry import RESULT_KINDS, TEMPLATES


def next_number(series: str) -> int:
    """1, 2, 3 … within the caller's transaction: a rolled-back number is given out again."""
    return count_up(NumberSeries._meta.db_table, series)


def retire_results(case_id: UUID, state: DocumentState) -> None:
    """The result of a case no longer holds; its verification page says so from now on (C6)."""
    valid = Document.objects.filter(case_id=case_id, kind__in=RESULT_KINDS, state=DocumentState.VALID)
    valid.update(state=state)


def issue_document(
    *, kind: str, case_id: UUID, number: str, content: Mapping[str, Any], now: datetime
) -> Document:
    """Record a document inside the caller's transaction; the worker renders its PDF."""
    document = Document(
        case_id=case_id,
        kind=kind,
        number=number,
        title=TEMPLATES[kind].title,
        content=dict(content),
        content_hash=hashlib.sha256(canonical_json(dict(content))).hexdigest(),
        issued_at=now,
    )
    document.set_locator()
    insert(document)
    put("document.issued", payload={"document": str(document.pk)}, now=now)
    return document
