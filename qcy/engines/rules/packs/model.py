"""A policy as its officer wrote it, read and checked: versions with clauses, routes, scores and amounts.

Everything is immutable: a published version never changes (R4). Trees come from FEEL; nothing here evaluates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from ..feel.tree import Node
from ..tables import Table

Number = int | Fraction

ACTIVE, REVIEW, DRAFT = "active", "review", "draft"
KINDS = ("new", "recheck")


@dataclass(frozen=True)
class Clause:
    """One condition. `unmet` tells the applicant what to do about it."""

    id: str
    title: str
    when: Node
    text: str
    unmet: str = ""
    source: str = ""
    grade: str = ""


@dataclass(frozen=True)
class Route:
    """Another way to meet some clauses: any option stands in for all of `replaces`."""

    id: str
    title: str
    replaces: tuple[str, ...]
    options: tuple[Clause, ...]
    source: str = ""


@dataclass(frozen=True)
class Band:
    """`points` (or a range that a reviewer awards in) where the measure passes `test`, a condition on `MEASURED`."""

    test: Node
    text: str
    points: tuple[Number, Number]


MEASURED = "?"
"""The name of the measured value inside a band's test."""


@dataclass(frozen=True, eq=False)  # known by itself: it is a key, and its trees are deep
class Ladder:
    """A measure with its bands. A value no band accepts, or no value at all, gives `otherwise`."""

    measure: Node
    text: str
    bands: tuple[Band, ...]
    otherwise: Number = 0


@dataclass(frozen=True)
class ScoreItem:
    """Points of one item: the best of its ladders, or a formula, or a plain range a reviewer awards in."""

    id: str
    title: str
    ladders: tuple[Ladder, ...] = ()
    formula: Node | None = None
    awarded: tuple[Number, Number] | None = None
    source: str = ""
    grade: str = ""


@dataclass(frozen=True)
class ScoreGroup:
    """Items that count together. `judge` is the fact that holds the reviewers' points, once they are given."""

    id: str
    title: str
    items: tuple[ScoreItem, ...]
    highest: Number | None = None
    judge: str = ""
    show_items: bool = False


@dataclass(frozen=True)
class Definition:
    """A named expression other expressions use; `title` shows it in a calculation."""

    name: str
    tree: Node
    text: str
    title: str = ""


@dataclass(frozen=True)
class Amount:
    """Money in 万元, rounded once to the fen. `always`: computed on a refusal as well (a tax is due anyway)."""

    id: str
    title: str
    value: Node
    text: str
    lines: tuple[str, ...] = ()
    always: bool = False
    source: str = ""
    grade: str = ""


@dataclass(frozen=True)
class Flag:
    """Something certain that draws a check without deciding anything."""

    id: str
    title: str
    when: Node
    text: str


@dataclass(frozen=True)
class Category:
    """A class the firm falls into, such as its size. `order` lists the classes, the largest first."""

    value: Node
    order: tuple[str, ...]


@dataclass(frozen=True)
class WorkedCase:
    """A test inside the pack: facts, date, kind and what has to come out."""

    name: str
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]
    on: date
    kind: str = "new"
    line: int = 0


@dataclass(frozen=True)
class Version:
    """The rule that holds for applications from `start` until `end` (both included) of these kinds."""

    id: str
    start: date
    end: date | None
    kinds: tuple[str, ...]
    status: str
    fingerprint: str
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    routes: tuple[Route, ...] = ()
    groups: tuple[ScoreGroup, ...] = ()
    amounts: tuple[Amount, ...] = ()
    flags: tuple[Flag, ...] = ()
    category: Category | None = None
    cases: tuple[WorkedCase, ...] = ()
    note: str = ""

    def holds(self, on: date, kind: str) -> bool:
        return kind in self.kinds and self.start <= on and (self.end is None or on <= self.end)

    @property
    def scored(self) -> bool:
        return bool(self.groups)

    def routes_for(self, clause: str) -> list[Route]:
        return [route for route in self.routes if clause in route.replaces]


@dataclass(frozen=True)
class Pack:
    """One policy with all its versions."""

    policy: str
    title: str
    document: str
    issuer: str
    level: str
    versions: tuple[Version, ...]
    title_en: str = ""
    note: str = ""
    node: str = ""

    def version_for(self, on: date, kind: str) -> Version | None:
        """The version an application of that day and kind is judged by; None outside all of them."""
        return next((version for version in self.versions if version.holds(on, kind)), None)

    def version(self, id: str) -> Version | None:
        return next((version for version in self.versions if version.id == id), None)
