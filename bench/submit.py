"""Sixteen firms press 提交 at once, again and again, against a floor that only writes the same rows."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.harness import Browser, Reply, Server, server, world

if TYPE_CHECKING:
    from bench.drafts import Ready

CLIENTS = 16
LEAST_OF_FLOOR = 0.5
MOST_P99 = 3.0

Send = Callable[[Browser, "Ready"], Reply]


@dataclass
class Tally:
    """What one kind of request gave over all rounds."""

    warm_up: list[Reply] = field(default_factory=list)  # checked like the others, not timed
    replies: list[Reply] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)  # accepted per second, one per round

    def accepted(self) -> list[Reply]:
        return [r for r in self.everything() if r.status == 302 and r.location.endswith("/receipt/")]

    def others(self) -> int:
        return len(self.everything()) - len(self.accepted())

    def everything(self) -> list[Reply]:
        return [*self.warm_up, *self.replies]

    def percentile(self, wanted: int) -> float:
        cuts = quantiles([r.seconds for r in self.replies], n=100, method="inclusive")
        return 1000 * cuts[wanted - 1]


@dataclass(frozen=True)
class Outcome:
    product: Tally
    floor: Tally
    busy: int
    cases: int
    receipts: int

    def ratio(self) -> float:
        pairs = zip(self.product.rates, self.floor.rates, strict=True)
        return median(product / floor for product, floor in pairs)


def main() -> int:
    options = parser().parse_args()
    with world() as folder:
        drafts = prepare(folder, 2 * (CLIENTS + options.drafts))
        with server(folder) as running:
            product, floor = run(running, drafts, options.rounds)
            busy = running.complaints("database is locked")
        outcome = check(drafts, product, floor, busy)
    return tell(outcome)


def prepare(folder: Path, number: int) -> list[Ready]:
    """Two drafts more than needed: they show what a submission writes."""
    from django.db import connections

    from bench import drafts, writes

    began = time.monotonic()
    made = drafts.prepare(number + 2)
    print(f"{len(made)} complete drafts in {time.monotonic() - began:.0f} s")
    print(writes.record_writes(folder, made.pop(), made.pop()))
    connections.close_all()
    return made


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--drafts", type=int, default=320, help="for the product, as many for the floor")
    options.add_argument("--rounds", type=int, default=5)
    return options


def run(running: Server, drafts: Sequence[Ready], rounds: int) -> tuple[Tally, Tally]:
    """Rounds of the product and of the floor take turns; the first of a pair changes."""
    half = len(drafts) // 2
    product, floor = Tally(), Tally()
    turns: list[tuple[Tally, Send, Sequence[Ready]]] = [
        (product, submit, drafts[:half]),
        (floor, write_plainly, drafts[half:]),
    ]
    for tally, send, own in turns:
        tally.warm_up, _ = play(running, own[:CLIENTS], send)
    for number in range(rounds):
        for tally, send, own in turns if number % 2 else reversed(turns):
            replies, seconds = play(running, own[CLIENTS:][number::rounds], send)
            tally.replies += replies
            tally.rates.append(sum(reply.status == 302 for reply in replies) / seconds)
    return product, floor


def submit(browser: Browser, ready: Ready) -> Reply:
    return browser.post(f"/me/drafts/{ready.draft}/submit/", {"seen": ready.seen, "confirm": "yes"})


def write_plainly(browser: Browser, ready: Ready) -> Reply:
    return browser.post("/floor/submit/", ready.named_ids())


def play(running: Server, drafts: Sequence[Ready], send: Send) -> tuple[list[Reply], float]:
    """All clients start together; each takes every sixteenth draft, one after the other."""
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        shares = [drafts[i::CLIENTS] for i in range(CLIENTS)]
        replies = [r for part in pool.map(partial(one_client, running, send), shares) for r in part]
    return replies, time.perf_counter() - began


def one_client(running: Server, send: Send, drafts: Sequence[Ready]) -> list[Reply]:
    """A firm is a new visitor: its own session, and its own connection."""
    replies = []
    for ready in drafts:
        browser = Browser(running, ready.cookies)
        replies.append(send(browser, ready))
        browser.close()
    return replies


def check(drafts: Sequence[Ready], product: Tally, floor: Tally, busy: int) -> Outcome:
    from qcy.engines.casework.models import Case
    from qcy.foundation.database.scope import unscoped
    from qcy.foundation.documents.models import Document

    own = [ready.draft for ready in drafts[: len(drafts) // 2]]
    with unscoped("bench"):
        cases = list(Case.objects.filter(draft_id__in=own).values_list("pk", flat=True))
        receipts = Document.objects.filter(case_id__in=cases, kind="receipt").values_list("number", flat=True)
        return Outcome(product, floor, busy, len(cases), len(set(receipts)))


def tell(outcome: Outcome) -> int:
    print(f"{'':<10}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}{'accepted':>10}{'other':>8}")
    for name, tally in (("product", outcome.product), ("floor", outcome.floor)):
        print(
            f"{name:<10}{median(tally.rates):>12.1f}{tally.percentile(50):>10.1f}{tally.percentile(99):>10.1f}"
            f"{len(tally.accepted()):>10}{tally.others():>8}"
        )
    targets = targets_of(outcome)
    for words, met in targets:
        print(f"{'met   ' if met else 'MISSED'}  {words}")
    return 0 if all(met for _, met in targets) else 1


def targets_of(outcome: Outcome) -> list[tuple[str, bool]]:
    product = outcome.product
    accepted = {reply.location for reply in product.accepted()}
    tail = product.percentile(99) / product.percentile(50)
    return [
        (f"product / floor {outcome.ratio():.2f} >= {LEAST_OF_FLOOR}", outcome.ratio() >= LEAST_OF_FLOOR),
        (f"p99 / p50 {tail:.2f} <= {MOST_P99}", tail <= MOST_P99),
        (f"busy errors {outcome.busy} = 0", outcome.busy == 0),
        (f"answers other than a receipt {product.others()} = 0", product.others() == 0),
        (f"cases {outcome.cases} = accepted {len(accepted)}", outcome.cases == len(accepted)),
        (f"receipts {outcome.receipts} = cases {outcome.cases}", outcome.receipts == outcome.cases),
    ]


if __name__ == "__main__":
    sys.exit(main())
