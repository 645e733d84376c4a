from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.database.scope import Scope, ScopeMissing, current
from qcy.foundation.database.writing import insert
from qcy.kernel.refusals import Refusal, Refused

from .models import KeyedRequest, OutboxRow

Answer = dict[str, Any]


def put(
    topic: str,
    *,
    payload: Mapping[str, Any],
    now: datetime,
    run_after: datetime | None = None,
    scope: Scope | None = None,
    key: str | None = None,
) -> None:
    """Ask for `topic` to be handled after the running transaction commits (S3, S4).

    The row keeps the scope of whoever writes it unless a narrower one is named. A second row with
    the same key is dropped: schedules and retries may ask twice.
    """
    held = scope or current()
    if held is None:
        raise ScopeMissing(f"outbox row {topic!r} without a scope: its handler would see nothing")
    row = OutboxRow(
        topic=topic, payload=dict(payload), key=key, row_scope=held.as_json(), run_after=run_after or now
    )
    if key is None:
        insert(row)
    else:
        OutboxRow.objects.bulk_create([row], ignore_conflicts=True)


OTHER_CONTENT = Refusal(
    "same_key_other_content",
    why="这份申请已经提交过，这次的内容和提交时不一样。",
    fix="请到“我的办件”查看已提交的那一份；需要改动请先撤回。",
)


@transaction.atomic(savepoint=False)
def answer_once(
    *,
    person_id: UUID,
    key: UUID,
    fingerprint: str,
    now: datetime,
    work: Callable[[], Answer],
    first_time: bool = False,
) -> Answer:
    """Do `work` once for (person, key) and store its answer in the same transaction (S2).

    Errors are not stored: a refused or failed request may be tried again with the same key. `first_time`
    says that the caller holds a lock and knows of no answer; were it wrong, the unique key would refuse.
    """
    stored = None if first_time else KeyedRequest.objects.filter(person_id=person_id, key=key).first()
    if stored is None:
        answer = work()
        insert(KeyedRequest(person_id=person_id, key=key, fingerprint=fingerprint, answer=answer, at=now))
        return answer
    if stored.fingerprint != fingerprint:
        raise Refused(OTHER_CONTENT)
    return dict(stored.answer)
