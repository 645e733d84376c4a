"""What the three peers share: the exported file in memory, their clock, and how they tell what they found.

Everything is read into memory before the clock starts: the peers' seconds are those of judging alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc as ipc

TODAY = date(2026, 6, 15)
APPLICATION = "new"
FISCAL_YEAR = TODAY.year - 1
"""The day, the kind and the year all versions are judged for; the two earlier days are of the same year."""

ROUNDS = 3
"""Each peer judges three times and tells its best: the machine is shared."""


def read(path: Path) -> pa.Table:
    """The whole file, copied from the disk so that no page is first touched while the clock runs."""
    with pa.OSFile(str(path)) as source:
        return ipc.open_file(source).read_all()


def words_of(table: pa.Table, name: str) -> list[str]:
    """The words of a choice, in the order of the register."""
    return table.column(name).chunk(0).dictionary.to_pylist()


def choices_of(table: pa.Table) -> list[str]:
    return [field.name for field in table.schema if pa.types.is_dictionary(field.type)]


def best_seconds(act: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """CPU seconds of the process with all its threads, and what came out."""
    least, found = float("inf"), None
    for _ in range(rounds):
        started = time.process_time()
        found = act()
        least = min(least, time.process_time() - started)
    return least, found


@dataclass(frozen=True)
class Found:
    """One peer's seconds and which firms qualify, policy by policy."""

    peer: str
    seconds: float
    qualify: Mapping[str, Any]
    remark: str = ""

    def tell(self, out: Path | None) -> None:
        """A line with the seconds, a line per version; `out`: which firms, for a comparison with the others."""
        print(f"{self.peer} {self.seconds:.3f}{self.remark}")
        for version, firms in self.qualify.items():
            print(f"  {version:24} {int(firms.sum())}")
        if out:
            table = pa.table({version: pa.array(firms) for version, firms in self.qualify.items()})
            with pa.OSFile(str(out), "wb") as sink, ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)


def given() -> argparse.Namespace:
    options = argparse.ArgumentParser()
    options.add_argument("file", type=Path, help="what export.py wrote")
    options.add_argument("--out", type=Path, help="write here which firms qualify")
    return options.parse_args()
