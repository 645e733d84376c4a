"""S1-S3 under kill -9 of the whole server, again and again, while firms submit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.books import Books, Filed, Findings, examine
from tests.faults.place import DRAFTS, FULL, RUNS, Place
from tests.faults.served import submit_under_fire

pytestmark = [pytest.mark.faults, pytest.mark.only_sqlite]
KILLS = 10 if FULL else 4
FEW = 16


@pytest.mark.parametrize("seed", range(1, RUNS + 1))
def test_S1_S2_S3_kill_9_loses_nothing_and_doubles_nothing(filled: Place, tmp_path: Path, seed: int) -> None:
    place = filled.copied(tmp_path / "served", DRAFTS)
    crowd = submit_under_fire(place, kills=KILLS, seed=seed)
    books = Books.of(place)
    found = examine(books, crowd.acknowledged)
    print(f"\n{len(crowd.acknowledged)} submissions, {KILLS} kills: {found}; answers {dict(crowd.answers)}")
    assert set(crowd.acknowledged) == {ready.draft for ready in place.drafts}
    assert len(books.cases) == DRAFTS
    assert found.clean(), found


def test_S1_control_a_server_that_answers_before_the_commit_is_caught(filled: Place, tmp_path: Path) -> None:
    """The same firms, kills and checker; only the promise comes too early. Its receipts name the draft."""
    hasty = replace(filled, more={"DJANGO_SETTINGS_MODULE": "tests.faults.hasty"})
    place = hasty.copied(tmp_path / "served", FEW)
    crowd = submit_under_fire(place, kills=1, seed=1)
    books = Books.of(place)
    by_draft = replace(books, cases=tuple(replace(filed, case=filed.draft) for filed in books.cases))
    found = examine(by_draft, crowd.acknowledged)
    print(f"\ncontrol, {len(crowd.acknowledged)} submissions answered before the commit: {found}")
    assert found.lost and not found.doubled


def intact() -> Books:
    filed = [
        Filed(f"c{n}", f"d{n}", f"FX-20260708-{n:04d}", ["submitted"], [f"{n}号"], 1, 5) for n in range(1, 5)
    ]
    return Books(cases=tuple(filed), waiting=0, dead=0, broken="")


Doctored = Callable[[Books], Books]


def change(**changes: object) -> Doctored:
    return lambda books: replace(books, cases=(replace(books.cases[0], **changes), *books.cases[1:]))


@pytest.mark.parametrize(
    ("doctor", "lost", "doubled", "other"),
    [
        (lambda books: books, 0, 0, 0),
        (lambda books: replace(books, cases=books.cases[:-1]), 1, 0, 0),
        (lambda books: replace(books, cases=books.cases[1:]), 1, 0, 1),
        (change(draft="d2"), 1, 1, 0),
        (change(number="FX-20260708-0002"), 0, 1, 1),
        (change(receipts=["2号"]), 0, 1, 0),
        (change(receipts=["1号", "9号"]), 0, 1, 0),
        (change(messages=2), 0, 1, 0),
        (change(messages=0), 0, 0, 1),
        (change(events=[]), 0, 0, 1),
        (change(files=4), 0, 0, 1),
        (lambda books: replace(books, broken="case:1 #2"), 0, 0, 1),
        (lambda books: replace(books, dead=1), 0, 0, 1),
    ],
)
def test_S1_S2_S3_control_the_checker_names_each_planted_fault(
    doctor: Doctored, lost: int, doubled: int, other: int
) -> None:
    found: Findings = examine(doctor(intact()), {f"d{n}": {f"c{n}"} for n in range(1, 5)})
    assert (len(found.lost), len(found.doubled), len(found.other)) == (lost, doubled, other), found
