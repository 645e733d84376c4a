"""A text in a list of texts: what home pages and 通知公告 show of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from qcy.domains.content.enums import ArticleKind
from qcy.domains.content.models import Publication
from qcy.foundation.nodes.models import Node
from qcy.kernel.local_time import local_day


@dataclass(frozen=True)
class NewsRow:
    day: str  # 2026-07-06, for machines
    shown_day: str  # 07-06 in this year, the whole date in another
    title: str
    url: str
    mark: str  # the kind, where it matters
    source: str  # the node that says it
    is_demo: bool


def news_rows(texts: Iterable[Publication], node: Node, today: date) -> tuple[NewsRow, ...]:
    return tuple(_row(text, node, today) for text in texts)


def _row(text: Publication, node: Node, today: date) -> NewsRow:
    day = local_day(text.published_at)
    return NewsRow(
        day.isoformat(),
        day.isoformat() if day.year != today.year else f"{day:%m-%d}",
        text.title,
        reverse("article", args=[node.slug, text.article_id]),
        str(ArticleKind.OUTAGE.label) if text.kind == ArticleKind.OUTAGE else "",
        text.node.short_name,
        text.is_demo,
    )
