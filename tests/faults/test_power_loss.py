"""S1 when the power goes: only fsynced bytes survive (tests/faults/power_loss.c plays the disk)."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.faults.books import Books, Findings, examine
from tests.faults.place import RUNS, Place
from tests.faults.shadow import Shadow
from tests.faults.witness import Acknowledged, killed_writer

pytestmark = [pytest.mark.faults, pytest.mark.only_sqlite]
DRAFTS = 60
FULL, NORMAL = 2, 1  # PRAGMA synchronous


@dataclass(frozen=True)
class Aftermath:
    heard: Acknowledged
    place: Place
    found: Findings


def lose_power(filled: Place, folder: Path, *arguments: str, seed: int) -> Aftermath:
    """Writes until the power goes, then starts again from what the disk had."""
    place = filled.copied(folder / "before", DRAFTS)
    shadow = Shadow.over(place.folder, folder / "shadow")
    heard = killed_writer(place, *arguments, seed=seed, more=shadow.environment())
    after = replace(place, folder=folder / "after")
    shadow.restore(after.folder)
    assert integrity(after.database) == "ok"
    found = examine(Books.of(after, worked_off=True), heard.cases)
    print(f"\npower loss {arguments or 'as delivered'}: {len(heard.cases)} acknowledged, {found}")
    return Aftermath(heard, after, found)


def integrity(database: Path) -> str:
    with sqlite3.connect(database) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


@pytest.mark.parametrize("seed", range(1, RUNS + 1))
def test_S1_what_was_acknowledged_is_there_after_a_power_loss(
    filled: Place, tmp_path: Path, seed: int
) -> None:
    after = lose_power(filled, tmp_path, seed=seed)
    assert after.heard.session == {"journal_mode": "wal", "synchronous": FULL}
    assert after.found.clean(), after.found
    lost_files = [name for name, digest in after.heard.files.items() if not same(after, name, digest)]
    lost_keys = [name for name, key in after.heard.keys.items() if kept_key(after, name) != key]
    assert not lost_files and not lost_keys


def same(after: Aftermath, name: str, digest: str) -> bool:
    """The upload, at its place in the restored folder."""
    path = after.place.folder.joinpath(*Path(name).parts[-3:])
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def kept_key(after: Aftermath, name: str) -> str:
    path = after.place.folder / "keys" / f"{name}.key"
    return path.read_text("ascii") if path.exists() else ""


def test_S1_control_with_synchronous_normal_a_power_loss_takes_acknowledged_cases(
    filled: Place, tmp_path: Path
) -> None:
    after = lose_power(filled, tmp_path, "NORMAL", seed=1)
    assert after.heard.session == {"journal_mode": "wal", "synchronous": NORMAL}
    assert after.found.lost and not after.found.doubled
