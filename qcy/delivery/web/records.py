"""A firm's record as console and portal print it: facts by theme, titles, a stream of what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _

from qcy.delivery.components.types import Fact
from qcy.delivery.web.format import with_count
from qcy.engines.register.models import TimelineEntry
from qcy.engines.register.queries import FactLine, FirmRecord, HeldTitle

ICONS = {"case": "inbox", "title": "star", "facts": "chart", "merge": "copy"}
KINDS = {"case": "办件", "title": "称号", "facts": "数据", "merge": "合并"}
TITLE_TAGS = {
    "valid": ("ok", "有效"),
    "soon": ("warn", "快到期"),
    "over": ("", "已过期"),
    "cancelled": ("", "已取消"),
}


@dataclass(frozen=True)
class Event:
    day: str
    iso: str
    icon: str
    kind: str
    text: str


def record_context(record: FirmRecord, today: date) -> dict[str, Any]:
    return {
        "record": record,
        "themes": [(theme, list(_of_day(theme.of_day))) for theme in record.themes],
        "titles": title_rows(record.titles, today),
        "years": stream_of(record.entries),
    }


def title_rows(titles: Sequence[HeldTitle], today: date) -> list[tuple[HeldTitle, str, str, str]]:
    """Each with tone and word of its tag, and how many days are left when that matters."""
    rows = []
    for title in titles:
        left = (title.valid_to - today).days if title.state == "soon" and title.valid_to else None
        words = with_count("还有 {n} 天", left) if left else _("今天到期") if left == 0 else ""
        tone, word = TITLE_TAGS[title.state]
        rows.append((title, tone, _(word), words))
    return rows


def stream_of(entries: Sequence[TimelineEntry]) -> list[tuple[int, list[Event]]]:
    """Newest year first, as the entries come."""
    return [(year, [_event(e) for e in some]) for year, some in groupby(entries, key=lambda e: e.on.year)]


def _event(entry: TimelineEntry) -> Event:
    return Event(
        day=dateformat.format(entry.on, _("n 月 j 日")),
        iso=entry.on.isoformat(),
        icon=ICONS.get(entry.kind, "info"),
        kind=_(KINDS[entry.kind]) if entry.kind in KINDS else "",
        text=entry.text,
    )


def _of_day(lines: Sequence[FactLine]) -> Iterator[Fact]:
    for line in lines:
        [shown] = line.values
        assert shown is not None
        value = f"{shown.text} {line.unit}".strip()
        yield Fact(line.label, value, shown.source, shown.when, shown.grade, shown.self_filled)
