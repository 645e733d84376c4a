"""One firm, one policy, one day: the verdict, what would settle it, points, amounts and class.

The verdict is `qualifies` or `fails` only if every way of filling in the missing facts gives the same.
Else it is `manual` when only reviewers' facts can change it, and `unknown` with the facts that can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Dictionary
from .feel.evaluate import Evaluation
from .feel.functions import half_up
from .met import qualifying
from .outcomes.diagrams import Branch, TooOpen, endings, variables
from .outcomes.terms import Number, plain
from .packs.model import DRAFT, Amount, Pack, Version
from .packs.names import names_of
from .scope import POINTS, TOTAL, Names, score_names
from .scores import bounds

QUALIFIES, FAILS, UNKNOWN, MANUAL = "qualifies", "fails", "unknown", "manual"

FEN = 6
"""Decimals of 万元 down to one fen."""

Span = Number | tuple[Number, Number]


@dataclass(frozen=True)
class Answer:
    """What came out for one firm; `names` lets an explanation ask the same evaluation further questions."""

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
    names: Names | None = field(default=None, compare=False, repr=False)


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
    names = Names(version, dictionary, facts, on, kind, calendar)
    found = verdict_by(version, names)
    try:
        return _answer(pack, version, names, on, kind, found)
    except TooOpen:  # a verdict stands although the points are too entangled to be told
        return Answer(pack, version, found[0], on, kind, found[1], found[2], names=names)


Verdict = tuple[str, tuple[str, ...], tuple[str, ...]]


def verdict_by(version: Version, names: Names) -> Verdict:
    """The verdict alone, without points and amounts."""
    try:
        return verdict_of(qualifying(version, names.run), names.dictionary)
    except TooOpen:
        return _undecided(version, names)


def _undecided(version: Version, names: Names) -> Verdict:
    """Too much is missing to be followed: every missing fact may decide."""
    missing = sorted(_missing(version, names))
    judged = tuple(fact for fact in missing if names.dictionary[fact].judgement)
    return UNKNOWN, tuple(fact for fact in missing if fact not in judged), judged


def _answer(pack: Pack, version: Version, names: Names, on: date, kind: str, found: Verdict) -> Answer:
    verdict, undecided, judged = found
    return Answer(
        pack,
        version,
        verdict,
        on,
        kind,
        undecided,
        judged,
        points={
            name.removeprefix(POINTS): span_of(names.run, names.value(name))
            for name in score_names(version)
            if name != TOTAL
        }
        | _total(version, names),
        amounts=_amounts(version, names, verdict),
        categories=_categories(version, names),
        flags=tuple(flag.id for flag in version.flags if names.run.value(flag.when) is True),
        provisional=version.status != "active",
        names=names,
    )


def verdict_of(met: Any, dictionary: Dictionary) -> Verdict:
    """(verdict, ordinary facts that can change it, reviewers' facts that can change it), both sorted."""
    if not isinstance(met, Branch):
        return (QUALIFIES if met is True else FAILS), (), ()
    facts = sorted({fact for variable in variables(met) for fact in variable.facts})
    judged = tuple(fact for fact in facts if dictionary[fact].judgement)
    ordinary = tuple(fact for fact in facts if not dictionary[fact].judgement)
    return (UNKNOWN if ordinary else MANUAL), ordinary, judged


def span_of(run: Evaluation, points: Any) -> Span:
    """Points as a number, or as the least and the most they can become."""
    low, high = bounds(run, points)
    assert low is not None and high is not None, "points are bounded by their bands"
    return plain(low) if low == high else (plain(low), plain(high))


def _total(version: Version, names: Names) -> dict[str, Span]:
    """The total is the sum of the groups' ends: what a reader adds up on paper."""
    if not version.scored:
        return {}
    spans = [span_of(names.run, names.value(POINTS + group.id)) for group in version.groups]
    low = sum((s[0] if isinstance(s, tuple) else s for s in spans), start=Fraction(0))
    high = sum((s[1] if isinstance(s, tuple) else s for s in spans), start=Fraction(0))
    return {"total": plain(low) if low == high else (plain(low), plain(high))}


def _amounts(version: Version, names: Names, verdict: str) -> dict[str, Number]:
    due = [a for a in version.amounts if a.always or verdict in {QUALIFIES, MANUAL}]
    found = {amount.id: amount_of(names, amount) for amount in due}
    return {name: value for name, value in found.items() if value is not None}


def amount_of(names: Names, amount: Amount) -> Number | None:
    """Exact, rounded once to the fen; None while a fact it needs is missing."""
    value = names.run.value(amount.value)
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        return None
    return to_fen(value)


def to_fen(value: Number) -> Number:
    return plain(Fraction(half_up(Fraction(value) * 10**FEN), 10**FEN))


def _categories(version: Version, names: Names) -> tuple[str, ...]:
    if version.category is None:
        return ()
    possible = set(endings(names.run.value(version.category.value)))
    return tuple(name for name in version.category.order if name in possible)


def _missing(version: Version, names: Names) -> Iterable[str]:
    """Every fact a version mentions and nobody has told."""
    return {name for name in names_of(version) if name in names.dictionary and name not in names.facts}
