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


def day_number(day: date) -> int:
    """Days since 1970, as the exported file counts them."""
    return (day - date(1970, 1, 1)).days


def best_seconds(judge: Callable[[Any], Any], ready: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of judging what has been made ready, with all threads of the process, and what came out."""
    least, found = float("inf"), None
    for _ in range(ROUNDS):
        firms = ready()
        started = time.process_time()
        found = judge(firms)
        least = min(least, time.process_time() - started)
    return least, found


VERSIONS = (
    "cn.sme_size.2011",
    "cn.tsme.2017",
    "cn.hnte.2016",
    "cn.isme.2022",
    "cn.srdi.2022",
    "cn.srdi.2026",
    "cn.lg.2026",
    "cn.keylg.2024",
    "cn.champion.2023",
    "cn.etc.2016",
    "cn.etc.2026",
    "cn.makerspace.2017",
    "cn.tax.rd_super",
    "cn.tax.small_profit",
    "cn.tax.tech_transfer",
    "cn.startup_loan.2020",
    "cn.startup_loan.2023",
    "gd.srdi_interest.2025",
    "gd.loan35.2025",
    "hz.title_award.2025",
    "sn.qcy.talent",
)
"""The policy versions all peers judge."""


def plain_name(version: str) -> str:
    """A version as a name in a peer's own language."""
    return version.replace(".", "_")


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
