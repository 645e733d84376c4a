"""One day of a register as a plain Arrow file, so that the peers need nothing of the product.

Run with the product's python: `bench/rules/export.py REGISTER OUT [--day 2026-06-15]`. One column per fact under
the fact's own name, in natural units (money in 万元), null where a firm has not told it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.rules import POLICIES, TODAY, TWENTY  # noqa: E402
from qcy.engines.rules import Dictionary, load_pack  # noqa: E402
from qcy.engines.rules.facts import FactKind  # noqa: E402
from qcy.engines.rules.packs.model import Pack  # noqa: E402
from qcy.engines.rules.packs.names import names_of  # noqa: E402
from qcy.engines.rules.setwise.columns import Firms, grid  # noqa: E402
from qcy.engines.rules.setwise.snapshot import Snapshot  # noqa: E402
from qcy.engines.rules.terminal import pack_files, read_dictionary  # noqa: E402

EPOCH = date(1970, 1, 1).toordinal()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("register", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--day", type=date.fromisoformat, default=TODAY)
    given = options.parse_args()
    export(given.register, given.out, given.day)


def export(register: Path, out: Path, day: date = TODAY) -> None:
    """Every fact the versions name, stretch by stretch."""
    dictionary = read_dictionary(POLICIES)
    stretches = Snapshot(register, dictionary).stretches(day, facts_named(dictionary))
    write_plain(stretches, out, dictionary)


def write_plain(stretches: Iterable[Firms], out: Path, dictionary: Dictionary) -> None:
    names = facts_named(dictionary)
    schema = pa.schema([pa.field(name, _plain_type(dictionary[name])) for name in names])
    with pa.OSFile(str(out), "wb") as sink, ipc.new_file(sink, schema) as writer:
        for firms in stretches:
            arrays = [_plain(dictionary[name], firms, name) for name in names]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def facts_named(dictionary: Dictionary) -> list[str]:
    """The facts of all the versions. Those judged on an earlier day of the year mean the same columns."""
    packs = packs_by_policy(dictionary)
    named = (names_of(version_of(packs, name)[1]) for name in TWENTY)
    return sorted({fact for names in named for fact in names if fact in dictionary})


def packs_by_policy(dictionary: Dictionary) -> dict[str, Pack]:
    return {p.policy: p for p in (load_pack(file, dictionary).pack for file in pack_files(POLICIES)) if p}


def version_of(packs: dict[str, Pack], name: str) -> tuple[Pack, Any, date]:
    """The pack, the version and the day of `policy` or `policy:day`."""
    policy, _, day = name.partition(":")
    on = date.fromisoformat(day) if day else TODAY
    version = packs[policy].version_for(on, "new")
    assert version is not None, name
    return packs[policy], version, on


def _plain_type(kind: FactKind) -> Any:
    if kind.type in {"enum", "text"}:
        return pa.dictionary(pa.int32(), pa.string())
    return {"bool": pa.bool_(), "date": pa.date32(), "int": pa.int64()}.get(kind.type, pa.float64())


def _plain(kind: FactKind, firms: Firms, name: str) -> Any:
    """A column in natural units; all null where the register does not keep the fact."""
    column = firms.columns.get(name)
    if column is None:
        return _unknown(kind, firms.count)
    if kind.type in {"enum", "text"}:
        places = pa.array(column.values, mask=column.values < 0)
        return pa.DictionaryArray.from_arrays(places, list(column.words))
    if kind.type == "bool":
        return pa.array(column.values == 1, mask=column.values < 0)
    gone = np.isnan(column.values)
    steps = np.where(gone, 0, column.values)
    if kind.type == "date":
        return pa.array((steps - EPOCH).astype(np.int32), pa.int32(), mask=gone).cast(pa.date32())
    if kind.type == "int":
        return pa.array(steps.astype(np.int64), mask=gone)
    return pa.array(steps / grid(kind), mask=gone)


def _unknown(kind: FactKind, count: int) -> Any:
    """No firm has told it, but the words it could be are those of the dictionary."""
    if kind.type in {"enum", "text"}:
        places = pa.array(np.zeros(count, np.int32), mask=np.ones(count, bool))
        return pa.DictionaryArray.from_arrays(places, list(kind.values) or [""])
    return pa.nulls(count, _plain_type(kind))


if __name__ == "__main__":
    main()
