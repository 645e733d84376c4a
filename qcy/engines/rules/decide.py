"""One firm, one policy, one day: the verdict, what would settle it, points, amounts and class.

The verdict is `qualifies` or `fails` only if every way of filling in the missing facts gives the same. Else it is `manual`
when only reviewers' facts are asked by clauses that are still open, and `unknown` with the facts they ask (ADR 28).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Dictionary
from .feel.functions import half_up
from .lattice.firm import Firm
from .lattice.firm import Span as Points
from .lattice.ready import ready_for
from .outcomes.diagrams import TooOpen
from .outcomes.terms import Number, plain
from .packs.model import DRAFT, Amount, Flag, Pack, Version
from .scope import POINTS, score_names

QUALIFIES, FAILS, UNKNOWN, MANUAL = "qualifies", "fails", "unknown", "manual"

FEN = 6
"""Decimals of 万元 down to one fen."""

MOST_FEN = 2**53
"""90 trillion yuan: from it on a register's columns are not exact, and nobody could pay it."""

Span = Number | tuple[Number, Number]


@dataclass(frozen=True)
class Answer:
    """What came out for one firm; `firm` lets an explanation ask further questions."""

    pack: Pack
    version: Version | None
    verdict: str
    on: date
    kind: str
    undecided_by: tuple[str, ...] = ()
    judged_by: tuple[str, ...] = ()
    points: Mapping[str, Span] = field(default_factory=dict)
    amounts: Mapping[str, Number] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    provisional: bool = False
    firm: Firm | None = field(default=None, compare=False, repr=False)


def decide(
    pack: Pack,
    dictionary: Dictionary,
    facts: Mapping[str, Any],
    on: date,
    kind: str = "new",
    *,
    allow_draft: bool = False,
    calendar: Any = None,
) -> Answer:
    """The answer for plain fact values (as `Dictionary.read` gives them).

    Outside every version the verdict is `fails`; a draft version answers `manual` unless it is allowed.
    """
    version = pack.version_for(on, kind)
    if version is None:
        return Answer(pack, None, FAILS, on, kind)
    if version.status == DRAFT and not allow_draft:
        return Answer(pack, version, MANUAL, on, kind)
    firm = Firm(ready_for(version, dictionary, on, kind, calendar), facts)
    verdict, undecided, judged = verdict_of(firm)
    provisional = version.status != "active"
    answer = Answer(pack, version, verdict, on, kind, undecided, judged, provisional=provisional, firm=firm)
    try:
        return replace(answer, **_beside(firm, verdict))
    except TooOpen:  # a verdict stands although points are too entangled to be told
        return answer


def _beside(firm: Firm, verdict: str) -> dict[str, Any]:
    """Points, amounts, classes and flags."""
    version = firm.version
    return {
        "points": {name.removeprefix(POINTS): span_of(firm.points(name)) for name in score_names(version)},
        "amounts": _amounts(version, firm, verdict),
        "categories": _categories(version, firm),
        "flags": tuple(f.id for f in version.flags if _is_raised(firm, f)),
    }


def _is_raised(firm: Firm, flag: Flag) -> bool:
    found = firm.settled(firm.ready.value(flag.when))
    return found.certain and found.endings[0] is True


Verdict = tuple[str, tuple[str, ...], tuple[str, ...]]


def verdict_of(firm: Firm) -> Verdict:
    """The verdict alone, without points and amounts: (verdict, facts that can change it, reviewers' facts that can)."""
    found = firm.open_facts()
    return (FAILS, (), ()) if found is None else named(found, firm.names.dictionary)


def named(facts: Iterable[str], dictionary: Dictionary) -> Verdict:
    """By the missing facts that can change it."""
    judged = tuple(sorted(fact for fact in facts if dictionary[fact].judgement))
    ordinary = tuple(sorted(fact for fact in facts if not dictionary[fact].judgement))
    return (UNKNOWN if ordinary else MANUAL if judged else QUALIFIES), ordinary, judged


def span_of(span: Points) -> Span:
    """Points as a number, or as the least and the most they can become."""
    low, high = plain(span.low), plain(span.high)
    return low if low == high else (low, high)


def _amounts(version: Version, firm: Firm, verdict: str) -> dict[str, Number]:
    due = [a for a in version.amounts if a.always or verdict in {QUALIFIES, MANUAL}]
    found = {amount.id: amount_of(firm, amount) for amount in due}
    return {name: value for name, value in found.items() if value is not None}


def amount_of(firm: Firm, amount: Amount) -> Number | None:
    """Exact, rounded once to the fen; None while a fact it needs is missing, and for what nobody could pay."""
    values = firm.numbers(firm.ready.value(amount.value))
    found = {None if value is None else to_fen(value) for value in values}
    return found.pop() if len(found) == 1 else None


def to_fen(value: Number) -> Number | None:
    """None from MOST_FEN on."""
    fen = half_up(Fraction(value) * 10**FEN)
    return plain(Fraction(fen, 10**FEN)) if abs(fen) < MOST_FEN else None


def _categories(version: Version, firm: Firm) -> tuple[str, ...]:
    if version.category is None:
        return ()
    possible = firm.settled(firm.ready.value(version.category.value))
    return tuple(name for name in version.category.order if name in possible.endings)
