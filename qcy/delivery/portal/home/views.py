from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from qcy.delivery.portal.nodes import at_node
from qcy.delivery.web.format import chinese_day
from qcy.delivery.web.gates import public
from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.queries import offered_at
from qcy.foundation.nodes.models import NodeKind

SOON_DAYS = 7
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class OpenMatter:
    name: str
    category: str
    url: str
    promised: str
    headline: str
    sub: str
    tone: str


@public
@at_node
def home(request: Any) -> HttpResponse:
    offered = list(offered_at(request.node))
    query = " ".join(request.GET.get("q", "").split())[:60]
    found = [adoption for adoption in offered if matches(adoption, query)]
    context = {
        "matters": [open_matter(a, request) for a in found],
        "count": len(offered),
        "query": query,
        "categories": categories(offered),
        "lead": request.node.lead,
        "is_demo": any(a.window_is_demo for a in offered),
        "districts": request.node.kind == NodeKind.HUB,
    }
    return render(request, "portal/home/home.html", context)


def matches(adoption: Adoption, query: str) -> bool:
    """Titles and aliases until the search engine exists: every word must occur somewhere."""
    words = " ".join([adoption.item.name, adoption.item.category, *adoption.item.aliases]).lower()
    return all(word in words for word in query.lower().split())


def categories(offered: list[Adoption]) -> list[tuple[str, int]]:
    names = sorted({adoption.item.category for adoption in offered})
    return [(name, sum(a.item.category == name for a in offered)) for name in names]


def open_matter(adoption: Adoption, request: Any) -> OpenMatter:
    headline, sub, tone = window_words(adoption, request.today)
    definition = adoption.definition
    return OpenMatter(
        name=definition.name,
        category=adoption.item.category,
        url=reverse("matter", args=[adoption.node.slug, adoption.item.code]),
        promised=f"承诺 {definition.promised_text} · 全程网办 · {definition.field('fee').text}",
        headline=headline,
        sub=sub,
        tone=tone,
    )


def window_words(adoption: Adoption, today: Any) -> tuple[str, str, str]:
    """How long the window is still open: headline, line below, tone."""
    if today < adoption.opens_on:
        return f"{chinese_day(adoption.opens_on, today)}开始", "还没有开始受理", "any"
    if today > adoption.closes_on:
        return "已截止", f"{chinese_day(adoption.closes_on, today)}截止", "any"
    left = adoption.days_left(today)
    headline = f"还有 {left} 天" if left else "今天截止"
    return headline, f"{chinese_day(adoption.closes_on, today)}截止", "soon" if left <= SOON_DAYS else ""


@public
def large_print(request: Any) -> HttpResponse:
    """Switch the large print on or off for this browser and go back."""
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    wanted = "0" if request.COOKIES.get("large") == "1" else "1"
    response.set_cookie("large", wanted, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


@public
def health(request: Any) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")
