"""All matters of a node: a search box, four facets, and the rows by category. Filters live in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.portal.nodes import at_node
from qcy.delivery.web.gates import public
from qcy.engines.catalogue.enums import Applicant, Category, MatterLevel
from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.queries import offered_at

from .cards import MatterCard, card_of, matches, nearest

LONGEST_QUERY = 60


@dataclass(frozen=True)
class Option:
    label: str
    url: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Group:
    label: str
    cards: tuple[MatterCard, ...]


def _when(adoption: Adoption, today: date) -> str:
    if adoption.is_all_year:
        return "always"
    return "open" if adoption.is_open_on(today) else "soon"


Values = Callable[[Adoption, date], Iterable[str]]
FACETS: Mapping[
    str, tuple[str, Mapping[str, str], Values]
] = {  # name -> heading, choices, values of a matter
    "category": ("类别", dict(Category.choices), lambda a, today: [a.item.category]),
    "level": ("层级", dict(MatterLevel.choices), lambda a, today: [a.item.level]),
    "who": ("谁来办", dict(Applicant.choices), lambda a, today: [str(x) for x in a.definition.applicants]),
    "when": (
        "什么时候办",
        {"open": "正在受理，有截止日", "always": "全年受理", "soon": "现在不受理"},
        lambda a, today: [_when(a, today)],
    ),
}


def query_of(request: Any) -> str:
    return " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]


@public
@at_node
def matters(request: Any) -> HttpResponse:
    offered = list(offered_at(request.node))
    query = query_of(request)
    chosen = {name: request.GET.get(name, "") for name in FACETS}
    chosen = {name: value for name, value in chosen.items() if value in FACETS[name][1]}
    found = [a for a in offered if matches(a, query)]
    shown = [a for a in found if _passes(a, chosen, request.today)]
    category = FACETS["category"][1].get(chosen.get("category", ""), "")
    context = {
        "groups": groups_of(shown, request.today),
        "count": len(shown),
        "total": len(offered),
        "query": query,
        "heading": _(str(category) or "办事"),
        "facets": [facet_of(request, name, found, chosen, query) for name in FACETS],
        "clear_url": request.path if chosen or query else "",
        "near": [card_of(a, request.today) for a in nearest(offered, query)] if query and not found else (),
        "names": names_of(offered),
        "is_demo": any(a.window_is_demo for a in shown),
        "hidden": [(name, value) for name, value in chosen.items()],
        "list_url": reverse("matters", args=[request.node.slug]),
    }
    return render(request, "portal/matters/list.html", context)


def _passes(adoption: Adoption, chosen: Mapping[str, str], today: date) -> bool:
    return all(value in FACETS[name][2](adoption, today) for name, value in chosen.items())


def groups_of(shown: list[Adoption], today: date) -> list[Group]:
    ordered = sorted(shown, key=lambda a: (a.item.position, a.item.code))
    groups = [
        Group(_(str(label)), tuple(card_of(a, today) for a in ordered if a.item.category == code))
        for code, label in Category.choices
    ]
    return [group for group in groups if group.cards]


def facet_of(request: Any, name: str, found: list[Adoption], chosen: Mapping[str, str], query: str) -> Facet:
    """Counts are what a click would show: the other filters stay."""
    label, choices, values = FACETS[name]
    others = {n: v for n, v in chosen.items() if n != name}
    within = [a for a in found if _passes(a, others, request.today)]
    options = []
    for value, text in choices.items():
        count = sum(value in values(a, request.today) for a in within)
        if count or chosen.get(name) == value:
            kept = (
                others
                | ({} if chosen.get(name) == value else {name: value})
                | ({"q": query} if query else {})
            )
            url = f"{request.path}?{urlencode(kept)}" if kept else request.path
            options.append(Option(_(str(text)), url, count, chosen.get(name) == value))
    return Facet(name, _(label), tuple(options))


def names_of(offered: list[Adoption]) -> tuple[str, ...]:
    """What the search box offers while one types: names first, then what people call them."""
    return (*(a.item.name for a in offered), *(alias for a in offered for alias in a.item.aliases))
