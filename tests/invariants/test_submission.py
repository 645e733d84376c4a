"""S2-S4: one key, one case; what is committed is announced; what is rolled back leaves no trace."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from qcy.engines.casework import filing
from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.engines.casework.models import Case
from qcy.engines.forms.services import save_section
from qcy.foundation.database.scope import scope, unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.models import StoredFile
from qcy.foundation.messages.models import Message
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.outbox.services import put
from qcy.foundation.outbox.worker import (
    LEASE,
    MOST_ATTEMPTS,
    Every,
    ask_for_scheduled,
    lease_next,
    send_again,
    wait_before,
    work_off,
)
from qcy.kernel.refusals import Refused
from tests.world import World

CLICKS = 12


def test_S2_n_submits_with_one_key_make_one_case_and_one_receipt(committed_world: World) -> None:
    world, draft = committed_world, committed_world.draft()
    actor, seen = world.firm(), draft_fingerprint(draft)

    def click(_: int) -> Any:
        try:
            with scope(actor.scope):
                return submit_case(actor=actor, draft_id=draft.pk, seen=seen, now=world.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLICKS) as clicks:
        answers = list(clicks.map(click, range(CLICKS)))
    assert len(set(answers)) == 1
    with unscoped("test"):
        assert Case.objects.count() == 1
        assert Document.objects.filter(kind="receipt").count() == 1


def test_S2_numbers_have_no_duplicate_and_no_gap_under_concurrency(committed_world: World) -> None:
    world = committed_world
    drafts = [world.draft(n) for n in range(8)]
    actors = [world.firm(n) for n in range(8)]

    def click(n: int) -> None:
        try:
            with scope(actors[n].scope):
                submit_case(
                    actor=actors[n], draft_id=drafts[n].pk, seen=draft_fingerprint(drafts[n]), now=world.now
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as clicks:
        list(clicks.map(click, range(8)))
    with unscoped("test"):
        serials = sorted(int(n[-4:]) for n in Case.objects.values_list("number", flat=True))
    assert serials == list(range(1, 9))


def test_S2_the_same_key_with_other_content_is_refused(world: World) -> None:
    draft = world.draft()
    world.submit(draft)
    refusal = world.attempt(submit_case, world.firm(), draft_id=draft.pk, seen="0" * 64, now=world.now)
    assert refusal.code == "same_key_other_content"


def test_S2_a_change_in_another_tab_stops_the_submission_and_keeps_the_draft(world: World) -> None:
    draft, actor = world.draft(), world.firm()
    seen = draft_fingerprint(draft)
    values = dict(draft.sections["staff"]["values"], headcount="99")
    world.do(save_section, actor, draft_id=draft.pk, section="staff", values=values, version=1, now=world.now)
    assert (
        world.attempt(submit_case, actor, draft_id=draft.pk, seen=seen, now=world.now).code == "another_tab"
    )
    with scope(actor.scope):
        draft.refresh_from_db()
    assert draft.is_open and draft.values()["headcount"] == "99"


def test_S2_a_change_between_checking_and_filing_files_nothing(world: World, monkeypatch: Any) -> None:
    """The draft is checked before the transaction; in it, it must still be what was checked."""
    draft, actor = world.draft(), world.firm()
    values = dict(draft.sections["staff"]["values"], headcount="99")
    change = {"draft_id": draft.pk, "section": "staff", "values": values, "version": 1, "now": world.now}
    really = filing.lock_unchanged

    def late(**given: Any) -> bool:
        save_section(actor=actor, **change)
        return really(**given)

    monkeypatch.setattr(filing, "lock_unchanged", late)
    seen = draft_fingerprint(draft)
    refusal = world.attempt(submit_case, actor, draft_id=draft.pk, seen=seen, now=world.now)
    assert refusal.code == "another_tab"
    with unscoped("test"):
        assert not Case.objects.exists() and not Document.objects.exists()


def test_S2_a_file_removed_between_checking_and_filing_is_missed(world: World, monkeypatch: Any) -> None:
    draft, actor = world.draft(), world.firm()
    really = filing.claim_files

    def late(files: Any, **given: Any) -> bool:
        removed = next(f for f in files if f.field == "licence")
        StoredFile.objects.filter(pk=removed.pk).update(state=FileState.REMOVED)
        return really(files, **given)

    monkeypatch.setattr(filing, "claim_files", late)
    seen = draft_fingerprint(draft)
    refusal = world.attempt(submit_case, actor, draft_id=draft.pk, seen=seen, now=world.now)
    assert refusal.code in {"incomplete", "another_tab"}
    with unscoped("test"):
        assert not Case.objects.exists()


def test_S6_a_draft_never_silently_overwrites_a_newer_one(world: World) -> None:
    actor = world.firm()
    draft = world.empty_draft(actor)
    details = {"draft_id": draft.pk, "section": "staff", "now": world.now}
    world.do(save_section, actor, values={"headcount": "1"}, version=0, **details)
    refusal = world.attempt(save_section, actor, values={"headcount": "2"}, version=0, **details)
    assert refusal.code == "conflict"
    with scope(actor.scope):
        draft.refresh_from_db()
    assert draft.values()["headcount"] == "1"


def test_S3_committed_means_announced_once_even_when_a_handler_dies(world: World) -> None:
    """The first handler has done its work when the second dies: the retry must not repeat the first."""
    done: Counter[str] = Counter()

    def first(payload: Any, now: Any) -> None:
        done["first"] += 1

    def second(payload: Any, now: Any) -> None:
        done["second"] += 1
        if done["second"] == 1:
            raise ConnectionError("mail server down")

    with scope(world.clerk.scope):
        put("probe", payload={}, now=world.now)
    handlers = {"probe": (first, second)}
    work_off(handlers, world.now)
    work_off(handlers, world.now + timedelta(minutes=5))
    assert done == {"first": 1, "second": 2}


def test_S3_a_died_worker_is_replaced_when_its_lease_ends(world: World) -> None:
    with scope(world.clerk.scope):
        put("probe", payload={}, now=world.now)
    assert lease_next(world.now) is not None, "the worker that will die"
    assert lease_next(world.now) is None
    assert lease_next(world.now + LEASE + timedelta(seconds=1)) is not None


def test_S3_the_filer_reads_every_step_once(world: World) -> None:
    world.delivered()
    with unscoped("test"):
        titles = list(Message.objects.order_by("sent_at", "id").values_list("title", flat=True))
    assert titles == ["已收到您的申请", "您的申请已受理", "您的办件有结果了"]


def test_S4_a_rolled_back_transaction_has_no_outside_effect(world: World) -> None:
    draft = world.draft()
    world.work()
    with unscoped("test"):
        before = OutboxRow.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        world.submit(draft)
        raise ZeroDivisionError
    with unscoped("test"):
        assert OutboxRow.objects.count() == before and not Case.objects.exists()


def test_a_hopeless_row_becomes_a_dead_letter_and_can_be_sent_again(world: World) -> None:
    broken = True

    def handler(payload: Any, now: Any) -> None:
        if broken:
            raise ConnectionError("down for three days")

    with scope(world.clerk.scope):
        put("probe", payload={}, now=world.now)
    now = world.now
    for attempt in range(MOST_ATTEMPTS):
        work_off({"probe": (handler,)}, now)
        now += wait_before(attempt + 3)
    with unscoped("test"):
        row = OutboxRow.objects.get(topic="probe")
    assert (row.state, row.attempts) == (RowState.DEAD, MOST_ATTEMPTS)
    assert "ConnectionError" in row.last_error
    broken = False
    send_again(row.pk, now)
    work_off({"probe": (handler,)}, now)
    with unscoped("test"):
        assert OutboxRow.objects.get(topic="probe").state == RowState.DONE


def test_a_schedule_asks_once_a_slot_however_many_workers_run(world: World) -> None:
    every = (Every("sweep", timedelta(minutes=5)),)
    for _ in range(3):
        ask_for_scheduled(every, world.now)
    ask_for_scheduled(every, world.now + timedelta(minutes=5))
    with unscoped("test"):
        assert OutboxRow.objects.filter(topic="sweep").count() == 2


def test_waiting_doubles_up_to_an_hour() -> None:
    waits = [wait_before(n) for n in range(2, 14)]
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert waits == sorted(waits) and waits[-1] == timedelta(hours=1)


def test_an_incomplete_draft_is_refused_with_every_problem(world: World) -> None:
    actor = world.firm()
    draft = world.empty_draft(actor)
    with pytest.raises(Refused) as refused:
        world.do(submit_case, actor, draft_id=draft.pk, seen=draft_fingerprint(draft), now=world.now)
    assert len(refused.value.problems) > 15  # type: ignore[attr-defined]


def test_a_verified_colleague_submits_a_draft_another_began(world: World) -> None:
    """Whoever submits is the filer: the case, its letters and its messages are theirs."""
    from qcy.foundation.parties.models import Membership
    from qcy.foundation.parties.services import claim_organisation
    from tests.world import FIRMS

    draft, colleague = world.draft(0), world.firm(1)
    claim = world.do(claim_organisation, colleague, code=FIRMS[0].code, name=FIRMS[0].name, now=world.now)
    with unscoped("test"):
        Membership.objects.filter(pk=claim.pk).update(state="verified")
    colleague = world.firm(1)
    details = {"draft_id": draft.pk, "seen": draft_fingerprint(draft), "now": world.now}
    case = world.reload(world.do(submit_case, colleague, **details))
    assert case.filer_id == colleague.person_id
    assert world.attempt(submit_case, world.firm(0), **details).code == "already_submitted"
