from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from qcy.delivery.portal.content.rows import news_rows
from qcy.delivery.portal.matters.cards import card_of
from qcy.delivery.portal.matters.listing import names_of
from qcy.delivery.portal.nodes import at_node
from qcy.delivery.portal.places.node_map import node_map
from qcy.delivery.portal.places.windows import window_rows
from qcy.delivery.web.gates import public
from qcy.delivery.web.language import COOKIE
from qcy.domains.content.queries import announcements
from qcy.engines.catalogue.enums import Category
from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.queries import offered_at
from qcy.foundation.nodes.models import NodeKind
from qcy.foundation.nodes.queries import active_nodes
from qcy.insight.queries import home_tiles

NEWS = 4
URGENT = 6  # rows of the list on the home page
YEAR_SECONDS = 365 * 24 * 3600
CATEGORIES = {  # category -> icon, what it is about in three words
    Category.BUSINESS: ("building", "设立、变更、迁入"),
    Category.POLICY: ("file-text", "问政策、办兑现、引人才"),
    Category.GOVERNMENT: ("landmark", "评价、认定、备案、登记"),
    Category.FINANCE: ("banknote", "贷款、贴息、基金、质押"),
    Category.GENERAL: ("life-buoy", "成果、仪器、场地、专利"),
}


@dataclass(frozen=True)
class CategoryCard:
    name: str
    icon: str
    text: str
    count: int
    url: str


@public
@at_node
def home(request: Any) -> HttpResponse:
    offered = list(offered_at(request.node))
    nodes = active_nodes()
    context = {
        "matters": [card_of(a, request.today) for a in open_now(offered, request.today)[:URGENT]],
        "count": len(offered),
        "usual": [card_of(a, request.today) for a in usual(offered)],
        "categories": categories(offered, request.node.slug),
        "node_slug": request.node.slug,
        "lead": request.node.lead,
        "nodes_count": len(nodes) - 1,
        "map": node_map(nodes, request.node),
        "hero": request.node.hero,
        "windows": window_rows(request.node),
        "tiles": home_tiles(),
        "news": news_rows(announcements(request.node, request.now)[:NEWS], request.node, request.today),
        "is_demo": any(a.window_is_demo for a in offered),
        "is_hub": request.node.kind == NodeKind.HUB,
        "names": names_of(offered),
        "list_url": reverse("matters", args=[request.node.slug]),
        "about_url": reverse("node", args=[request.node.slug]),
    }
    return render(request, "portal/home/home.html", context)


def open_now(offered: list[Adoption], today: Any) -> list[Adoption]:
    """What can be filed today, the most urgent first (`offered_at` orders by the last day)."""
    return [a for a in offered if a.is_open_on(today)]


def usual(offered: list[Adoption]) -> list[Adoption]:
    """The first matter of each category, as the catalogue orders them."""
    ordered = sorted(
        offered, key=lambda a: (list(Category).index(Category(a.item.category)), a.item.position)
    )
    first: dict[str, Adoption] = {}
    for adoption in ordered:
        first.setdefault(adoption.item.category, adoption)
    return list(first.values())


def categories(offered: list[Adoption], slug: str) -> tuple[CategoryCard, ...]:
    base = reverse("matters", args=[slug])
    return tuple(
        CategoryCard(
            name=_(str(category.label)),
            icon=icon,
            text=_(text),
            count=sum(a.item.category == category for a in offered),
            url=f"{base}?category={category.value}",
        )
        for category, (icon, text) in CATEGORIES.items()
    )


@public
def large_print(request: Any) -> HttpResponse:
    """Switch the large print on or off for this browser and go back."""
    response = back(request)
    wanted = "0" if request.COOKIES.get("large") == "1" else "1"
    response.set_cookie("large", wanted, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


@public
def language(request: Any) -> HttpResponse:
    """Show this browser the service in another language and go back."""
    response = back(request)
    if (wanted := request.GET.get("to")) in dict(settings.LANGUAGES):
        response.set_cookie(COOKIE, wanted, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


def back(request: Any) -> HttpResponseRedirect:
    """To the page the visitor came from, never to another site."""
    address = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(address if safe else "/")


@public
def health(request: Any) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")
