"""Published figures as pages print them. Held for a moment: the home page of every node shows some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qcy.foundation.database.held import Held

from .comparison import comparison_sentence
from .enums import Comparison, Measure
from .models import Figure, FigureValue

HELD_SECONDS = 30
UNKNOWN = "待运营方填写"


@dataclass(frozen=True)
class ValueView:
    id: UUID
    value: Decimal
    text: str  # 1,964
    as_of: date
    as_of_text: str
    period_from: date | None
    comparison: Comparison
    comparison_text: str
    numerator: Decimal | None
    denominator: Decimal | None
    note: str
    source: str
    source_date: date
    approver: str
    definition_version: int
    recorded_at: datetime
    conflicts_with: UUID | None
    corrected_by: UUID | None

    @property
    def share(self) -> str:
        """n / N of a rate: never the rate alone."""
        if self.numerator is None or self.denominator is None:
            return ""
        return f"{number_text(self.numerator)} / {number_text(self.denominator)}"

    @property
    def compared(self) -> str:
        return comparison_sentence(self.comparison, self.comparison_text)

    @property
    def approver_text(self) -> str:
        return self.approver or UNKNOWN

    @property
    def source_text(self) -> str:
        return f"{self.source_date.isoformat()} {self.source}"


@dataclass(frozen=True)
class DefinitionView:
    version: int
    text: str
    not_meant: str
    effective_from: date


@dataclass(frozen=True)
class CorrectionView:
    right_id: UUID
    wrong: str
    right: str
    reason: str
    approver_text: str
    at: datetime


@dataclass(frozen=True)
class FigureView:
    code: str
    name: str
    theme: str
    unit: str
    measure: Measure
    on_home: int | None
    value: ValueView  # the newest that nobody has corrected
    rivals: tuple[ValueView, ...]  # other sources print these for the same thing
    definitions: tuple[DefinitionView, ...]  # newest first
    values: tuple[ValueView, ...]  # all, newest first
    corrections: tuple[CorrectionView, ...]  # newest first

    @property
    def definition(self) -> DefinitionView:
        return next(d for d in self.definitions if d.version == self.value.definition_version)

    @property
    def stage(self) -> str:
        """Planned money and money set up never stand under one heading."""
        return _("拟设立") if self.measure == Measure.PLAN else _("已设立")

    @property
    def explained(self) -> tuple[tuple[str, str], ...]:
        """What the number opens: label and text, for `{% number %}`."""
        value, said = self.value, self.definition
        lines = (
            (_("定义"), said.text),
            (_("不是"), said.not_meant),
            (_("口径"), _(str(self.measure.label))),
            (_("截至"), value.as_of_text),
            (_("构成"), value.share),
            (_("对比"), value.compared),
            (_("说明"), value.note),
            (_("来源"), value.source_text),
            (_("核定人"), value.approver_text),
            (_("另有刊载"), "；".join(f"{r.text} {self.unit}（{r.source_text}）" for r in self.rivals)),
            (_("更正"), _times(len(self.corrections)) if self.corrections else _("没有更正过")),
        )
        return tuple(line for line in lines if line[1])


@dataclass(frozen=True)
class Tile:
    """One place on the home page: a number, or two that belong together (projects and their investment)."""

    name: str
    figures: tuple[FigureView, ...]

    @property
    def first(self) -> FigureView:
        return self.figures[0]

    @property
    def caution(self) -> str:
        """The sentence under the numbers: of the last one, whose misreading costs most."""
        return self.figures[-1].definition.not_meant


@dataclass(frozen=True)
class Theme:
    name: str
    figures: tuple[FigureView, ...]

    @property
    def is_money_by_stage(self) -> bool:
        """Funds: what is set up beside what is planned, each with its heading and no sum."""
        stages = {figure.measure for figure in self.figures}
        same_unit = len({figure.unit for figure in self.figures}) == 1
        return same_unit and stages == {Measure.STOCK, Measure.PLAN}


def figures_by_theme() -> tuple[Theme, ...]:
    themes: dict[str, list[FigureView]] = {}
    for figure in held_figures():
        themes.setdefault(figure.theme, []).append(figure)
    return tuple(Theme(name, tuple(figures)) for name, figures in themes.items())


def home_tiles() -> tuple[Tile, ...]:
    shown = sorted((f for f in held_figures() if f.on_home), key=lambda f: f.on_home or 0)
    tiles = (tuple(group) for _place, group in groupby(shown, lambda f: f.on_home))
    return tuple(Tile(figures[0].name, figures) for figures in tiles)


def figure_of(code: str) -> FigureView | None:
    return next((figure for figure in held_figures() if figure.code == code), None)


def all_figures() -> tuple[FigureView, ...]:
    return held_figures()


def _times(n: int) -> str:
    return ngettext("{n} 次", "{n} 次", n).format(n=n)


def number_text(value: Decimal, decimals: int = 0) -> str:
    """1,964 or 35.2, with the true minus sign of running text."""
    return f"{value:,.{decimals}f}".replace("-", "−")


def _read() -> tuple[FigureView, ...]:
    related = ("definitions", "values__definition", "values__correction__right")
    rows = Figure.objects.prefetch_related(*related).order_by("position", "code")
    views = (_figure(row) for row in rows)
    return tuple(view for view in views if view is not None)


held_figures: Held[tuple[FigureView, ...]] = Held(_read, HELD_SECONDS)


def _figure(row: Figure) -> FigureView | None:
    found = sorted(
        row.values.all(),
        key=lambda v: (v.as_of, v.conflicts_with_id is None, v.recorded_at, v.pk),
        reverse=True,
    )
    values = tuple(_value(v, row.decimals) for v in found)
    standing = [v for v in values if v.corrected_by is None]
    chosen = next((v for v in standing if v.conflicts_with is None), None)
    if chosen is None:
        return None
    definitions = sorted(row.definitions.all(), key=lambda d: -d.version)
    return FigureView(
        code=row.code,
        name=row.name,
        theme=row.theme,
        unit=row.unit,
        measure=Measure(row.measure),
        on_home=row.on_home,
        value=chosen,
        rivals=tuple(v for v in standing if v.conflicts_with and v.as_of == chosen.as_of),
        definitions=tuple(
            DefinitionView(d.version, d.text, d.not_meant, d.effective_from) for d in definitions
        ),
        values=values,
        corrections=_corrections(found, row.decimals),
    )


PRINTED = (  # as they stand in the table
    "value",
    "as_of",
    "as_of_text",
    "period_from",
    "comparison_text",
    "numerator",
    "denominator",
    "note",
    "source",
    "source_date",
    "approver",
    "recorded_at",
)


def _value(row: FigureValue, decimals: int) -> ValueView:
    correction = getattr(row, "correction", None)
    return ValueView(
        id=row.pk,
        text=number_text(row.value, decimals),
        comparison=Comparison(row.comparison),
        definition_version=row.definition.version,
        conflicts_with=row.conflicts_with_id,
        corrected_by=correction.right_id if correction else None,
        **{name: getattr(row, name) for name in PRINTED},
    )


def _corrections(rows: Iterable[FigureValue], decimals: int) -> tuple[CorrectionView, ...]:
    made = [row.correction for row in rows if hasattr(row, "correction")]
    return tuple(
        CorrectionView(
            right_id=c.right_id,
            wrong=number_text(c.wrong.value, decimals),
            right=number_text(c.right.value, decimals),
            reason=c.reason,
            approver_text=c.approver or UNKNOWN,
            at=c.at,
        )
        for c in sorted(made, key=lambda c: c.at, reverse=True)
    )
