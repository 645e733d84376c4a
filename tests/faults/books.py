"""What stands in a database after a fault, and what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.faults.place import Place

FILES = 5  # of every prepared draft, at least


@dataclass(frozen=True)
class Filed:
    case: str
    draft: str
    number: str
    events: list[str]
    receipts: list[str]
    messages: int  # one is due: that the application has arrived
    files: int


@dataclass(frozen=True)
class Books:
    cases: tuple[Filed, ...]
    waiting: int  # outbox rows not done yet
    dead: int
    broken: str  # what verify_chains says

    @classmethod
    def of(cls, place: Place, *, worked_off: bool = False) -> Books:
        """As they stand, or after a worker has caught up with what the fault left undone."""
        said = place.run("read", *(["work"] if worked_off else []))
        read = json.loads(said.splitlines()[-1])
        return cls(**{**read, "cases": tuple(Filed(**case) for case in read["cases"])})


@dataclass
class Findings:
    lost: set[str] = field(default_factory=set)  # drafts whose firm was told that it is filed
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.other)

    def __str__(self) -> str:
        return f"lost={len(self.lost)} doubled={len(self.doubled)} other={self.other[:5]}"


def examine(books: Books, acknowledged: Mapping[str, Iterable[str]]) -> Findings:
    """Compare with what was promised: `acknowledged` maps a draft to every case its firm was led to."""
    found = Findings()
    cases = {filed.case: filed for filed in books.cases}
    for draft, led_to in acknowledged.items():
        if any(case not in cases or cases[case].draft != draft for case in led_to):
            found.lost.add(draft)
    _find_doubled(books, found)
    _find_incomplete(books, found)
    return found


def _find_doubled(books: Books, found: Findings) -> None:
    found.doubled += _twice(filed.draft for filed in books.cases)
    found.doubled += _twice(filed.number for filed in books.cases)
    found.doubled += _twice(receipt for filed in books.cases for receipt in filed.receipts)
    for filed in books.cases:
        found.doubled += [f"{filed.number} has {n} {kind}" for kind, n in _counts(filed) if n > 1]


def _counts(filed: Filed) -> list[tuple[str, int]]:
    return [("receipts", len(filed.receipts)), ("messages", filed.messages)]


def _find_incomplete(books: Books, found: Findings) -> None:
    serials = sorted(int(filed.number[-4:]) for filed in books.cases)
    if serials != list(range(1, len(serials) + 1)):
        found.other.append(f"numbers with a gap: {serials}")
    for filed in books.cases:
        found.other += [f"{filed.number} has no {kind}" for kind, n in _counts(filed) if n == 0]
        if filed.events[:1] != ["submitted"] or filed.files < FILES:
            found.other.append(f"{filed.number} has the events {filed.events} and {filed.files} files")
    if books.waiting or books.dead or books.broken:
        found.other.append(f"outbox {books.waiting}, dead {books.dead}, chains {books.broken!r}")


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, n in Counter(names).items() if n > 1]
