"""What may be known of an organisation, by name and unit: `seeds/register/`, read once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

import yaml
from django.conf import settings

from .enums import FactType, Of


@dataclass(frozen=True)
class FactKind:
    name: str
    label: str
    type: FactType
    of: Of
    theme: str
    unit: str = ""
    signed: bool = False
    most: Decimal | None = None
    options: Mapping[str, str] = field(default_factory=dict)  # code -> what people read
    judged_by: str = ""  # expert or external: a finding, not a statement of the firm

    @property
    def is_ratio(self) -> bool:
        return self.unit == "ratio"

    @property
    def is_stored(self) -> bool:
        """What belongs to one contract or loan is asked in its form, not kept of the firm."""
        return self.of != Of.MATTER


@dataclass(frozen=True)
class Dictionary:
    facts: Mapping[str, FactKind]
    themes: Mapping[str, str]  # code -> label, in the order of the file

    @cached_property
    def stored(self) -> tuple[FactKind, ...]:
        return tuple(kind for kind in self.facts.values() if kind.is_stored)


@dataclass(frozen=True)
class TitleKind:
    code: str
    label: str
    years: int | None
    remind: tuple[int, ...]  # days before the end, the earliest first
    also: tuple[str, ...] = ()  # other words for it in tables that people keep
    fact: str = ""  # what the rules call having a valid one

    def last_day(self, granted: date) -> date | None:
        """Valid for whole years: granted on 1 November 2024 for three years, the last day is 31 October 2027."""
        if self.years is None:
            return None
        year = granted.year + self.years
        try:
            return granted.replace(year=year) - timedelta(days=1)
        except ValueError:  # granted on 29 February
            return date(year, 2, 28)


@cache
def dictionary() -> Dictionary:
    document = _read("facts.yaml")
    facts = (_kind(theme["theme"], entry) for theme in document["themes"] for entry in theme["facts"])
    themes = {theme["theme"]: theme["label"] for theme in document["themes"]}
    return Dictionary({kind.name: kind for kind in facts}, themes)


@cache
def title_kinds() -> Mapping[str, TitleKind]:
    return {entry["code"]: _title(entry) for entry in _read("titles.yaml")["titles"]}


def title_label(code: str) -> str:
    """A kind that was taken out of the file still has its rows."""
    kind = title_kinds().get(code)
    return kind.label if kind else code


def _kind(theme: str, entry: Mapping[str, Any]) -> FactKind:
    return FactKind(
        name=entry["name"],
        label=entry["label"],
        type=FactType(entry["type"]),
        of=Of(entry["of"]),
        theme=theme,
        unit=entry.get("unit", ""),
        signed=entry.get("signed", False),
        most=Decimal(str(entry["most"])) if "most" in entry else None,
        options=entry.get("options", {}),
        judged_by=entry.get("judged_by", ""),
    )


def _title(entry: Mapping[str, Any]) -> TitleKind:
    days = tuple(sorted(entry["remind"], reverse=True))
    also, fact = tuple(entry.get("also", ())), entry.get("fact", "")
    return TitleKind(entry["code"], entry["label"], entry["years"], days, also, fact)


def _read(name: str) -> Any:
    return yaml.safe_load((settings.QCY_SEEDS / "register" / name).read_text("utf-8"))
