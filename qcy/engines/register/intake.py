"""Rows of an import against what the register holds: what each would change, and the change itself.

One class per kind of table with the same three steps: fetch what a chunk of rows concerns, judge each row,
write the rows that change something. Judging reads nothing more, so 500 rows cost a handful of statements.
Needs the purpose `register`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from qcy.foundation.parties.models import Organisation
from qcy.kernel.local_time import local_day

from .columns import GRANTED, KIND, NAME, NUMBER, TITLE, VALID
from .dictionary import title_label
from .enums import BEST_FIRST, Grade, ImportKind, TitleState, Verdict
from .models import Fact, ImportBatch, ImportRow, Merge, Title
from .rows import name_and_year
from .timeline import Entry, tell

AT_ONCE = 500  # values of one statement
NO_FIRM = "平台上还没有这家企业，请先用“企业名单”导入它的名称。"
NEWER = "平台上已有截至 {day} 的更新数据，这次的数据截至 {as_of}，没有覆盖。"
MERGED = "这个代码的档案已并入 {code}（{name}），请改用这个代码。"
Judgement = tuple[Verdict, str]


class Intake(Protocol):
    def judge(self, row: ImportRow) -> Judgement: ...

    def write(self, rows: Sequence[ImportRow], now: datetime) -> None: ...


@dataclass(frozen=True)
class _Held:
    """A value that is in force."""

    id: UUID
    value: str
    as_of: date
    grade: str


def intake_of(batch: ImportBatch, rows: Sequence[ImportRow], *, lock: bool) -> Intake:
    """With `lock` two imports of the same firms wait for each other; for a preview nobody waits."""
    firms = _firms([row.code for row in rows], lock)
    return _INTAKES[ImportKind(batch.kind)](batch, rows, firms)


def _firms(codes: Sequence[str], lock: bool) -> dict[str, Organisation]:
    found = Organisation.objects.filter(code__in=[code for code in codes if code]).order_by("id")
    if lock:
        found = found.select_for_update(no_key=True)  # others may still refer to the firm
    return {firm.code: firm for firm in found}


class _Intake:
    def __init__(self, batch: ImportBatch, rows: Sequence[ImportRow], firms: dict[str, Organisation]) -> None:
        self.batch, self.firms = batch, firms
        merges = Merge.objects.filter(merged__in=list(firms.values()), undone_at=None)
        self.kept: dict[UUID, Organisation] = {m.merged_id: m.kept for m in merges.select_related("kept")}

    def refused(self, row: ImportRow) -> str:
        """Why nothing can be said of this firm, or ""."""
        firm = self.firms.get(row.code)
        if firm is None:
            return NO_FIRM
        kept = self.kept.get(firm.pk)
        return MERGED.format(code=kept.code, name=kept.name) if kept else ""


class FirmsIntake(_Intake):
    def judge(self, row: ImportRow) -> Judgement:
        firm = self.firms.get(row.code)
        if firm is None:
            return Verdict.NEW, ""
        if firm.pk in self.kept:
            return Verdict.REFUSED, self.refused(row)
        same = (firm.name, firm.kind) == (row.values[NAME], row.values[KIND])
        if same:
            return Verdict.UNCHANGED, ""
        was = f"原名称：{firm.name}" if firm.name and firm.name != row.values[NAME] else ""
        return Verdict.CHANGED, was

    def write(self, rows: Sequence[ImportRow], now: datetime) -> None:
        added, renamed = [], []
        for row in rows:
            firm = self.firms.get(row.code)
            if firm is None:
                added.append(self._filled(Organisation(code=row.code), row.values))
            else:
                renamed.append(self._filled(firm, row.values))
        # somebody may claim the same code this moment: their row stays, a later import names it
        Organisation.objects.bulk_create(added, ignore_conflicts=True)
        Organisation.objects.bulk_update(renamed, ["name", "kind"], batch_size=AT_ONCE)

    def _filled(self, firm: Organisation, values: Mapping[str, str]) -> Organisation:
        firm.name, firm.kind = values[NAME], values[KIND]
        return firm


class FactsIntake(_Intake):
    def __init__(self, batch: ImportBatch, rows: Sequence[ImportRow], firms: dict[str, Organisation]) -> None:
        super().__init__(batch, rows, firms)
        names = {name_and_year(key)[0] for row in rows for key in row.values}
        found = Fact.objects.filter(organisation__in=list(firms.values()), name__in=names, is_current=True)
        fields = ("organisation_id", "name", "fiscal_year", "id", "value", "as_of", "grade")
        self.held = {tuple(found[:3]): _Held(*found[3:]) for found in found.values_list(*fields)}

    def judge(self, row: ImportRow) -> Judgement:
        if why := self.refused(row):
            return Verdict.REFUSED, why
        firm_id = self.firms[row.code].pk
        verdicts = set()
        for key, value in row.values.items():
            held = self.held.get((firm_id, *name_and_year(key)))
            verdicts.add(self._one(held, value))
            if verdicts & {Verdict.REFUSED}:
                assert held is not None
                return Verdict.REFUSED, NEWER.format(day=held.as_of, as_of=self.batch.as_of)
        return next(v for v in (Verdict.CHANGED, Verdict.NEW, Verdict.UNCHANGED) if v in verdicts), ""

    def _one(self, held: _Held | None, value: str) -> Verdict:
        if held is None:
            return Verdict.NEW
        older = held.as_of > self.batch.as_of
        if held.value == value:
            better = BEST_FIRST.index(Grade(self.batch.grade)) < BEST_FIRST.index(Grade(held.grade))
            return Verdict.CHANGED if better and not older else Verdict.UNCHANGED
        return Verdict.REFUSED if older else Verdict.CHANGED

    def write(self, rows: Sequence[ImportRow], now: datetime) -> None:
        replaced: list[UUID] = []
        added: list[Fact] = []
        for row in rows:
            firm = self.firms[row.code]
            for key, value in row.values.items():
                name, year = name_and_year(key)
                held = self.held.get((firm.pk, name, year))
                if self._one(held, value) == Verdict.UNCHANGED:
                    continue
                if held:
                    replaced.append(held.id)
                added.append(self._fact(firm, name, year, value, now))
        for part in _parts(replaced):
            Fact.objects.filter(pk__in=part).update(is_current=False)
        Fact.objects.bulk_create(added)
        tell(self._told(added, now))

    def _fact(self, firm: Organisation, name: str, year: int | None, value: str, now: datetime) -> Fact:
        return Fact(
            organisation=firm,
            name=name,
            fiscal_year=year,
            value=value,
            source=self.batch.source,
            as_of=self.batch.as_of,
            grade=self.batch.grade,
            recorded_at=now,
            batch_id=self.batch.pk,
        )

    def _told(self, added: Sequence[Fact], now: datetime) -> Iterator[Entry]:
        counts: dict[UUID, int] = {}
        for fact in added:
            counts[fact.organisation_id] = counts.get(fact.organisation_id, 0) + 1
        for firm_id, count in counts.items():
            text = f"更新企业数据 {count} 项，来源：{self.batch.source}"
            yield Entry(firm_id, "facts", local_day(now), text, self.batch.pk, now)


class TitlesIntake(_Intake):
    def __init__(self, batch: ImportBatch, rows: Sequence[ImportRow], firms: dict[str, Organisation]) -> None:
        super().__init__(batch, rows, firms)
        found = Title.objects.filter(organisation__in=list(firms.values()))
        self.held: dict[Any, Title] = {(t.organisation_id, t.kind, t.granted_on): t for t in found}

    def judge(self, row: ImportRow) -> Judgement:
        if why := self.refused(row):
            return Verdict.REFUSED, why
        held = self._held(row)
        if held is None:
            return Verdict.NEW, ""
        if held.state == TitleState.CANCELLED:
            return Verdict.REFUSED, "这个称号在平台上已取消，不能用导入恢复。"
        same = (held.number, str(held.valid_to or "")) == (row.values[NUMBER], row.values[VALID])
        return (Verdict.UNCHANGED if same else Verdict.CHANGED), ""

    def _held(self, row: ImportRow) -> Title | None:
        granted = date.fromisoformat(row.values[GRANTED])
        return self.held.get((self.firms[row.code].pk, row.values[TITLE], granted))

    def write(self, rows: Sequence[ImportRow], now: datetime) -> None:
        added: list[Title] = []
        changed: list[Title] = []
        for row in rows:
            held = self._held(row)
            title = held or Title(
                organisation=self.firms[row.code],
                kind=row.values[TITLE],
                granted_on=date.fromisoformat(row.values[GRANTED]),
            )
            ends = row.values[VALID]
            title.number, title.valid_to = row.values[NUMBER], date.fromisoformat(ends) if ends else None
            title.source, title.grade = self.batch.source, self.batch.grade
            title.recorded_at, title.batch_id = now, self.batch.pk
            (changed if held else added).append(title)
        Title.objects.bulk_create(added)
        fields = ["number", "valid_to", "source", "grade", "recorded_at", "batch_id"]
        Title.objects.bulk_update(changed, fields, batch_size=AT_ONCE)
        tell(title_entry(title, now) for title in added)


def title_entry(title: Title, now: datetime) -> Entry:
    until = f"，有效期至 {title.valid_to}" if title.valid_to else ""
    text = f"获得“{title_label(title.kind)}”{until}"
    return Entry(title.organisation_id, "title", title.granted_on, text, title.pk, now)


def _parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


_INTAKES: Mapping[ImportKind, type[Any]] = {
    ImportKind.FIRMS: FirmsIntake,
    ImportKind.FACTS: FactsIntake,
    ImportKind.TITLES: TitlesIntake,
}
