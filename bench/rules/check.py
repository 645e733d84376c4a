"""Whether the peers judge as the product does: firms known in full, then a register with its gaps.

Known firms: peer and product must be of one mind about every firm, but for ratios exactly on a threshold that floats
miss. A register with gaps: whom the product finds to qualify for sure, Polars finds as well, since a gap there costs a
firm a condition; it misses only the few where the product knows the limits of a gap (R&D of 3,400 and of another year,
never below 0, is 2,000 together). The other two take a gap for 0 or no, so they find more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
from environment import judged_by
from export import facts_named, packs_by_policy, version_of, write_plain
from known import known_firms
from numpy.typing import NDArray

from bench.rules import POLICIES, TWENTY
from qcy.engines.rules.packs.names import names_of
from qcy.engines.rules.setwise.answers import VERDICTS
from qcy.engines.rules.setwise.columns import Firms
from qcy.engines.rules.setwise.evaluate import evaluate_stretches
from qcy.engines.rules.setwise.snapshot import Snapshot
from qcy.engines.rules.terminal import read_dictionary

Judged = dict[str, NDArray[np.bool_]]


def check(register: Path, plain: Path, peers: Iterable[str], folder: Path) -> None:
    dictionary = read_dictionary(POLICIES)
    packs = packs_by_policy(dictionary)
    firms = known_firms(packs, dictionary, facts_named(dictionary))
    known = folder / "known.arrow"
    write_plain([firms], known, dictionary)
    print(f"{firms.count} firms known in full")
    compare(by_product(lambda on, names: [firms], firms.count), by_peers(peers, known, folder))
    snapshot = Snapshot(register, dictionary)
    print(f"{snapshot.count} firms with gaps")
    compare(by_product(snapshot.stretches, snapshot.count), by_peers(peers, plain, folder))


def by_product(stretches: Callable[..., Iterable[Firms]], count: int) -> Judged:
    """Who qualifies for sure."""
    dictionary = read_dictionary(POLICIES)
    packs, found = packs_by_policy(dictionary), {}
    for name in TWENTY:
        pack, version, on = version_of(packs, name)
        facts = [fact for fact in names_of(version) if fact in dictionary]
        answers = evaluate_stretches(pack, dictionary, stretches(on, facts), count, on, points=False)
        found[version.id] = answers.verdict == VERDICTS.index("qualifies")
    return found


def by_peers(peers: Iterable[str], plain: Path, folder: Path) -> dict[str, Judged]:
    found = {}
    for peer in peers:
        out = folder / f"{peer}.arrow"
        judged_by(peer, plain, "--out", out, quiet=True)
        with pa.OSFile(str(out)) as source:
            table = ipc.open_file(source).read_all()
        found[peer] = {name: table.column(name).to_numpy() for name in table.column_names}
    return found


def compare(product: Judged, peers: dict[str, Judged]) -> None:
    """Per version: how many qualify for the product, and per peer how many it misses and how many it adds."""
    print(f"{'qualify':24} {'product':>8}" + "".join(f"{peer:>22}" for peer in peers))
    for version, sure in product.items():
        told = [_differences(sure, judged[version]) for judged in peers.values()]
        print(f"{version:24} {int(sure.sum()):8}" + "".join(f"{text:>22}" for text in told))


def _differences(sure: NDArray[np.bool_], found: NDArray[np.bool_]) -> str:
    """Zen judges the first firms only, so it is compared on those alone."""
    sure = sure[: len(found)]
    return f"{int(found.sum())} -{int((sure & ~found).sum())} +{int((found & ~sure).sum())}"
