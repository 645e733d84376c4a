"""What the shell of every page needs: navigation, node, account, office lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qcy.delivery.components.types import NavItem
from qcy.domains.content.queries import notices_today
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.nodes.queries import active_nodes, node_of, office_of
from qcy.kernel.local_time import local_day

from .addresses import fixed
from .format import span_text
from .language import switch

SERVICE_NAME = "秦创原综合服务"


@dataclass(frozen=True)
class Account:
    label: str
    url: str
    initial: str


def home_url(node: Node) -> str:
    return "/" if node.kind == NodeKind.HUB else _home_of_node(node.slug)


@cache
def _home_of_node(slug: str) -> str:
    return reverse("home_of_node", args=[slug])


def shell(request: HttpRequest) -> dict[str, Any]:
    node = getattr(request, "node", None) or node_of("")
    if node is None:
        return {}
    nodes = active_nodes()
    held = next((n for n in nodes if n.pk == node.pk), node)
    return {
        "site_name": _(SERVICE_NAME),
        "home_url": home_url(held),
        "node": held.short_name,
        "nodes": tuple(NavItem(n.short_name, home_url(n), n.pk == held.pk) for n in nodes),
        "nodes_url": fixed("nodes"),
        "nav": _nav(request, held),
        "account": _account(request),
        "sign_in_url": _sign_in_url(request),
        "office": office_of(held),
        "complaint_url": f"{fixed('complain')}?{urlencode({'page': request.path, 'node': held.slug})}",
        "large_print": request.COOKIES.get("large") == "1",
        "large_print_url": f"{fixed('large_print')}?{urlencode({'next': request.get_full_path()})}",
        "languages": switch(request),
        "footer_links": _footer_links(get_language(), held.slug),
        "notices": notice_lines(held, request),
        "now": getattr(request, "now", None),
    }


@dataclass(frozen=True)
class NoticeLine:
    title: str
    when: str
    url: str
    is_demo: bool


def notice_lines(node: Node, request: HttpRequest) -> tuple[NoticeLine, ...]:
    """Outages and closures of today, for the bar under the header."""
    now = getattr(request, "now", None)
    if now is None or request.path.startswith(fixed("console")):
        return ()
    return tuple(
        NoticeLine(
            notice.title,
            span_text(notice.shown_from, notice.shown_until, local_day(now)),
            reverse("article", args=[node.slug, notice.article_id]),
            notice.is_demo,
        )
        for notice in notices_today(node, now)
    )


@cache
def _footer_links(language: str | None, slug: str) -> tuple[NavItem, ...]:
    return (
        NavItem(_("结果核验"), fixed("verify")),
        NavItem(_("留言与答复"), reverse("public_voice", args=[slug])),
        NavItem(_("公开数据"), fixed("figures")),
        NavItem(_("使用帮助"), fixed("help")),
    )


@cache
def _entries(language: str | None, slug: str, home: str) -> tuple[tuple[str, str], ...]:
    """Labels and addresses of the navigation, said once per language and node."""
    return (
        (_("首页"), home),
        (_("办事"), reverse("matters", args=[slug])),
        (_("公告"), reverse("news", args=[slug])),
        (_("公开数据"), fixed("figures")),
        (_("我的办件"), fixed("my_cases")),
        (_("消息"), fixed("my_messages")),
    )


def _nav(request: HttpRequest, node: Node) -> tuple[NavItem, ...]:
    home, path = home_url(node), request.path
    return tuple(
        NavItem(label, url, path == url or (url != home and path.startswith(url)))
        for label, url in _entries(get_language(), node.slug, home)
    )


def _account(request: HttpRequest) -> Account | None:
    actor = getattr(request, "actor", None)
    if actor is None or actor.person_id is None:
        return None
    if actor.is_staff:
        desk = actor.mandates[0].desk_name
        return Account(desk, fixed("console_cases"), desk[:1])
    name = actor.memberships[0].name if actor.memberships else _("我的账号")
    return Account(name, fixed("my_account"), name[:1])


def _sign_in_url(request: HttpRequest) -> str:
    keep = request.path not in (fixed("account_login"), fixed("account_confirm_login_code"))
    query = f"?{urlencode({'next': request.get_full_path()})}" if keep and request.method == "GET" else ""
    return fixed("account_login") + query
