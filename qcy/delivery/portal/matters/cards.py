"""A matter as the home page and the list show it: name, promise, window, in one line."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.web.format import chinese_day, limit_text, with_count
from qcy.engines.catalogue.definition import MatterDefinition
from qcy.engines.catalogue.enums import Category
from qcy.engines.catalogue.models import Adoption

SOON_DAYS = 7
LIKE_ENOUGH = 0.34  # share of common characters from which a name is offered as "do you mean"
CLOSE_TO_BEST = 0.8  # and how near to the best one


@dataclass(frozen=True)
class MatterCard:
    name: str
    category: str
    url: str
    line: str
    summary: str
    headline: str
    sub: str
    tone: str


def card_of(adoption: Adoption, today: date) -> MatterCard:
    headline, sub, tone = window_words(adoption, today)
    return MatterCard(
        name=adoption.item.name,
        category=_(str(Category(adoption.item.category).label)),
        url=reverse("matter", args=[adoption.node.slug, adoption.item.code]),
        line=" · ".join(promises_of(adoption.definition)),
        summary=adoption.definition.field("summary").text,
        headline=headline,
        sub=sub,
        tone=tone,
    )


def promises_of(definition: MatterDefinition) -> list[str]:
    """How long, how far online, what it costs."""
    online = _("全程网办") if definition.is_fully_online else _("网上申请")
    promised = _("承诺 {limit}").format(limit=limit_text(definition.promised))
    return [promised, online, definition.field("fee").text]


def window_words(adoption: Adoption, today: date) -> tuple[str, str, str]:
    """How long the window is still open: headline, line below, tone."""
    if adoption.is_all_year:
        return _("全年受理"), _("随时可办"), "any"
    if today < adoption.opens_on:
        opens = chinese_day(adoption.opens_on, today)
        return _("{day}开始").format(day=opens), _("还没有开始受理"), "any"
    closes = chinese_day(adoption.closes_on, today)
    if today > adoption.closes_on:
        return _("已截止"), _("{day}截止").format(day=closes), "any"
    left = adoption.days_left(today)
    headline = with_count("还有 {n} 天", left) if left else _("今天截止")
    return headline, _("{day}截止").format(day=closes), "soon" if left <= SOON_DAYS else ""


def folded(text: str) -> str:
    """Full width, case and spaces do not matter to somebody who searches."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def matches(adoption: Adoption, query: str) -> bool:
    """Titles and aliases until the search engine exists: every word must occur somewhere."""
    item = adoption.item
    names = folded(" ".join([item.name, str(Category(item.category).label), *item.aliases]))
    return all(folded(word) in names for word in query.split())


def nearest(offered: list[Adoption], query: str, most: int = 3) -> list[Adoption]:
    """What somebody may have meant who found nothing: names and aliases that share characters."""
    scored = [(likeness(adoption, folded(query)), n, adoption) for n, adoption in enumerate(offered)]
    best = sorted(scored, reverse=True)[:most]
    enough = max(LIKE_ENOUGH, CLOSE_TO_BEST * best[0][0]) if best else LIKE_ENOUGH
    return [adoption for score, _n, adoption in best if score >= enough]


def likeness(adoption: Adoption, query: str) -> float:
    names = [adoption.item.name, *adoption.item.aliases]
    return max(SequenceMatcher(None, query, folded(name)).ratio() for name in names)
