"""The rule engine's own CPU seconds over a made-up register: `bench/rules.py [--firms 20000] [--only POLICY]`.

Twenty policies, one thread, one process, in one run: the arrays alone (what most rows need) and the whole answer
(with the interpreter for the rows arrays cannot settle). Peers (Polars by hand, OpenFisca, zen) are not in it yet.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

from qcy.engines.rules import Dictionary, Pack, decide, load_pack
from qcy.engines.rules.explain import Explanation
from qcy.engines.rules.packs.names import names_of
from qcy.engines.rules.setwise.evaluate import evaluate_stretches
from qcy.engines.rules.setwise.snapshot import Snapshot
from qcy.engines.rules.synthetic import make_register
from qcy.engines.rules.terminal import pack_files, read_dictionary

POLICIES = Path(__file__).resolve().parent.parent / "seeds" / "policies"
TODAY = date(2026, 6, 15)

TWENTY = [
    "cn.sme_size.2011",
    "cn.tsme.2017",
    "cn.hnte.2016",
    "cn.isme.2022",
    "cn.srdi:2026-03-01",
    "cn.srdi",
    "cn.lg",
    "cn.keylg.2024",
    "cn.champion.2023",
    "cn.etc:2026-01-15",
    "cn.etc",
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
]
"""Policies, some with a day before a change; the firm-size standard to the talent project."""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--firms", type=int, default=20_000)
    options.add_argument("--only", default="")
    given = options.parse_args()
    dictionary = read_dictionary(POLICIES)
    packs = {p.policy: p for p in (load_pack(file, dictionary).pack for file in pack_files(POLICIES)) if p}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.arrow"
        make_register(path, dictionary, given.firms, TODAY)
        snapshot = Snapshot(path, dictionary)
        print(f"{given.firms} firms, CPU seconds           looked at one by one")
        total = 0.0
        for name in TWENTY:
            policy, _, day = name.partition(":")
            if given.only in name:
                on = date.fromisoformat(day) if day else TODAY
                total += measured(packs[policy], dictionary, snapshot, on)
        print(f"{'together':28} {total:8.3f}")
        explanations(packs["cn.tsme.2017"], dictionary)


def measured(pack: Pack, dictionary: Dictionary, snapshot: Snapshot, on: date) -> float:
    """CPU seconds of a policy made ready and judged over the whole register, printed with the firms looked at alone."""
    version = pack.version_for(on, "new")
    assert version
    names = [name for name in names_of(version) if name in dictionary]
    started = time.process_time()
    found = evaluate_stretches(
        pack, dictionary, snapshot.stretches(on, names), snapshot.count, on, points=False
    )
    spent = time.process_time() - started
    print(f"{version.id:28} {spent:8.3f}   {found.alone}", flush=True)
    return spent


def explanations(pack: Pack, dictionary: Dictionary) -> None:
    """One firm of which everything is known, decided and explained."""
    (case, *_) = pack.versions[0].cases
    facts = {name: told.value for name, told in dictionary.read(case.facts)[0].items()}
    for what, act in (
        ("decide", lambda: decide(pack, dictionary, facts, case.on)),
        (
            "decide and explain clauses",
            lambda: Explanation(decide(pack, dictionary, facts, case.on)).findings,
        ),
    ):
        started = time.process_time()
        for _ in range(200):
            act()
        print(f"{what} one firm: {(time.process_time() - started) / 200 * 1000:.2f} ms of CPU")


if __name__ == "__main__":
    main()
