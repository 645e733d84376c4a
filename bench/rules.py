"""The rule engine's own CPU seconds over a made-up register: `bench/rules.py [--firms 412900] [--only POLICY] [--growth]`.

Twenty policies in 21 versions, one thread, one process, in one run: making the policy ready, then every firm.
`bench/rules/run.py` puts it beside peers on the same register.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from qcy.engines.rules import Answer, Dictionary, Pack, decide, load_pack
from qcy.engines.rules.explain import Explanation
from qcy.engines.rules.packs.names import names_of
from qcy.engines.rules.setwise.answers import Answers
from qcy.engines.rules.setwise.evaluate import evaluate_stretches
from qcy.engines.rules.setwise.snapshot import Snapshot
from qcy.engines.rules.synthetic import make_register
from qcy.engines.rules.terminal import pack_files, read_dictionary
from qcy.engines.rules.whatif import with_threshold

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

MEASURED, RUNS = 412_900, 3

ONE, SETTING = "cn.tsme.2017", "employees.threshold=300"
"""The policy whose memory, what-if and growth are measured."""

GROWTH = (10_000, 100_000, 412_900, 1_000_000, 5_000_000)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--firms", type=int, default=MEASURED)
    options.add_argument("--only", default="")
    options.add_argument(
        "--growth", action="store_true", help="one policy over 10,000 to 5,000,000 firms instead"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.arrow"
        if given.growth:
            growth(path)
            return
        make_register(path, read_dictionary(POLICIES), given.firms, TODAY)
        judge_all(path, given.only)
    explanations()


def judge_all(register: Path, only: str = "") -> float:
    """CPU seconds for all versions: read into lattices, and judged; with the firms that were looked at one by one."""
    dictionary, packs = read_dictionary(POLICIES), packs_by_name()
    snapshot = Snapshot(register, dictionary)
    print(f"{snapshot.count} firms, CPU seconds      ready    first     best  looked at one by one")
    total = [0.0, 0.0, 0.0]
    for name in TWENTY:
        policy, _, day = name.partition(":")
        if only in name:
            found = measured(packs[policy], dictionary, snapshot, date.fromisoformat(day) if day else TODAY)
            total = [before + more for before, more in zip(total, found, strict=True)]
    print(f"{'together':28} {total[0]:8.3f} {total[1]:8.3f} {total[2]:8.3f}", flush=True)
    memory(packs[ONE], dictionary, snapshot)
    what_if(packs[ONE], dictionary, snapshot)
    return total[2]


def packs_by_name() -> dict[str, Pack]:
    dictionary = read_dictionary(POLICIES)
    loaded = (load_pack(file, dictionary).pack for file in pack_files(POLICIES))
    return {pack.policy: pack for pack in loaded if pack}


def memory(pack: Pack, dictionary: Dictionary, snapshot: Snapshot) -> None:
    """What judging one policy allocates at its peak beside the columns of the snapshot and the answers."""
    version = pack.version_for(TODAY, "new")
    assert version
    tracemalloc.start()
    found = judged_by(pack, dictionary, snapshot)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answers = found.verdict.nbytes + found.deciding.nbytes + sum(f.nbytes for f in found.flags.values())
    print(f"memory beyond columns and answers: {(peak - answers) / 1e6:.1f} MB ({version.id})")


def measured(pack: Pack, dictionary: Dictionary, snapshot: Snapshot, on: date) -> tuple[float, float, float]:
    """CPU seconds until a policy is ready (once, when it is published), for judging all firms at first, and at best."""
    version = pack.version_for(on, "new")
    assert version
    started = time.process_time()
    evaluate_stretches(pack, dictionary, [], 0, on, points=False)  # no firm: what happens once
    ready = time.process_time() - started
    runs = []
    for _ in range(RUNS):
        started = time.process_time()
        found = judged_by(pack, dictionary, snapshot, on)
        runs.append(time.process_time() - started)
    print(f"{version.id:28} {ready:8.3f} {runs[0]:8.3f} {min(runs):8.3f}  {found.alone}", flush=True)
    return ready, runs[0], min(runs)


def judged_by(pack: Pack, dictionary: Dictionary, snapshot: Snapshot, on: date = TODAY) -> Answers:
    version = pack.version_for(on, "new")
    assert version
    names = [name for name in names_of(version) if name in dictionary]
    stretches = snapshot.stretches(on, names)
    return evaluate_stretches(pack, dictionary, stretches, snapshot.count, on, points=False)


def what_if(pack: Pack, dictionary: Dictionary, snapshot: Snapshot) -> None:
    """The same policy with another threshold over all firms, made ready anew."""
    version = pack.version_for(TODAY, "new")
    assert version
    changed = with_threshold(pack, version, SETTING)
    started = time.process_time()
    judged_by(changed.pack, dictionary, snapshot)
    print(f"what if {ONE} {SETTING}: {time.process_time() - started:.3f} s of CPU")


def growth(path: Path) -> None:
    """One policy over registers that hold only its facts: the cost per firm."""
    dictionary, pack = read_dictionary(POLICIES), packs_by_name()[ONE]
    version = pack.version_for(TODAY, "new")
    assert version
    few = Dictionary(dictionary[name] for name in names_of(version) if name in dictionary)
    judged_by(pack, few, _made(path, few, 1_000))
    for firms in GROWTH:
        snapshot = _made(path, few, firms)
        started = time.process_time()
        judged_by(pack, few, snapshot)
        spent = time.process_time() - started
        print(
            f"{ONE} over {firms} firms: {spent:.3f} s of CPU, {spent / firms * 1e6:.2f} µs per firm",
            flush=True,
        )


def _made(path: Path, dictionary: Dictionary, firms: int) -> Snapshot:
    make_register(path, dictionary, firms, TODAY)
    return Snapshot(path, dictionary)


def explanations() -> None:
    """Firms of which everything is known, one that qualifies and one that fails, decided and explained."""
    pack, dictionary = packs_by_name()[ONE], read_dictionary(POLICIES)
    cases = {case.expect["verdict"]: case for case in reversed(pack.versions[0].cases)}
    for verdict in ("qualifies", "fails"):
        case = cases[verdict]
        facts = {name: told.value for name, told in dictionary.read(case.facts)[0].items()}
        answer = partial(decide, pack, dictionary, facts, case.on)
        for what, act in (
            ("decide", answer),
            ("decide and explain", partial(_explained, answer)),
            ("decide, explain, and what would raise each item's points of", partial(_with_points, answer)),
        ):
            act()
            started = time.process_time()
            for _ in range(200):
                act()
            spent = (time.process_time() - started) / 200 * 1000
            print(f"{what} a firm that {verdict}: {spent:.2f} ms of CPU", flush=True)


def _explained(answer: Callable[[], Answer]) -> Any:
    return Explanation(answer()).findings


def _with_points(answer: Callable[[], Answer]) -> Any:
    explanation = Explanation(answer())
    return explanation.findings, explanation.groups


if __name__ == "__main__":
    main()
