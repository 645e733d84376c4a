"""The three peers over a made-up register: `bench/rules/run.py [--firms 412900] [--register FILE] [--check]`.

Run with the product's python. The peers live in their own environment beside this file, made from their own lock.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from export import POLICIES, TODAY, export  # noqa: E402

from qcy.engines.rules.synthetic import make_register  # noqa: E402
from qcy.engines.rules.terminal import read_dictionary  # noqa: E402

PEERS = ("polars", "openfisca", "zen")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--firms", type=int, default=412_900)
    options.add_argument("--register", type=Path, help="a snapshot that is there already")
    options.add_argument("--only", choices=PEERS, help="one peer alone")
    options.add_argument("--check", action="store_true", help="compare the peers with the product instead")
    given = options.parse_args()
    peers = (given.only,) if given.only else PEERS
    make_environment()
    with tempfile.TemporaryDirectory() as folder:
        plain, register = Path(folder) / "plain.arrow", given.register or Path(folder) / "register.arrow"
        if not given.register:
            make_register(register, read_dictionary(POLICIES), given.firms, TODAY)
        export(register, plain, TODAY)
        if given.check:
            from check import check

            check(register, plain, peers, Path(folder))
        else:
            for peer in peers:
                run(peer, plain)


def make_environment() -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [uv if uv.exists() else "uv", "sync", "--quiet", "--project", HERE, "--frozen"]
    subprocess.run(command, check=True, env={k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"})


def run(peer: str, plain: Path, *more: str | Path) -> None:
    """A peer in a process of its own: nothing of another weighs on its clock or its memory."""
    subprocess.run([HERE / ".venv/bin/python", HERE / f"with_{peer}.py", plain, *more], check=True)


if __name__ == "__main__":
    main()
