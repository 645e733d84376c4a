"""Reads the books in a process of its own, after a worker has caught up if asked to."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from qcy.demo.aftermath import WITHOUT_PDF
from qcy.engines.casework.models import Case
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.files.models import StoredFile
from qcy.foundation.messages.models import Message
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.outbox.worker import LEASE, work_off
from tests.faults.books import Books, Filed
from tests.world import NOW


def main(*wishes: str) -> None:
    if "work" in wishes:
        work()
    with unscoped("test"):
        print(json.dumps(asdict(read())))


def work() -> None:
    """Later than every lease that a killed worker may have held. PDFs are not what is looked at."""
    while work_off(WITHOUT_PDF, NOW + LEASE * 2):
        pass


def read() -> Books:
    states = Counter(OutboxRow.objects.values_list("state", flat=True))
    return Books(
        cases=tuple(_filed(case) for case in Case.objects.order_by("number")),
        waiting=states[RowState.READY] + states[RowState.LEASED],
        dead=states[RowState.DEAD],
        broken=verify_chains().broken,
    )


def _filed(case: Any) -> Filed:
    receipts = Document.objects.filter(case_id=case.pk, kind="receipt")
    messages = Message.objects.filter(url=f"/me/cases/{case.pk}/")
    files = StoredFile.objects.filter(case_id=case.pk)
    return Filed(
        case=str(case.pk),
        draft=str(case.draft_id),
        number=case.number,
        events=list(case.events.order_by("seq").values_list("type", flat=True)),
        receipts=list(receipts.values_list("number", flat=True)),
        messages=messages.count(),
        files=sum(file.path.exists() for file in files),
    )
