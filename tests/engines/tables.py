"""Uploaded tables for tests: made with xlsxwriter, handed to the real services, worked off by the real worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from qcy.engines.register.enums import Grade, ImportKind
from qcy.engines.register.importing import Statement, confirm_import, start_import
from qcy.engines.register.models import ImportBatch, ImportRow
from qcy.foundation.database.scope import unscoped
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Organisation
from qcy.kernel import uscc
from tests.world import TODAY, World

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(number: int) -> str:
    """A valid code that belongs to nobody (region 000000)."""
    body = ""
    for _ in range(9):
        number, rest = divmod(number, 31)
        body = LETTERS[rest] + body
    return uscc.complete(f"91000000{body}")


def xlsx(head: Sequence[str], rows: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate([head, *rows]):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                elif isinstance(value, str):
                    sheet.write_string(line, place, value)
                elif value is not None:
                    sheet.write(line, place, value)
        for area in merged:
            sheet.merge_range(area, rows[int(area.split(":")[0][1:]) - 2][ord(area[0]) - 65])
    return target.getvalue()


def firms(numbers: Sequence[int]) -> list[Organisation]:
    with unscoped("test"):
        return Organisation.objects.bulk_create(
            [Organisation(code=code(n), name=f"企业{n}") for n in numbers]
        )


def upload(
    world: World,
    table: bytes,
    kind: ImportKind = ImportKind.FACTS,
    *,
    actor: Actor | None = None,
    as_of: date = TODAY,
    grade: Grade = Grade.B,
    name: str = "table.xlsx",
) -> Any:
    """Uploaded and read: the preview."""
    actor = actor or world.manager
    batch = world.do(
        start_import,
        actor,
        node_id=actor.mandates[0].node_id,
        says=Statement(kind, "统计年报", as_of, grade),
        name=name,
        chunks=[table],
        now=world.now,
    )
    world.work()
    return again(batch)


def confirm(world: World, batch: Any, actor: Actor | None = None) -> Any:
    world.do(confirm_import, actor or world.manager, batch_id=batch.pk, now=world.now)
    world.work()
    return again(batch)


def again(batch: Any) -> Any:
    with unscoped("test"):
        return ImportBatch.objects.get(pk=batch.pk)


def verdicts(batch: Any) -> dict[int, tuple[str, str]]:
    with unscoped("test"):
        rows = ImportRow.objects.filter(batch=batch)
        return {row.line: (row.verdict, row.reason) for row in rows}
