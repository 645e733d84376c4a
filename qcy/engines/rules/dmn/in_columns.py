"""Which cases of a DMN model also come out of the set-wise evaluator: the profile that compiles, measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from ..facts import Dictionary, FactKind
from ..feel import tree as t
from ..lattice.axes import NotFollowed
from ..lattice.ready import Ready
from ..outcomes.terms import Term, plain
from ..packs.model import Definition, Version
from ..setwise.amounts import Formula
from ..setwise.codes import TooMany, coder_of
from ..setwise.columns import firms_of
from ..setwise.view import View
from .model import Model

DAY = date(2026, 1, 1)


def value_in_columns(model: Model, decision: str, inputs: Mapping[str, Any]) -> Any:
    """The decision for one row of columns; NotFollowed where the model is outside what compiles.

    An input that is null is a missing fact here; a result that stays open is null.
    """
    kinds = {name: _kind(name, inputs.get(name)) for name in model.inputs}
    dictionary = Dictionary(kinds.values())
    known = {name: value for name, value in inputs.items() if value is not None and name in kinds}
    lattice = Ready(_version(model), dictionary, DAY, "new", None).value(t.Name(decision)).lattice
    if lattice is None:
        raise NotFollowed
    view = View(firms_of([known], dictionary))
    try:
        coders = [coder_of(axis) for axis in lattice.axes]
    except TooMany:
        raise NotFollowed from None
    endings = lattice.outcome([coder.bits[int(coder.codes(view)[0])] for coder in coders]).endings
    return _value(endings[0], view, dictionary) if len(endings) == 1 else None


def _value(ending: Any, view: View, dictionary: Dictionary) -> Any:
    """The ending, or what its formula comes to by columns."""
    if not isinstance(ending, Term):
        return ending
    if any(leaf.id not in dictionary for leaf in ending.leaves) or ending.kind != "number":
        raise NotFollowed
    formula = Formula(ending, 1)
    known, over, under = formula.whole(view)
    return plain(Fraction(int(over[0]), int(under[0]))) if known[0] and under[0] else None


def _kind(name: str, value: Any) -> FactKind:
    if isinstance(value, bool):
        return FactKind(name, name, "bool")
    if value is None or isinstance(value, (int, Fraction)):
        return FactKind(name, name, "decimal")
    if not isinstance(value, str):
        raise NotFollowed
    return FactKind(name, name, "text")


def _version(model: Model) -> Version:
    definitions = {name: Definition(name, tree, "") for name, tree in model.trees.items()}
    return Version("dmn", DAY, None, ("new",), "active", "", definitions=definitions, tables=model.tables)
