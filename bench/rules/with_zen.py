"""The zen peer (GoRules): 21 policy versions as a graph of expression nodes, firm by firm, in exact decimals.

`with_zen.py FILE` (what export.py wrote). Only the first 10,000 firms are judged and the seconds scaled to all. A
comparison with null is an error in zen, so a fact nobody has told is 0, no, or an empty word.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import zen
import zen_money as money
import zen_plain as plain
import zen_scored as scored
from columns import VERSIONS, Found, best_seconds, given, plain_name, read
from zen_words import graph

FIRST = 10_000

POLICIES = (
    plain.sme_size,
    scored.tsme,
    scored.hnte,
    scored.isme,
    scored.srdi_2022,
    plain.srdi_2026,
    plain.lg_2026,
    money.keylg,
    plain.champion,
    plain.etc_2016,
    plain.etc_2026,
    plain.makerspace,
    money.rd_super,
    money.small_profit,
    money.tech_transfer,
    money.startup_loan_2020,
    money.startup_loan_2023,
    money.srdi_interest,
    money.loan35,
    money.title_award,
    money.talent,
)


def main() -> None:
    options = given()
    table = read(options.file)
    firms = contexts(table.slice(0, FIRST))
    seconds, judged = best_seconds(judge, lambda: firms)
    qualify = {name: np.array([found[plain_name(name)] for found in judged]) for name in VERSIONS}
    scaled = seconds * table.num_rows / len(firms)
    Found("zen", scaled, qualify, f" (scaled from {len(firms):,})").tell(options.out)


def judge(firms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    content = zen.ZenDecisionContent(json.dumps(graph({p.__name__: p() for p in POLICIES})))
    decision = zen.ZenEngine().create_decision(content)
    return [decision.evaluate(firm)["result"] for firm in firms]


def contexts(table: pa.Table) -> list[dict[str, Any]]:
    """The firms as zen takes them; days as numbers."""
    columns = {name: _told(table.column(name)).to_pylist() for name in table.column_names}
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


def _told(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.string()).fill_null("")
    if pa.types.is_boolean(column.type):
        return column.fill_null(False)
    if pa.types.is_date(column.type):
        return column.cast(pa.int32()).fill_null(0)
    return column.fill_null(0)


if __name__ == "__main__":
    main()
