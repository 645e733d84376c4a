"""The register as one columnar file for set-wise rules (`qcy rules snapshot`), brought up to date stretch by stretch.

Only stretches with a firm of which something was recorded since the last time, or whose title began or ended, are made
again; new firms come at the end. A year, a text or a source that the file does not know yet makes the whole file new.
A title that is valid on the day of the file says yes to its fact (`hnte_valid`), whatever was stated: it comes from a
published list. That a firm has none there says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Max, Q, QuerySet

from qcy.engines.register.dictionary import title_kinds
from qcy.engines.register.enums import TitleState
from qcy.engines.register.models import Fact, TimelineEntry, Title
from qcy.engines.rules.facts import Dictionary, FactKind, read_value
from qcy.engines.rules.setwise.columns import Array, column_of
from qcy.engines.rules.setwise.snapshot import (
    STRETCH,
    YEARS_BACK,
    Layout,
    Snapshot,
    SnapshotError,
    Stretch,
    Writer,
    base_name,
    writing,
)
from qcy.foundation.database.scope import unscoped

YEARS_KEPT = 5
"""Fiscal years in the file: the current one and four before it, as far back as any rule looks."""


@dataclass(frozen=True)
class Stated:
    """A value of the register with what it rests on; `on` is the day it holds for."""

    value: str
    source: str
    on: date
    grade: str


Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Written:
    """What a run did: firms in the file, and how many of them were read from the register again."""

    firms: int
    read_again: int


def write_snapshot(
    path: Path, dictionary: Dictionary, today: date, progress: Progress = lambda done, total: None
) -> Written:
    """Makes the file, or brings it up to date; the old file stays until the new one is whole."""
    with unscoped("register snapshot"):
        layout = _layout(dictionary, today)
        old = _usable(path, dictionary, layout)
        with writing(path, layout, dictionary) as writer:
            return _Run(dictionary, layout, old, writer, today, progress).run()


def _layout(dictionary: Dictionary, today: date) -> Layout:
    kinds = _stored_kinds(dictionary)
    columns: dict[str, str] = {}
    for base, kind in kinds.items():
        if kind.period in YEARS_BACK:
            columns |= {f"{base}:{today.year - back}": kind.name for back in range(YEARS_KEPT)}
        else:
            columns[base] = kind.name
    texts = [base for base, kind in kinds.items() if kind.type == "text"]
    words = {base: _distinct(Fact.objects.filter(name=base), "value") for base in texts}
    sources = {
        *_distinct(Fact.objects.all(), "source"),
        *_titles().values_list("source", flat=True).distinct(),
    }
    recorded = Fact.objects.aggregate(last=Max("recorded_at"))["last"]
    told = _told_of_titles().aggregate(last=Max("at"))["last"]
    state = max((moment for moment in (recorded, told) if moment), default=None)
    return Layout(columns, words, ("", *sorted(sources)), state.isoformat() if state else "")


def _titles() -> QuerySet[Title]:
    """Titles that the rules ask about."""
    codes = [code for code, kind in title_kinds().items() if kind.fact]
    return Title.objects.filter(kind__in=codes).order_by()


def _told_of_titles() -> QuerySet[TimelineEntry]:
    """Granted and cancelled titles, each with the moment it was told."""
    return TimelineEntry.objects.filter(kind="title").order_by()


def _stored_kinds(dictionary: Dictionary) -> dict[str, FactKind]:
    """Base name -> one of the rule facts that mean it (they share type and unit)."""
    kinds: dict[str, FactKind] = {}
    for kind in dictionary.kinds.values():
        kinds.setdefault(base_name(kind), kind)
    return kinds


def _distinct(rows: QuerySet[Fact], field: str) -> tuple[str, ...]:
    found = rows.filter(is_current=True).order_by().values_list(field, flat=True).distinct()
    return tuple(sorted(found))


def _usable(path: Path, dictionary: Dictionary, layout: Layout) -> Snapshot | None:
    """The old file, if the new one has the same columns, words and sources."""
    try:
        old = Snapshot(path, dictionary)
    except SnapshotError:
        return None
    known = (old.layout.columns, old.layout.words, old.layout.sources)
    return (
        old
        if known == (dict(layout.columns), dict(layout.words), layout.sources) and old.layout.state
        else None
    )


class _Run:
    def __init__(
        self,
        dictionary: Dictionary,
        layout: Layout,
        old: Snapshot | None,
        writer: Writer,
        today: date,
        progress: Progress,
    ) -> None:
        self.dictionary, self.layout, self.old = dictionary, layout, old
        self.writer, self.today, self.progress = writer, today, progress
        self.sources = {source: place for place, source in enumerate(layout.sources)}
        self.total = len(self._firms())
        self.done = self.read_again = 0

    def run(self) -> Written:
        known: set[str] = set()
        if self.old is not None:
            changed = self._changed_since(self.old.layout.state)
            for number, ids in enumerate(self.old.ids()):
                known.update(ids)
                self._one(ids if changed.intersection(ids) else [], number)
        for ids in _stretches(self._new_firms(known)):
            self._one(ids, None)
        return Written(self.done, self.read_again)

    def _one(self, ids: Sequence[str], number: int | None) -> None:
        """A stretch read again, or taken over from the old file as it is."""
        if ids:
            self.writer.write(self._read(ids))
            self.read_again += len(ids)
            self.done += len(ids)
        elif self.old is not None and number is not None:
            self.writer.take_over(self.old, number)
            self.done += self.old.sizes[number]
        self.progress(self.done, max(self.total, self.done))

    def _changed_since(self, state: str) -> set[str]:
        last = datetime.fromisoformat(state)
        began = Q(granted_on__gt=last.date(), granted_on__lte=self.today)
        ended = Q(valid_to__gte=last.date(), valid_to__lt=self.today)
        facts = Fact.objects.filter(recorded_at__gt=last).order_by()
        told = _told_of_titles().filter(at__gt=last)
        return _firms_of(facts) | _firms_of(told) | _firms_of(_titles().filter(began | ended))

    def _firms(self) -> set[str]:
        return _firms_of(Fact.objects.filter(is_current=True).order_by()) | _firms_of(_titles())

    def _new_firms(self, known: set[str]) -> Iterator[str]:
        yield from sorted(self._firms() - known)

    def _read(self, ids: Sequence[str]) -> Stretch:
        facts = self._facts_of(ids)
        columns: dict[str, Array] = {}
        provenance: dict[str, tuple[Array, Array, Array]] = {}
        for name, fact in self.layout.columns.items():
            rows = facts.get(name, {})
            columns[name] = self._values(name, self.dictionary[fact], ids, rows)
            provenance[name] = self._provenance(ids, rows)
        return Stretch(ids, columns, provenance)

    def _facts_of(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Stated]]:
        """Column -> firm -> what the register says."""
        found: dict[str, dict[str, Stated]] = defaultdict(dict)
        keys = [UUID(pk) for pk in ids]
        for fact in Fact.objects.filter(organisation_id__in=keys, is_current=True).iterator():
            column = fact.name if fact.fiscal_year is None else f"{fact.name}:{fact.fiscal_year}"
            stated = Stated(fact.value, fact.source, fact.as_of, fact.grade)
            found[column][str(fact.organisation_id)] = stated
        for title in self._valid_titles(keys).iterator():
            stated = Stated("true", title.source, title.granted_on, title.grade)
            found[title_kinds()[title.kind].fact][str(title.organisation_id)] = stated
        return found

    def _valid_titles(self, keys: Sequence[UUID]) -> QuerySet[Title]:
        not_over = Q(valid_to__isnull=True) | Q(valid_to__gte=self.today)
        rows = _titles().filter(not_over, organisation_id__in=keys, state=TitleState.VALID)
        return rows.filter(granted_on__lte=self.today)

    def _values(self, name: str, kind: FactKind, ids: Sequence[str], rows: Mapping[str, Stated]) -> Array:
        values = [_value(kind, rows[pk].value) if pk in rows else None for pk in ids]
        if kind.type == "text":
            places = {word: place for place, word in enumerate(self.layout.words[name])}
            return np.array([-1 if v is None else places[v] for v in values], np.int32)
        return column_of(kind, values).values

    def _provenance(self, ids: Sequence[str], rows: Mapping[str, Stated]) -> tuple[Array, Array, Array]:
        found = [rows.get(pk) for pk in ids]
        return (
            np.array([self.sources[f.source] if f else 0 for f in found]),
            np.array([f.on.toordinal() if f else 0 for f in found]),
            np.array([ord(f.grade) if f and f.grade else 0 for f in found]),
        )


def _firms_of(rows: QuerySet[Any]) -> set[str]:
    return {str(pk) for pk in rows.values_list("organisation_id", flat=True).distinct().iterator()}


def _value(kind: FactKind, text: str) -> Any:
    """The register keeps canonical text; what the rules' dictionary does not accept counts as not told."""
    stated: Any = {"true": True, "false": False}.get(text, text) if kind.type == "bool" else text
    value, wrong = read_value(kind, stated)
    return None if wrong else value


def _stretches(ids: Iterable[str]) -> Iterator[list[str]]:
    stretch: list[str] = []
    for pk in ids:
        stretch.append(pk)
        if len(stretch) == STRETCH:
            yield stretch
            stretch = []
    if stretch:
        yield stretch
