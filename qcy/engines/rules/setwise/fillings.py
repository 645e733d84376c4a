"""Firms with a missing fact put to a value, and between which values it may be put."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..facts import FIRST_DAY, LAST_DAY, FactKind
from .columns import Column, Firms, grid

LARGE = 10**15
"""Steps: a thousand million 万元. Stands for a number without a bound."""


def limits(kind: FactKind) -> tuple[int, int]:
    """Least and greatest value of the fact in steps."""
    if kind.type == "date":
        return FIRST_DAY.toordinal(), LAST_DAY.toordinal()
    first = -LARGE if kind.low is None else int(kind.low * grid(kind))
    return first, LARGE if kind.high is None else int(kind.high * grid(kind))


def with_fact(firms: Firms, kind: FactKind, value: Any) -> Column:
    """The fact, known and the same for every firm."""
    whole = {"bool": np.int8, "enum": np.int32, "text": np.int32}.get(kind.type)
    filled = np.full(firms.count, value, whole or np.float64)
    least, most = (0, 0) if whole else (-LARGE if kind.low is None else 0, LARGE)
    return Column(kind, filled, kind.values, least, most)
