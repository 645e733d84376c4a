"""What is known of one firm, ready to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Window

from qcy.foundation.database.scope import purpose
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Organisation

from .access import opened_record
from .columns import LINE_HEADER, REASON_HEADER, WORDS, header_of
from .dictionary import FactKind, dictionary, title_label
from .enums import FactType, Of, TitleState, Verdict
from .models import Fact, ImportBatch, ImportRow, Merge, TimelineEntry, Title
from .sheets import write_table

YEARS_SHOWN = 3
ENTRIES_SHOWN = 100
VALUES_SHOWN = 4


@dataclass(frozen=True)
class Shown:
    """A value as people read it, with where it comes from."""

    text: str
    source: str
    when: str
    grade: str

    @property
    def self_filled(self) -> bool:
        return self.grade == "D"

    @property
    def origin(self) -> tuple[str, str, str]:
        return self.source, self.when, self.grade


@dataclass(frozen=True)
class FactLine:
    label: str
    unit: str
    values: tuple[Shown | None, ...]  # one for each year of the theme, or the single one


@dataclass(frozen=True)
class Theme:
    label: str
    years: tuple[int, ...]
    of_year: tuple[FactLine, ...]
    of_day: tuple[FactLine, ...]

    @property
    def heads(self) -> list[tuple[int, Shown | None]]:
        """Each year with where most of its values come from; only others say it beside themselves."""
        return [(year, self._usual(place)) for place, year in enumerate(self.years)]

    @property
    def rows(self) -> list[tuple[FactLine, list[tuple[Shown | None, bool]]]]:
        """Each value with whether it has to say where it comes from."""
        usual = [shown.origin if shown else None for _, shown in self.heads]
        return [
            (line, [(v, v is not None and v.origin != usual[n]) for n, v in enumerate(line.values)])
            for line in self.of_year
        ]

    def _usual(self, place: int) -> Shown | None:
        shown = [line.values[place] for line in self.of_year]
        counts = Counter(value.origin for value in shown if value)
        most = counts.most_common(1)[0][0] if counts else None
        return next((value for value in shown if value and value.origin == most), None)


@dataclass(frozen=True)
class HeldTitle:
    id: UUID
    label: str
    number: str
    granted_on: date
    valid_to: date | None
    source: str
    grade: str
    state: str  # valid, soon, over, cancelled

    @property
    def is_open(self) -> bool:
        return self.state in ("valid", "soon")


@dataclass(frozen=True)
class FirmRecord:
    themes: tuple[Theme, ...]
    titles: tuple[HeldTitle, ...]
    entries: tuple[TimelineEntry, ...]
    more_entries: int

    @property
    def is_empty(self) -> bool:
        return not (self.themes or self.titles or self.entries)


def record_of(
    actor: Actor,
    organisation_id: UUID,
    *,
    now: datetime,
    today: date,
    has_case: bool = False,
    cases: QuerySet[Any] | None = None,
) -> FirmRecord:
    """After the access check; raises Refused. `cases`: their keys, of these only the timeline speaks; None: of all.

    A node sees the firm's facts but not its files at other nodes, so the caller names the cases it may see.
    """
    with opened_record(actor, organisation_id, has_case=has_case, now=now):
        facts = list(Fact.objects.filter(organisation=organisation_id, is_current=True))
        entries = TimelineEntry.objects.filter(organisation=organisation_id)
        if cases is not None:
            entries = entries.filter(~Q(kind="case") | Q(subject_id__in=cases))
        told = list(entries.annotate(known=Window(Count("pk")))[:ENTRIES_SHOWN])
    titles = titles_of(organisation_id, today)
    more = told[0].known - len(told) if told else 0
    return FirmRecord(tuple(_themes(facts)), titles, tuple(told), more)


def titles_of(organisation_id: UUID, today: date) -> tuple[HeldTitle, ...]:
    """Public: those in force first, then what has ended."""
    found = [_title(t, today) for t in Title.objects.filter(organisation=organisation_id)]
    return tuple(sorted(found, key=lambda t: (not t.is_open, t.valid_to or date.max, t.label)))


def _title(title: Title, today: date) -> HeldTitle:
    return HeldTitle(
        title.pk,
        title_label(title.kind),
        title.number,
        title.granted_on,
        title.valid_to,
        title.source,
        title.grade,
        _state(title, today),
    )


def _state(title: Title, today: date) -> str:
    if title.state == TitleState.CANCELLED:
        return "cancelled"
    if title.valid_to is None:
        return "valid"
    left = (title.valid_to - today).days
    return "over" if left < 0 else "soon" if left <= 90 else "valid"


def _themes(facts: Sequence[Fact]) -> Iterator[Theme]:
    kinds = dictionary()
    held = {(fact.name, fact.fiscal_year): fact for fact in facts}
    told = {fact.name for fact in facts}
    for code, label in kinds.themes.items():
        mine = [k for k in kinds.stored if k.theme == code and k.name in told]
        names = {kind.name for kind in mine if kind.of == Of.YEAR}
        years = sorted({f.fiscal_year for f in facts if f.name in names and f.fiscal_year}, reverse=True)
        shown = tuple(years[:YEARS_SHOWN])
        if mine:
            of_year = [_line(k, [held.get((k.name, y)) for y in shown]) for k in mine if k.of == Of.YEAR]
            of_day = [_line(k, [held.get((k.name, None))]) for k in mine if k.of == Of.DAY]
            known = tuple(line for line in of_year if any(line.values))
            yield Theme(label, shown, known, tuple(of_day))


def _line(kind: FactKind, facts: Iterable[Fact | None]) -> FactLine:
    values = tuple(_shown(kind, fact) if fact else None for fact in facts)
    return FactLine(kind.label, "" if kind.is_ratio else kind.unit, values)


def _shown(kind: FactKind, fact: Fact) -> Shown:
    return Shown(readable(kind, fact.value), fact.source, fact.as_of.isoformat(), fact.grade)


def readable(kind: FactKind, value: str) -> str:
    """4,820.00 for money, 12.5% for a ratio, words for an option; the unit is written by the page."""
    match kind.type:
        case FactType.BOOL:
            return "是" if value == "true" else "否"
        case FactType.ENUM:
            return kind.options.get(value, value)
        case FactType.INT:
            return f"{int(value):,}".replace("-", "−")
        case FactType.DECIMAL:
            number = Decimal(value)
            text = f"{number * 100:,.2f}%" if kind.is_ratio else f"{number:,.2f}"
            return text.replace("-", "−")
        case _:
            return value


# ---------------------------------------------------------------- imports and merges, as their pages show them
def merges_around(organisation_id: UUID) -> tuple[Organisation | None, list[Merge]]:
    """Into which firm this one was merged, and which were merged into it. Identities are public; what moved is not shown."""
    with purpose("register"):
        found = Merge.objects.filter(Q(kept=organisation_id) | Q(merged=organisation_id), undone_at=None)
        merges = list(found.defer("moved").select_related("kept", "merged").order_by("-at"))
    into = next((merge.kept for merge in merges if merge.merged_id == organisation_id), None)
    return into, [merge for merge in merges if merge.kept_id == organisation_id]


def refused_table(actor: Actor, batch: ImportBatch) -> bytes:
    """The refused rows with their reasons, so that only these are put right and uploaded again."""
    rows = ImportRow.objects.visible_to(actor).filter(batch=batch, verdict=Verdict.REFUSED).order_by("line")
    found = list(rows)
    headers: dict[str, str] = {"code": WORDS["code"][0]}
    for row in found:
        headers |= {key: _header(key) for key in row.values if key not in headers}
    by_header: dict[str, list[str]] = {}
    for key, header in headers.items():
        by_header.setdefault(header, []).append(key)
    table = [[_cell(row, keys) for keys in by_header.values()] + [str(row.line), row.reason] for row in found]
    return write_table([*by_header, LINE_HEADER, REASON_HEADER], table)


def told_values(row: ImportRow) -> str:
    """The first values of a row for the preview: 营业收入(2025)(万元) 4,820.00；职工总数 86."""
    facts = dictionary().facts
    told = []
    for key, value in list(row.values.items())[:VALUES_SHOWN]:
        kind = facts.get(key.partition("@")[0]) if row.verdict != Verdict.REFUSED else None
        shown = readable(kind, value) if kind else title_label(value) if key == "title" else value
        if shown and key not in ("code", "kind", WORDS["code"][0]):
            told.append(f"{_header(key)} {shown}")
    more = len(row.values) - VALUES_SHOWN
    return "；".join(told) + (f"；还有 {more} 项" if more > 0 else "")


def _cell(row: ImportRow, keys: Sequence[str]) -> str:
    typed = next((str(row.values[key]) for key in keys if key in row.values), "")
    return typed or (row.code if "code" in keys else "")


def _header(key: str) -> str:
    """Of a row refused by itself the keys are the file's own headers; later ones carry canonical names."""
    if key in WORDS:
        return WORDS[key][0]
    name, _, after = key.partition("@")
    year = int(after) if after.isdecimal() else None
    kind = dictionary().facts.get(name)
    return header_of(kind, year) if kind else key
