"""Whole versions put together by chance: both evaluators agree, and neither says more than is known."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcy.engines.rules import decide
from qcy.engines.rules.feel.evaluate import Evaluation
from qcy.engines.rules.feel.parse import expression
from qcy.engines.rules.packs.model import Clause, Pack, Version

from . import chance
from . import test_outcomes as outcomes
from .firm import SMALL, TODAY, loaded
from .test_lattices import both


@settings(max_examples=250, deadline=None)
@given(
    texts=st.lists(outcomes.conditions, min_size=1, max_size=3),
    rows=st.lists(outcomes.firms, min_size=1, max_size=5),
)
def test_R2_versions_put_together_by_chance(texts: list[str], rows: list[dict[str, Any]]) -> None:
    """Up to three clauses over facts they share."""
    clauses = tuple(Clause(f"c{n}", "条件", expression(text), text) for n, text in enumerate(texts))
    version = Version("test.1", TODAY, None, ("new",), "active", "", clauses=clauses)
    for row, answer in zip(
        rows, both(Pack("test", "", "", "", "city", (version,)), rows, SMALL), strict=True
    ):
        held = [
            [Evaluation(full.__getitem__).value(c.when) is True for c in clauses]
            for full in outcomes.completions(row)
        ]
        ends = {all(each) for each in held}
        assert answer.verdict == "unknown" or ends == {answer.verdict == "qualifies"}, row
        pivotal = (
            set().union(*(outcomes.by_hand(text, row)[1] for text in texts)) if len(texts) == 1 else set()
        )
        assert pivotal <= set(answer.undecided_by), row


@pytest.mark.parametrize("seed", range(80))
def test_R2_points_put_together_by_chance(seed: int) -> None:
    """Both evaluators agree, and what is certain with facts missing stays so however they are filled in."""
    dice = Random(seed)
    version = loaded(chance.scored(dice))
    if not version.usable:  # a clause that can never be met, and the like
        return
    assert version.pack
    rows = [chance.firm(dice) for _ in range(4)]
    for row, answer in zip(rows, both(version.pack, rows, SMALL), strict=True):
        missing = [name for name in chance.VALUES if name not in row and name != "panel"]
        for values in product(*(chance.VALUES[name] for name in missing)):
            whole = decide(version.pack, SMALL, row | dict(zip(missing, values, strict=True)), TODAY)
            assert answer.verdict in {"unknown", "manual", whole.verdict}, row
