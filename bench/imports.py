"""Importing 5,000 firms' figures against a plain bulk_create of the same facts, in alternating rounds."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

from bench.harness import MOMENT, TODAY, world

MOST, MOST_MEGABYTES = 4.0, 200
NOW = datetime.fromisoformat(MOMENT).astimezone(UTC)
HEADS = (
    "营业收入(2025)(万元)", "营业收入(2024)(万元)", "研发费用(2025)(万元)", "研发费用(2024)(万元)",
    "净利润(2025)(万元)", "资产总额(2025)(万元)", "职工总数(2025)(人)", "科技人员数(2025)(人)", "制造业", "发明专利数(件)",
)  # fmt: skip
Seconds = dict[str, float]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=5_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with world():
        from qcy.foundation.database.scope import unscoped

        with unscoped("bench"):
            table = make_table(make_firms(chosen.rows))
            rounds, peak = [measured_import(table)], megabytes()
            facts = as_imported()
            rounds[0] |= measured_floor(facts)
            for number in range(1, chosen.rounds):
                rounds.append(measured_round(table, facts, floor_first=bool(number % 2)))
    return tell(rounds, chosen.rows, peak)


def make_firms(size: int) -> Sequence[str]:
    from qcy.foundation.parties.models import Organisation
    from qcy.kernel import uscc

    codes = [uscc.complete(f"91000000{number:09d}") for number in range(size)]
    Organisation.objects.bulk_create([Organisation(code=code, name="演示") for code in codes])
    return codes


def make_table(codes: Sequence[str]) -> bytes:
    from qcy.engines.register.sheets import write_table

    rows = [
        [code, *(str(1_000 + n + place) for place in range(8)), "是", "3"] for n, code in enumerate(codes)
    ]
    return write_table(["统一社会信用代码", *HEADS], rows)


def measured_round(table: bytes, facts: Sequence[Any], *, floor_first: bool) -> Seconds:
    if floor_first:
        return measured_floor(facts) | measured_import(table)
    return measured_import(table) | measured_floor(facts)


def measured_import(table: bytes) -> Seconds:
    """Upload, read, confirm and write, by the worker's own loop."""
    from qcy.engines.register.importing import Statement, confirm_import, start_import
    from qcy.foundation.parties.actor import actor_for
    from qcy.foundation.parties.models import Mandate

    empty()
    held = Mandate.objects.select_related("person").get(desk_name="节点负责人")
    actor = actor_for(held.person, date.fromisoformat(TODAY))
    says = Statement("facts", "演示统计年报", date.fromisoformat(TODAY), "B")
    began = time.perf_counter()
    batch = start_import(
        actor=actor, node_id=held.node_id, says=says, name="bench.xlsx", chunks=[table], now=NOW
    )
    work()
    read = time.perf_counter()
    confirm_import(actor=actor, batch_id=batch.pk, now=NOW)
    work()
    return {"read": read - began, "write": time.perf_counter() - read}


def measured_floor(facts: Sequence[Any]) -> Seconds:
    from django.db import transaction

    from qcy.engines.register.models import Fact

    empty()
    began = time.perf_counter()
    with transaction.atomic():
        Fact.objects.bulk_create(facts)
    return {"floor": time.perf_counter() - began}


def as_imported() -> Sequence[Any]:
    from qcy.engines.register.models import Fact

    return list(Fact.objects.all())


def work() -> None:
    from qcy.foundation.outbox.worker import work_off
    from qcy.wiring import HANDLERS

    while work_off(HANDLERS, NOW):
        pass


def empty() -> None:
    from qcy.engines.register.models import Fact, ImportBatch, ImportRow, TimelineEntry

    for model in (Fact, TimelineEntry, ImportRow, ImportBatch):
        model.objects.all().delete()


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell(rounds: Sequence[Seconds], rows: int, peak: float) -> int:
    read, write, floor = (median(r[kind] for r in rounds) for kind in ("read", "write", "floor"))
    ratio = median((r["read"] + r["write"]) / r["floor"] for r in rounds)
    written = median(r["write"] / r["floor"] for r in rounds)
    print(f"{rows:,} rows of {len(HEADS)} values: read {read:.2f} s, written {write:.2f} s")
    print(f"bulk_create of the same facts: {floor:.2f} s")
    print(f"ratio {ratio:.2f} (writing alone {written:.2f}), at most {MOST}")
    print(f"memory of the whole process after the first import: {peak:.0f} MB, at most {MOST_MEGABYTES}")
    return 1 if ratio > MOST or peak > MOST_MEGABYTES else 0


if __name__ == "__main__":
    sys.exit(main())
