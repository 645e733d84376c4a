"""S5: the daily clean-up of uploads and a submission at the same time, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction

from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.engines.casework.models import Case
from qcy.engines.forms.models import Draft
from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.database.scope import Scope, scope, unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.files import handlers
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.handlers import (
    REMOVED_KEPT,
    UNCLAIMED_KEPT,
    check_structure,
    delete_unclaimed,
    purge_unclaimed_uploads,
)
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import remove_file
from qcy.foundation.messages.models import Message
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Membership, Person
from qcy.kernel.refusals import Refused
from tests.world import World

ROUNDS = 20
LONGEST_LEAD_SECONDS = 0.3
DAY = timedelta(days=1)
Work = Callable[[], Any]


def clean_up(world: World, later: timedelta = UNCLAIMED_KEPT + DAY) -> None:
    """As the worker runs it: in a transaction, for nobody in particular."""
    with transaction.atomic(), scope(Scope()):
        purge_unclaimed_uploads({}, world.now + later)


def missing_of_cases() -> list[str]:
    """Files that a submission names and that are not whole any more, in the table or on the disk."""
    with unscoped("test"):
        missing = []
        for case in Case.objects.all():
            kept = {str(f.pk): f for f in StoredFile.objects.filter(case_id=case.pk)}
            named = [entry["file"] for entry in case.events.get(seq=1).payload["files"]]
            missing += [file for file in named if file not in kept or not kept[file].path.exists()]
        return missing


def files_of(draft: Draft) -> list[StoredFile]:
    with unscoped("test"):
        return list(StoredFile.objects.filter(draft_id=draft.pk))


def at_once(*works: Work) -> None:
    start = Barrier(len(works))

    def run(work: Work) -> None:
        start.wait()
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(run, works))


def test_S5_a_clean_up_racing_a_submission_never_takes_what_was_filed(committed_world: World) -> None:
    world, refused = committed_world, 0
    world.case(ROUNDS)  # filed before: every clean-up passes by its files
    for number in range(ROUNDS):
        lead = LONGEST_LEAD_SECONDS * (number / ROUNDS) ** 2  # the submission's, from none to enough
        actor, draft = world.firm(number), world.draft(number)

        def submit(actor: Any = actor, draft: Draft = draft) -> None:
            nonlocal refused
            try:
                seen = draft_fingerprint(draft)
                world.do(submit_case, actor, draft_id=draft.pk, seen=seen, now=world.now)
            except Refused:  # the clean-up was first: the applicant is told what is missing
                refused += 1

        def clean(lead: float = lead) -> None:
            sleep(lead)
            clean_up(world)

        at_once(submit, clean, clean)
    with unscoped("test"):
        filed = Case.objects.count()
        assert StoredFile.objects.filter(case_id=None).count() == 0
        assert not verify_chains().broken
    print(f"\n{filed} filed, {refused} refused because the clean-up was first")
    assert filed + refused == ROUNDS + 1
    assert missing_of_cases() == []


@pytest.mark.parametrize("naive", [False, True], ids=["as delivered", "control: delete what was read"])
def test_S5_a_file_claimed_after_the_clean_up_has_read_it_stays(committed_world: World, naive: bool) -> None:
    world, draft = committed_world, committed_world.draft()
    read = files_of(draft)
    world.submit(draft)
    with unscoped("test"):
        if naive:
            StoredFile.objects.filter(pk__in=[file.pk for file in read]).delete()
            read[0].path.unlink()
        else:
            assert delete_unclaimed(read) == []
    assert len(missing_of_cases()) == (len(read) if naive else 0)


def test_S5_a_submission_that_read_a_file_before_the_clean_up_took_it_is_refused(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other order: without the count in `claim_files` the case would name files that are gone."""
    from qcy.engines.casework import filing

    world, draft = committed_world, committed_world.draft()
    honest = filing.claim_files

    def late(files: Any, **details: Any) -> bool:
        StoredFile.objects.filter(pk=files[0].pk).delete()
        return bool(honest(files, **details))

    monkeypatch.setattr(filing, "claim_files", late)
    refusal = world.attempt(
        submit_case, world.firm(), draft_id=draft.pk, seen=draft_fingerprint(draft), now=world.now
    )
    assert refusal.code == "another_tab", "tried again and again, never filed without its paper"
    with unscoped("test"):
        assert not Case.objects.exists()
    assert len(files_of(draft)) == len(list(f for f in files_of(draft) if f.path.exists()))


def test_S5_only_old_unclaimed_files_go_with_their_bytes_and_an_event(committed_world: World) -> None:
    world, draft = committed_world, committed_world.draft()
    world.case(1)
    removed, *kept = files_of(draft)
    world.do(remove_file, world.firm(), file_id=removed.pk, draft_id=draft.pk, now=world.now)
    clean_up(world, REMOVED_KEPT - DAY)
    assert removed.path.exists()
    clean_up(world, REMOVED_KEPT + DAY)
    assert not removed.path.exists() and {f.pk for f in files_of(draft)} == {f.pk for f in kept}
    clean_up(world)
    assert files_of(draft) == [] and not any(file.path.exists() for file in kept)
    assert missing_of_cases() == []
    with unscoped("test"):
        purged = AuditEvent.objects.filter(type="files.purged").order_by("seq")
        assert [len(event.payload["files"]) for event in purged] == [1, len(kept)]


def test_S5_a_rolled_back_clean_up_keeps_the_bytes(committed_world: World) -> None:
    world, draft = committed_world, committed_world.draft()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        clean_up(world)
        raise ZeroDivisionError
    assert files_of(draft) and all(file.path.exists() for file in files_of(draft))


def test_S5_nobody_takes_out_of_a_draft_what_a_case_has_claimed(world: World) -> None:
    draft = world.draft()
    world.submit(draft)
    file = files_of(draft)[0]
    with pytest.raises(StoredFile.DoesNotExist):
        world.do(remove_file, world.firm(), file_id=file.pk, draft_id=draft.pk, now=world.now)
    assert [f.state for f in files_of(draft) if f.pk == file.pk] == [file.state]


def test_S5_a_verdict_does_not_put_back_what_was_taken_out_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, draft = world.firm(), world.draft()
    file = files_of(draft)[0]

    def slow_check(*_: Any) -> str:
        world.do(remove_file, actor, file_id=file.pk, draft_id=draft.pk, now=world.now)
        return ""

    monkeypatch.setattr(handlers, "find_fault", slow_check)
    with scope(actor.scope):
        check_structure({"file": str(file.pk)}, world.now)
    assert [f.state for f in files_of(draft) if f.pk == file.pk] == [FileState.REMOVED]


@pytest.mark.tenancy
def test_T4_the_clean_up_sees_files_and_nothing_else(world: World) -> None:
    world.delivered()
    cleaner = Actor(scope=Scope(purpose="cleaning"))
    with scope(cleaner.scope):
        assert StoredFile.objects.visible_to(cleaner).exists()
        for model in (Case, Draft, Document, Message, Membership, Person):
            assert not model.objects.visible_to(cleaner).exists(), model.__name__
