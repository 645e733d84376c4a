"""An uploaded table on its way into the register. People start, confirm or give up; the worker reads and writes.

Reading and writing go in parts, each one outbox row and one transaction that also moves `done` and asks for the
next part. A worker that is killed leaves whole parts behind and goes on with the one it had begun; a part that
is asked for twice finds `done` beyond its start and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import Scope, purpose
from qcy.foundation.files.inspect import MEGABYTE, find_fault
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import store_upload
from qcy.foundation.outbox.services import put
from qcy.foundation.parties.actor import Actor
from qcy.kernel.ids import new_id
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .access import can_import, demand
from .enums import Grade, ImportKind, ImportState, Verdict
from .intake import intake_of
from .models import ImportBatch, ImportRow
from .rows import ReadRow
from .sheets import read_table
from .workflow import IMPORT

MOST_BYTES = 20 * MEGABYTE
READ_AT_ONCE, WRITE_AT_ONCE = 2_000, 500
LONGEST_SOURCE, LONGEST_FILE_NAME, LONGEST_PROBLEM = 120, 120, 300
FIELD = "import"  # of the stored file
WRITTEN = (Verdict.NEW, Verdict.CHANGED)

NO_SOURCE = Refusal("source_missing", "请写明数据来源。", "例如：沣西新城 2025 年度企业统计年报。")
FUTURE = Refusal("as_of_future", "数据截止日期不能晚于今天。", "请填写数据统计到哪一天。")
WRONG_CHOICE = Refusal("choice", "导入内容或可信等级没有选对。", "请重新选择。")
NOT_NOW = Refusal("import_moved", "这次导入的状态已经变了。", "请刷新页面查看。")


# ---------------------------------------------------------------- what people do
@dataclass(frozen=True)
class Statement:
    """What somebody says the table is: its content, where it comes from, until when it counts, how far to trust it."""

    kind: str
    source: str
    as_of: date
    grade: str

    def checked(self, today: date) -> Statement:
        words = " ".join(clean(self.source).split())[:LONGEST_SOURCE]
        if self.kind not in ImportKind.values or self.grade not in Grade.values:
            raise Refused(WRONG_CHOICE)
        if not words:
            raise Refused(NO_SOURCE)
        if self.as_of > today:
            raise Refused(FUTURE)
        return replace(self, source=words)


def start_import(
    *, actor: Actor, node_id: UUID, says: Statement, name: str, chunks: Iterable[bytes], now: datetime
) -> ImportBatch:
    """Store the file and ask the worker to read it; nothing is written into the register yet."""
    demand(can_import(actor, node_id))
    about = asdict(says.checked(local_day(now)))
    batch = ImportBatch(id=new_id(), node_id=node_id, started_by=actor.me, started_at=now, **about)
    file = store_upload(
        actor=actor,
        draft_id=batch.pk,
        organisation_id=None,
        field=FIELD,
        name=name,
        chunks=chunks,
        kinds=("xlsx",),
        most_bytes=MOST_BYTES,
        now=now,
        window_id=node_id,
    )
    batch.file_name, batch.sha256 = file.name[:LONGEST_FILE_NAME], file.sha256
    _begin(batch, now)
    return batch


@transaction.atomic
def _begin(batch: ImportBatch, now: datetime) -> None:
    batch.save(force_insert=True)
    _ask("register.read", batch, 0, now)


@transaction.atomic
def confirm_import(*, actor: Actor, batch_id: UUID, now: datetime) -> ImportBatch:
    """The preview was looked at: the worker takes the rows over. The one audit event of the batch."""
    batch = _for_command(actor, batch_id, "confirm")
    _record(batch, "import.confirmed", actor, now)
    _ask("register.write", batch, 0, now)
    return batch


@transaction.atomic
def cancel_import(*, actor: Actor, batch_id: UUID, now: datetime) -> ImportBatch:
    """Nothing has been written; the file and its verdicts stay to be looked up."""
    batch = _for_command(actor, batch_id, "cancel")
    batch.finished_at = now
    batch.save(update_fields=["finished_at"])
    _record(batch, "import.cancelled", actor, now)
    return batch


def _for_command(actor: Actor, batch_id: UUID, command: str) -> ImportBatch:
    batch = ImportBatch.objects.visible_to(actor).for_update().get(pk=batch_id)
    demand(can_import(actor, batch.node_id))
    _move(batch, command)
    return batch


def _move(batch: ImportBatch, command: str) -> None:
    move = IMPORT.move(command)
    if batch.state not in move.sources:
        raise Refused(NOT_NOW)
    assert move.target is not None
    batch.state, batch.done = move.target, 0 if command in ("show", "confirm") else batch.done
    batch.save(update_fields=["state", "done"])


def _record(batch: ImportBatch, type: str, actor: Actor, now: datetime) -> None:
    payload = {"batch": str(batch.pk), "kind": batch.kind, "sha256": batch.sha256, "counts": batch.counts}
    record_audit(
        stream=f"register:{batch.node_id}",
        type=type,
        now=now,
        actor_id=actor.person_id,
        node_id=batch.node_id,
        payload=payload,
    )


def _ask(topic: str, batch: ImportBatch, start: int, now: datetime) -> None:
    put(
        topic,
        payload={"batch": str(batch.pk), "from": start},
        now=now,
        scope=Scope(nodes=frozenset({batch.node_id})),
        key=f"{topic}:{batch.pk}:{start}",
    )


# ---------------------------------------------------------------- what the worker does
def read_part(payload: Mapping[str, Any], now: datetime) -> None:
    """Judge the next rows of the file for the preview."""
    batch = _due(payload, ImportState.READING)
    if batch is None:
        return
    try:
        table = read_table(
            *_checked_file(batch), start=batch.done, count=READ_AT_ONCE, earlier=_read_before(batch)
        )
    except Refused as refused:
        batch.problem, batch.finished_at = str(refused.refusal)[:LONGEST_PROBLEM], now
        batch.save(update_fields=["problem", "finished_at"])
        _move(batch, "reject")
        return
    with purpose("register"):
        _keep_rows(batch, table.rows)
    batch.total, batch.done = table.total, batch.done + len(table.rows)
    batch.problem = _ignored(table.ignored)
    batch.save(update_fields=["total", "done", "problem"])
    if batch.done < batch.total:
        _ask("register.read", batch, batch.done, now)
        return
    _count(batch)
    _move(batch, "show")


def _due(payload: Mapping[str, Any], state: ImportState) -> ImportBatch | None:
    """The batch, if this part of it is still to be done."""
    batch = ImportBatch.objects.for_update().get(pk=payload["batch"])
    return batch if (batch.state, batch.done) == (state, payload["from"]) else None


def _checked_file(batch: ImportBatch) -> tuple[Any, ImportKind]:
    file = StoredFile.objects.get(draft_id=batch.pk, field=FIELD)
    if fault := find_fault(file.path, file.kind):
        raise Refused(Refusal("file_fault", fault, "请处理后重新上传。"))
    return file.path, ImportKind(batch.kind)


def _read_before(batch: ImportBatch) -> Iterator[ReadRow]:
    taken = ImportRow.objects.filter(batch=batch).exclude(verdict=Verdict.REFUSED)
    for line, code, values in taken.values_list("line", "code", "values").iterator():
        yield ReadRow(line, code, values)


def _keep_rows(batch: ImportBatch, part: Sequence[ReadRow]) -> None:
    rows = [_row(batch, read) for read in part]
    open_rows = [row for row in rows if row.verdict != Verdict.REFUSED]
    intake = intake_of(batch, open_rows, lock=False)
    for row in open_rows:
        row.verdict, row.reason = intake.judge(row)
    ImportRow.objects.bulk_create(rows)


def _row(batch: ImportBatch, read: ReadRow) -> ImportRow:
    return ImportRow(
        batch=batch,
        node_id=batch.node_id,
        line=read.line,
        code=read.code,
        values=dict(read.values),
        verdict=Verdict.REFUSED if read.refusal else Verdict.NEW,
        reason=read.reason,
    )


def _ignored(columns: Sequence[str]) -> str:
    return f"没有认出、不会导入的列：{'、'.join(columns)}。"[:LONGEST_PROBLEM] if columns else ""


def _count(batch: ImportBatch) -> None:
    found = ImportRow.objects.filter(batch=batch).values("verdict").annotate(n=Count("id"))
    batch.counts = {entry["verdict"]: entry["n"] for entry in found}
    batch.save(update_fields=["counts"])


def write_part(payload: Mapping[str, Any], now: datetime) -> None:
    """Take over the next rows. Each is judged again: another import may have come since the preview."""
    batch = _due(payload, ImportState.RUNNING)
    if batch is None:
        return
    rows = list(
        ImportRow.objects.filter(batch=batch).order_by("line")[batch.done : batch.done + WRITE_AT_ONCE]
    )
    with purpose("register"):
        _take_over(batch, [row for row in rows if row.verdict != Verdict.REFUSED], now)
    batch.done += len(rows)
    batch.save(update_fields=["done"])
    if batch.done < batch.total:
        _ask("register.write", batch, batch.done, now)
        return
    _count(batch)
    batch.finished_at = now
    batch.save(update_fields=["finished_at"])
    _move(batch, "finish")


def _take_over(batch: ImportBatch, rows: Sequence[ImportRow], now: datetime) -> None:
    intake = intake_of(batch, rows, lock=True)
    rejudged = []
    for row in rows:
        before = (row.verdict, row.reason)
        row.verdict, row.reason = intake.judge(row)
        if (row.verdict, row.reason) != before:
            rejudged.append(row)
    intake.write([row for row in rows if row.verdict in WRITTEN], now)
    ImportRow.objects.bulk_update(rejudged, ["verdict", "reason"], batch_size=READ_AT_ONCE)
