"""The rule engine's own CPU seconds over a made-up register: `bench/rules.py [--firms 20000] [--only POLICY]`.

Twenty policies in 21 versions, one thread, one process, in one run: reading the policy into lattices, every firm, the
interpreter for firms that arrays leave over. `bench/rules/run.py` puts it beside peers on the same register.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tracemalloc
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
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.arrow"
        make_register(path, read_dictionary(POLICIES), given.firms, TODAY)
        judge_all(path, given.only)
    explanations()


def judge_all(register: Path, only: str = "") -> float:
    """CPU seconds for all versions, each printed with the firms that were looked at one by one."""
    dictionary, packs = read_dictionary(POLICIES), packs_by_name()
    snapshot = Snapshot(register, dictionary)
    print(f"{snapshot.count} firms, CPU seconds      looked at one by one")
    total = 0.0
    for name in TWENTY:
        policy, _, day = name.partition(":")
        if only in name:
            total += measured(packs[policy], dictionary, snapshot, date.fromisoformat(day) if day else TODAY)
    print(f"{'together':28} {total:8.3f}", flush=True)
    memory(packs["cn.tsme.2017"], dictionary, snapshot)
    return total


def packs_by_name() -> dict[str, Pack]:
    dictionary = read_dictionary(POLICIES)
    loaded = (load_pack(file, dictionary).pack for file in pack_files(POLICIES))
    return {pack.policy: pack for pack in loaded if pack}


def memory(pack: Pack, dictionary: Dictionary, snapshot: Snapshot) -> None:
    """What judging one policy allocates at its peak beside the columns of the snapshot and the answers."""
    version = pack.version_for(TODAY, "new")
    assert version
    names = [name for name in names_of(version) if name in dictionary]
    tracemalloc.start()
    found = evaluate_stretches(
        pack, dictionary, snapshot.stretches(TODAY, names), snapshot.count, TODAY, points=False
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answers = found.verdict.nbytes + found.deciding.nbytes + sum(f.nbytes for f in found.flags.values())
    print(f"memory beyond columns and answers: {(peak - answers) / 1e6:.1f} MB ({version.id})")


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


def explanations() -> None:
    """One firm of which everything is known, decided and explained."""
    pack, dictionary = packs_by_name()["cn.tsme.2017"], read_dictionary(POLICIES)
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
