"""Which cases of a DMN model also come out of the set-wise evaluator: the profile that compiles, measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from ..facts import Dictionary, FactKind
from ..feel import tree as t
from ..packs.model import Definition, Version
from ..setwise.columns import Array, firms_of
from ..setwise.quantities import NotCertain
from ..setwise.table import Table
from .model import Model

DAY = date(2026, 1, 1)


def value_in_columns(model: Model, decision: str, inputs: Mapping[str, Any]) -> Any:
    """The decision for one row of columns; NotCertain where the model is outside what compiles.

    An input that is null is a missing fact here; a result that stays open is null.
    """
    kinds = {name: _kind(name, inputs.get(name)) for name in model.inputs}
    dictionary = Dictionary(kinds.values())
    known = {name: value for name, value in inputs.items() if value is not None and name in kinds}
    table = Table(_version(model), dictionary, firms_of([known], dictionary), DAY, "new")
    return _value(table, t.Name(decision))


def _kind(name: str, value: Any) -> FactKind:
    if isinstance(value, bool):
        return FactKind(name, name, "bool")
    if value is None or isinstance(value, (int, Fraction)):
        return FactKind(name, name, "decimal")
    if not isinstance(value, str):
        raise NotCertain
    return FactKind(name, name, "text")


def _version(model: Model) -> Version:
    definitions = {name: Definition(name, tree, "") for name, tree in model.trees.items()}
    return Version("dmn", DAY, None, ("new",), "active", "", definitions=definitions, tables=model.tables)


def _value(table: Table, node: t.Node) -> Any:
    """A number, a yes or no, or a word, whichever the tree gives."""
    for read in (_number, _word, _answer):
        try:
            return read(table, node)
        except NotCertain:
            continue
    raise NotCertain


def _number(table: Table, node: t.Node) -> Any:
    found = table.quantity(node)
    n = float(np.ravel(found.n)[0])
    d = 1.0 if found.d is None else float(np.ravel(found.d)[0])
    if n != n or d != d or d == 0:
        return None
    return found.factor * int(n) / int(d)


def _answer(table: Table, node: t.Node) -> Any:
    met = table.condition(node)
    hold, fail, null = (
        bool(np.ravel(np.asarray(m))[0]) for m in (met.can_hold, met.can_fail, met.can_be_null)
    )
    return hold if hold != fail and not null else None


def _word(table: Table, node: t.Node) -> Any:
    found = [word for word, rows in _classes(table, node, np.ones(1, bool)).items() if rows[0]]
    return found[0] if len(found) == 1 else None


def _classes(table: Table, tree: t.Node, reach: Array) -> dict[Any, Array]:
    """Rows that can end in each constant of a tree of `if`s, among those in `reach`."""
    masks: dict[Any, Array] = {}
    tree = table.expanded(tree)
    while isinstance(tree, t.Choice):
        met = table.condition(tree.condition)
        for name, rows in _classes(table, tree.then, reach & np.asarray(met.can_hold)).items():
            masks[name] = masks.get(name, False) | rows
        reach, tree = reach & np.asarray(met.may_miss), table.expanded(tree.other)
    if not isinstance(tree, t.Literal):
        raise NotCertain
    masks[tree.value] = masks.get(tree.value, False) | reach
    return masks
