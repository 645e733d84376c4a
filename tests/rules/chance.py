"""Versions with points, put together by chance: ladders, ranges for reviewers, formulas, maxima, clauses on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

VALUES: dict[str, list[Any]] = {
    "a": [0, 1, 2, 3],
    "b": [0, 1, 2, 3],
    "p": [False, True],
    "kind": ["x", "y", "z"],
    "panel": [0, 2, 5, 10],
}
"""Facts of the small dictionary, with so few values that every completion can be tried."""


def scored(dice: Random) -> str:
    """The sections of a version."""
    names = ["total"]
    groups = "\n".join(_group(dice, number, names) for number in range(dice.randint(1, 3)))
    clauses = "\n".join(
        f"  - {{id: c{n}, title: 条件, when: '{_condition(dice, names)}', source: 第一条, grade: T}}"
        for n in range(dice.randint(1, 3))
    )
    return f"clauses:\n{clauses}\nscores:\n{groups}"


def firm(dice: Random) -> dict[str, Any]:
    return {name: dice.choice(values) for name, values in VALUES.items() if dice.random() < 0.6}


def _group(dice: Random, number: int, names: list[str]) -> str:
    judged, shown = dice.random() < 0.4, dice.random() < 0.4
    items = [f"g{number}i{n}" for n in range(dice.randint(1, 3))]
    names += [f"g{number}", *(items if shown else [])]
    head = [f"  - id: g{number}", "    title: 组"]
    head += ["    judge: panel"] if judged else []
    head += ["    show_items: true"] if shown else []
    head += [f"    highest: {dice.randint(3, 9)}"] if dice.random() < 0.5 else []
    return "\n".join([*head, "    items:", *_items(dice, items, judged)])


def _items(dice: Random, names: list[str], judged: bool) -> Iterator[str]:
    for name in names:
        low, high = dice.randint(0, 2), dice.randint(3, 6)
        kinds = [
            f"measure: {dice.choice(['a', 'b', 'a + b', 'a - b'])}, bands: {{'>= 3': {high}, '[1..3)': {low}, '< 1': 0}}",
            f"measure: a / b, bands: {{'>= 1': {high}, '< 1': 1}}",
            f"formula: 'if p then {low} else if kind = \"x\" then {high} else 0'",
        ]
        for_reviewers = [
            f"awarded: [{low}, {high}]",
            f"measure: a, bands: {{'>= 2': [{low}, {high}], '< 2': 0}}",
        ]
        yield f"      - {{id: {name}, title: 项, {dice.choice(kinds + for_reviewers * judged)}, source: 附件}}"


def _condition(dice: Random, names: list[str]) -> str:
    first = f"points_{dice.choice(names)} {dice.choice(['>=', '>', '<=', '!='])} {dice.randint(0, 9)}"
    more = ["p", 'kind = "x"', "a >= 2", f"points_{dice.choice(names)} >= {dice.randint(1, 8)}"]
    return f"{first} {dice.choice(['and', 'or'])} {dice.choice(more)}" if dice.random() < 0.4 else first
