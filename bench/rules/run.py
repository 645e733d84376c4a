"""The product and three peers over one made-up register: `bench/rules/run.py [--firms 412900] [--register FILE]`.

Run with the product's python. Prints CPU seconds for judging all firms by 21 policy versions, the product's first, and
how many qualify. --peers leaves the product out. With --check nothing is measured: the peers' answers are compared with
the product's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from check import check  # noqa: E402
from environment import PEERS, judged_by, make_environment  # noqa: E402
from export import export  # noqa: E402

from bench.rules import POLICIES, TODAY, judge_all  # noqa: E402
from qcy.engines.rules.synthetic import make_register  # noqa: E402
from qcy.engines.rules.terminal import read_dictionary  # noqa: E402

MEASURED, CHECKED = 412_900, 5_000
"""Firms, where nobody says otherwise."""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--firms", type=int)
    options.add_argument("--register", type=Path, help="a snapshot that is there already")
    options.add_argument("--only", choices=PEERS, help="one peer alone")
    options.add_argument("--peers", action="store_true", help="the peers alone")
    options.add_argument("--check", action="store_true", help="compare the peers with the product instead")
    given = options.parse_args()
    peers = (given.only,) if given.only else PEERS
    make_environment()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        register = given.register or _made(folder, given.firms or (CHECKED if given.check else MEASURED))
        plain = folder / "plain.arrow"
        export(register, plain)
        if given.check:
            check(register, plain, peers, folder)
        else:
            if not given.peers:
                judge_all(register)
            for peer in peers:
                judged_by(peer, plain)


def _made(folder: Path, firms: int) -> Path:
    register = folder / "register.arrow"
    make_register(register, read_dictionary(POLICIES), firms, TODAY)
    return register


if __name__ == "__main__":
    main()
