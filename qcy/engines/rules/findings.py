"""What an explanation consists of: findings of clauses, points, lines of a calculation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .facts import Told
from .outcomes.terms import Number


@dataclass(frozen=True)
class Measured:
    """One comparison: what was found, against what. `distance` is found minus threshold, in the fact's unit."""

    says: str
    op: str
    found: Any
    threshold: Any
    distance: Number | None
    of: str
    """The fact whose unit both are in."""


@dataclass(frozen=True)
class Change:
    """One fact that alone would change the outcome: from its value now to the nearest value that does."""

    fact: str
    now: Any
    needed: Any
    gives: Any = None


@dataclass(frozen=True)
class Evidence:
    """What a clause rests on."""

    fact: str
    told: Told | None


@dataclass(frozen=True)
class Finding:
    """A clause, or an option of a route, with everything that explains it."""

    id: str
    title: str
    says: str
    state: str
    measured: tuple[Measured, ...]
    evidence: tuple[Evidence, ...]
    changes: tuple[Change, ...]
    undecided_by: tuple[str, ...]
    judged_by: tuple[str, ...]
    source: str
    grade: str
    unmet: str
    by_route: str = ""
    options: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ItemPoints:
    id: str
    title: str
    points: Any
    band: str
    found: Any
    next: tuple[Change, ...]


@dataclass(frozen=True)
class GroupPoints:
    id: str
    title: str
    points: Any
    highest: Number | None
    items: tuple[ItemPoints, ...]


@dataclass(frozen=True)
class Line:
    """A step of a calculation: what it is called, how it is computed, what comes out (None: not known yet)."""

    title: str
    says: str
    value: Any
