"""What one real submission writes, with marks where another draft has other values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.drafts import DAY, NOW, Ready
from bench.recording import Statement, statements, store
from qcy.demo.story import do
from qcy.engines.casework.filing import submit_case
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import NumberSeries
from qcy.foundation.parties.actor import actor_for
from qcy.foundation.parties.models import Person

INSERT = re.compile(r'INSERT INTO "(\w+)" \(([^)]*)\)')
NUMBERED = {"casework_case": "@@number@@", "documents_document": "@@letter@@"}
COUNTER = 'UPDATE "documents_numberseries"'


def record_writes(folder: Path, warm: Ready, ready: Ready) -> str:
    """Submits both drafts; keeps the writes of the second and says how many there are."""
    _submit_here(warm)  # opens the number series of the day
    with statements() as sent:
        _submit_here(ready)
    writes = [s for s in sent if s.sql.startswith(("INSERT", "UPDATE"))]
    marks = marks_of(ready, writes)
    marked = [_marked(statement, marks) for statement in writes]
    store(folder, "submit", statements=marked, new_ids=len(list(new_ids(writes))))
    return f"one submission: {len(sent)} statements, {len(writes)} of them write"


def _submit_here(ready: Ready) -> None:
    with unscoped("bench"):
        actor = actor_for(Person.objects.get(pk=ready.person), DAY)
    do(submit_case, actor, draft_id=UUID(ready.draft), seen=ready.seen, now=NOW)


def marks_of(ready: Ready, writes: Sequence[Statement]) -> dict[str, str]:
    """Value -> mark, for the draft's own ids, the ids made on the way and the unique numbers."""
    ids = {name: UUID(value) for name, value in ready.named_ids().items()}
    ids |= {f"new{i}": UUID(value) for i, value in enumerate(new_ids(writes))}
    marks = dict(numbers(writes))
    for name, value in ids.items():
        marks |= {value.hex: f"@@{name}.hex@@", str(value): f"@@{name}.dashed@@"}
    return marks


def new_ids(writes: Sequence[Statement]) -> Iterator[str]:
    """Keys of the inserted rows in order; the first is the case."""
    for _, row in inserted_rows(writes):
        yield row["id"]


def numbers(writes: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    for table, row in inserted_rows(writes):
        if table in NUMBERED:
            yield row["number"], NUMBERED[table]


def inserted_rows(writes: Sequence[Statement]) -> Iterator[tuple[str, dict[str, Any]]]:
    for statement in writes:
        if found := INSERT.match(statement.sql):
            columns = [name.strip(' "') for name in found[2].split(",")]
            for start in range(0, len(statement.params), len(columns)):
                row = statement.params[start : start + len(columns)]
                yield found[1], dict(zip(columns, row, strict=True))


def _marked(statement: Statement, marks: dict[str, str]) -> Statement:
    if statement.sql.startswith(COUNTER):
        return _own_counter(statement)
    return Statement(statement.sql, [_with_marks(value, marks) for value in statement.params])


def _own_counter(statement: Statement) -> Statement:
    """The floor counts in a row of its own: the product's numbers stay without gap or duplicate."""
    last, name = statement.params
    NumberSeries.objects.get_or_create(name=f"bench:{name}")
    return Statement(statement.sql, [last, f"bench:{name}"])


def _with_marks(value: Any, marks: dict[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    for found, mark in marks.items():
        value = value.replace(found, mark)
    return value
