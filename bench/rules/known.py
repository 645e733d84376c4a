"""Firms of which everything is known, made from the policies' own worked cases: where peers and product must agree.

A register full of gaps says little: hardly any firm qualifies, and the peers each take a gap for something else.
Here each firm is a worked case that somebody wrote at a threshold; what the case does not tell is drawn from what
other cases tell of the same fact. No gap is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from qcy.engines.rules import Dictionary
from qcy.engines.rules.facts import FactKind
from qcy.engines.rules.packs.model import Pack
from qcy.engines.rules.setwise.columns import Firms, firms_of

SEED = 20260615

FIRMS = 20_000


def known_firms(packs: Mapping[str, Pack], dictionary: Dictionary, names: list[str]) -> Firms:
    """The same firms every time."""
    cases = [_told(case.facts, dictionary) for p in packs.values() for v in p.versions for case in v.cases]
    pools = _pools(cases, dictionary, names)
    chance = np.random.default_rng(SEED)
    drawn = {name: chance.integers(0, len(pool), FIRMS) for name, pool in pools.items()}
    chosen = chance.integers(0, len(cases), FIRMS)
    rows = [
        {name: cases[case].get(name, pools[name][drawn[name][row]]) for name in names}
        for row, case in enumerate(chosen)
    ]
    return firms_of(rows, dictionary)


def _told(facts: Mapping[str, Any], dictionary: Dictionary) -> dict[str, Any]:
    return {name: told.value for name, told in dictionary.read(facts)[0].items()}


def _pools(cases: list[dict[str, Any]], dictionary: Dictionary, names: list[str]) -> dict[str, list[Any]]:
    """What the cases tell of each fact, as often as they tell it, and something plain where none tells it."""
    pools: dict[str, list[Any]] = defaultdict(list)
    for case in cases:
        for name, value in case.items():
            pools[name].append(value)
    return {name: pools[name] or [_plain_value(dictionary[name])] for name in names}


def _plain_value(kind: FactKind) -> Any:
    if kind.type in {"enum", "text"}:
        return (*kind.values, "")[0]
    return {"bool": False, "date": date(2020, 1, 1)}.get(kind.type, 0)
