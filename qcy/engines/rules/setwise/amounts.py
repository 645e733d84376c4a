"""Amounts over a table: by the formula a firm's cells lead to, in whole fen; one by one where arrays do not follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np

from ..decide import MANUAL, MOST_FEN, QUALIFIES, amount_of
from ..lattice.axes import Axis
from ..lattice.firm import Firm
from ..lattice.lattice import Outcome
from ..lattice.polynomials import Polynomial, split
from ..lattice.ready import Ready
from ..outcomes.diagrams import identity
from ..outcomes.terms import Term
from ..packs.model import Amount
from .alone import Alone
from .answers import VERDICTS, Answers, column
from .codes import Coder
from .columns import Array
from .lookup import Lookup, Row, lookup_of
from .points import UNIT
from .quotients import CERTAIN
from .view import View

DUE = VERDICTS.index(QUALIFIES), VERDICTS.index(MANUAL)

FITS = 2.0**60
"""Whole numbers below it can be doubled and added up in int64."""

MOST_FORMULAS = 62
"""One bit each."""


class Sum:
    """One amount of a version."""

    def __init__(self, ready: Ready, amount: Amount, coder: Callable[[Axis], Coder]) -> None:
        self.ready, self.amount = ready, amount
        self.question = ready.value(amount.value)
        self.asked = Alone(sorted(self.question.facts), self._decided)
        self.formulas: list[Formula] = []
        self.lookup: Lookup | None = None
        lattice = self.question.lattice
        followed = lattice is not None and all(map(self._followed, lattice.endings))
        if lattice is not None and followed and len(lattice.endings) <= MOST_FORMULAS:
            self.formulas = [Formula(ending, UNIT) for ending in lattice.endings]
            self.lookup = lookup_of(lattice, coder, self._read)

    def note(self, answers: Answers, view: View, due: View, rows: slice) -> None:
        """`due`: the firms to which it is due, of those in `view`."""
        target = column(answers.amounts, self.amount.id, answers.count, float, np.nan)[rows]
        if self.amount.always:
            target[:] = self._values(view)
        elif due.count:
            target[due.rows] = self._values(due)

    def _values(self, view: View) -> Array:
        if self.lookup is None:
            return np.array([self.asked.of(view.firms, view.row(place)) for place in range(view.count)])
        words, found = self.lookup.taken(view), np.full(view.count, np.nan)
        told, possible = np.zeros(view.count, bool), int(np.bitwise_or.reduce(words))
        for place, formula in enumerate(self.formulas):
            if possible >> place & 1:
                rows = np.flatnonzero((words & np.uint64(1 << place)) != 0)
                fen = formula.rounded(view if len(rows) == view.count else view.narrowed(rows))
                differs = np.flatnonzero(told[rows] & (found[rows] != fen))
                fen[differs] = np.nan  # all that is still possible has to come to the same
                found[rows], told[rows] = fen, True
        return found

    def _read(self, outcome: Outcome) -> Row:
        """One bit for each formula that is still possible."""
        places = {identity(formula.ending): place for place, formula in enumerate(self.formulas)}
        return (sum(1 << places[identity(ending)] for ending in outcome.endings),)

    def _followed(self, ending: Any) -> bool:
        """Whether everything in a formula is a fact: not so what was rounded on the way."""
        return not isinstance(ending, Term) or all(leaf.id in self.ready.dictionary for leaf in ending.leaves)

    def _decided(self, facts: Mapping[str, Any]) -> float:
        value = amount_of(Firm(self.ready, facts), self.amount)
        return np.nan if value is None else float(value * UNIT)


class Formula:
    """What an amount is in some of its cells; `unit` of them make one of the amount's."""

    def __init__(self, ending: Any, unit: int) -> None:
        self.ending, self.constant = ending, np.nan
        self.parts: tuple[Polynomial, Polynomial] | None = None
        if isinstance(ending, Term):
            self.parts = _times(ending, unit) if ending.kind == "number" else None
        elif isinstance(ending, (int, Fraction)) and not isinstance(ending, bool):
            self.constant = _payable(_rounded(*(Fraction(ending) * unit).as_integer_ratio()))

    def rounded(self, view: View) -> Array:
        """Once, half away from zero; NaN where a fact is missing or there is no value."""
        if self.parts is None:
            return np.full(view.count, self.constant)
        n, d = self.parts
        columns = {name: view.firms.columns.get(name) for name in n.facts | d.facts}
        sizes = {name: max(column.size, 1) if column else 1 for name, column in columns.items()}
        if 2 * n.size(sizes) + d.size(sizes) < CERTAIN:
            return self._in_floats(view, n, d)
        known, over, under = self.whole(view)
        if over.dtype == object:  # too large for int64
            found = [_payable(_rounded(n, d)) if d else np.nan for n, d in zip(over, under, strict=True)]
            return np.where(known, np.array(found), np.nan)
        return np.where(known, _divided(over, under), np.nan)

    @staticmethod
    def _in_floats(view: View, n: Polynomial, d: Polynomial) -> Array:
        """Exact, because below 2^52 a quotient of whole numbers is never rounded up to a whole number."""
        values = {name: view.numbers(name) for name in n.facts | d.facts}
        over, under = n.at(values), d.at(values)
        if np.ndim(under) == 0 and under == 1:  # whole fen as they are
            return over if np.ndim(over) else np.full(view.count, over)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.floor((2 * np.abs(over) + np.abs(under)) / (2 * np.abs(under)))
            found = found * np.sign(over) * np.sign(under)
        if np.ndim(under):
            found[np.flatnonzero(under == 0)] = np.nan
        return found if np.ndim(found) else np.full(view.count, found)

    def whole(self, view: View) -> tuple[Array, Array, Array]:
        """(firms of which every fact is known, numerators, denominators) in whole numbers, 0 for the others."""
        assert self.parts is not None
        n, d = self.parts
        facts = n.facts | d.facts
        known = ~np.logical_or.reduce([view.missing(fact) for fact in facts])
        values = {fact: np.where(known, view.numbers(fact), 0.0) for fact in facts}
        sizes = {fact: int(np.max(np.abs(numbers), initial=1)) for fact, numbers in values.items()}
        fits = n.size(sizes) + d.size(sizes) < FITS
        kind: Any = np.int64 if fits else object
        whole = {fact: numbers.astype(np.int64).astype(kind) for fact, numbers in values.items()}
        over, under = (np.broadcast_to(np.asarray(part.at(whole), kind), known.shape) for part in (n, d))
        return known, over, under


def _times(term: Term, unit: int) -> tuple[Polynomial, Polynomial]:
    """Numerator and denominator of the term in that unit, with the same factor taken out of both."""
    n, d = split(term)
    scale = gcd(unit, *(factor for factor, _ in d.parts))
    over = Polynomial(tuple((factor * (unit // scale), names) for factor, names in n.parts))
    return over, Polynomial(tuple((factor // scale, names) for factor, names in d.parts))


def _divided(n: Array, d: Array) -> Array:
    """n / d in whole numbers, rounded half away from zero; NaN over 0."""
    sign, under = np.sign(n) * np.sign(d), np.maximum(np.abs(d), 1)
    rounded = sign * ((2 * np.abs(n) + under) // (2 * under))
    return np.where((d == 0) | (np.abs(rounded) >= MOST_FEN), np.nan, rounded.astype(float))


def _payable(fen: int) -> float:
    """NaN for what nobody could pay."""
    return float(fen) if abs(fen) < MOST_FEN else np.nan


def _rounded(n: int, d: int) -> int:
    sign = (n > 0) - (n < 0) if d > 0 else (n < 0) - (n > 0)
    return sign * ((2 * abs(n) + abs(d)) // (2 * abs(d)))
