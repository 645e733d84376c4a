"""The register as one columnar file for set-wise rules (`qcy rules snapshot`), brought up to date stretch by stretch.

Only stretches with a firm of which something was recorded since the last time are made again; new firms come at the
end. A year, a text or a source that the file does not know yet makes the whole file new.
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
from django.db.models import Max, QuerySet

from qcy.engines.register.models import Fact
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
            return _Run(dictionary, layout, old, writer, progress).run()


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
    state = Fact.objects.aggregate(last=Max("recorded_at"))["last"]
    return Layout(
        columns, words, ("", *_distinct(Fact.objects.all(), "source")), state.isoformat() if state else ""
    )


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
        self, dictionary: Dictionary, layout: Layout, old: Snapshot | None, writer: Writer, progress: Progress
    ) -> None:
        self.dictionary, self.layout, self.old = dictionary, layout, old
        self.writer, self.progress = writer, progress
        self.sources = {source: place for place, source in enumerate(layout.sources)}
        self.total = (
            Fact.objects.filter(is_current=True).order_by().values("organisation_id").distinct().count()
        )
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
        rows = Fact.objects.filter(recorded_at__gt=datetime.fromisoformat(state)).order_by()
        return {str(pk) for pk in rows.values_list("organisation_id", flat=True).distinct()}

    def _new_firms(self, known: set[str]) -> Iterator[str]:
        rows = Fact.objects.filter(is_current=True).order_by("organisation_id")
        for pk in rows.values_list("organisation_id", flat=True).distinct().iterator():
            if str(pk) not in known:
                yield str(pk)

    def _read(self, ids: Sequence[str]) -> Stretch:
        facts = self._facts_of(ids)
        columns: dict[str, Array] = {}
        provenance: dict[str, tuple[Array, Array, Array]] = {}
        for name, fact in self.layout.columns.items():
            rows = facts.get(name, {})
            columns[name] = self._values(name, self.dictionary[fact], ids, rows)
            provenance[name] = self._provenance(ids, rows)
        return Stretch(ids, columns, provenance)

    def _facts_of(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Fact]]:
        """Column -> firm -> its current fact."""
        found: dict[str, dict[str, Fact]] = defaultdict(dict)
        rows = Fact.objects.filter(organisation_id__in=[UUID(pk) for pk in ids], is_current=True)
        for fact in rows.iterator():
            column = fact.name if fact.fiscal_year is None else f"{fact.name}:{fact.fiscal_year}"
            found[column][str(fact.organisation_id)] = fact
        return found

    def _values(self, name: str, kind: FactKind, ids: Sequence[str], rows: Mapping[str, Fact]) -> Array:
        values = [_value(kind, rows[pk].value) if pk in rows else None for pk in ids]
        if kind.type == "text":
            places = {word: place for place, word in enumerate(self.layout.words[name])}
            return np.array([-1 if v is None else places[v] for v in values], np.int32)
        return column_of(kind, values).values

    def _provenance(self, ids: Sequence[str], rows: Mapping[str, Fact]) -> tuple[Array, Array, Array]:
        found = [rows.get(pk) for pk in ids]
        return (
            np.array([self.sources[f.source] if f else 0 for f in found]),
            np.array([f.as_of.toordinal() if f else 0 for f in found]),
            np.array([ord(f.grade) if f and f.grade else 0 for f in found]),
        )


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
