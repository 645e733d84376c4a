"""通知公告 of a node, one text, and the help pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.portal.nodes import at_node
from qcy.delivery.web.format import span_text
from qcy.delivery.web.gates import public
from qcy.delivery.web.pages import page_of
from qcy.domains.content.enums import ArticleKind
from qcy.domains.content.queries import NEWS_KINDS, announcements, expired, help_pages, publication_of
from qcy.domains.content.text import blocks
from qcy.foundation.nodes.queries import node_of

from .rows import news_rows

PER_PAGE = 20


@public
@at_node
def news(request: Any) -> HttpResponse:
    kind = request.GET.get("kind", "")
    found = announcements(request.node, request.now, kind)
    page = page_of(found, PER_PAGE, request.GET.get("page"))
    context = {
        "page": page,
        "rows": news_rows(page.object_list, request.node, request.today),
        "path": request.get_full_path(),
        "here": reverse("news", args=[request.node.slug]),
        "kind": kind if kind in NEWS_KINDS else "",
        "chips": _chips(request, kind),
    }
    return render(request, "portal/content/news.html", context)


def _chips(request: Any, kind: str) -> list[tuple[str, str, bool]]:
    here = reverse("news", args=[request.node.slug])
    chosen = [(_(str(ArticleKind(k).label)), f"{here}?kind={k}", k == kind) for k in NEWS_KINDS]
    return [(_("全部"), here, kind not in NEWS_KINDS), *chosen]


@public
@at_node
def article(request: Any, article_id: UUID) -> HttpResponse:
    found = publication_of(request.node, article_id, request.now)
    if found is None:
        raise Http404
    is_outage = found.kind == ArticleKind.OUTAGE
    context = {
        "text": found,
        "blocks": blocks(found.body),
        "over": expired(found, request.now),
        "when": span_text(found.shown_from, found.shown_until, request.today) if is_outage else "",
    }
    return render(request, "portal/content/article.html", context)


@public
def help_page(request: Any) -> HttpResponse:
    request.node = node_of("")
    pages = [(page, blocks(page.body)) for page in help_pages(request.now)]
    return render(request, "portal/content/help.html", {"pages": pages})
