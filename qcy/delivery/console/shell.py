from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qcy.delivery.components.types import NavItem
from qcy.delivery.web.addresses import fixed
from qcy.engines.ratings.queries import waiting_for
from qcy.foundation.nodes.queries import active_nodes
from qcy.foundation.parties.access import leads_hub
from qcy.foundation.parties.enums import Role


def shell(request: Any, open_cases: int | None = None) -> dict[str, Any]:
    """Side bar of the console: an entry appears when its page exists."""
    waiting = waiting_for(request.actor)
    held = request.actor.mandates
    mine = {m.node_id for m in held}
    node = next((n for n in active_nodes() if n.pk in mine), None)
    counts = {
        "console_cases": open_cases or 0,
        "ratings": waiting.duties,
        "console_complaints": waiting.unread,
    }
    may = _rights(request.actor, serves=node is not None)
    return {
        "console_url": fixed("console_cases"),
        "console_nav": tuple(
            NavItem(label, url, request.path.startswith(url), icon, counts.get(name, 0))
            for name, url, label, icon, right in _pages(get_language())
            if may[right]
        ),
        "user_name": held[0].desk_name if held else "",
        "node_name": node.name if node else "",
        "sign_out_url": fixed("account_logout"),
        "complaint_url": f"{fixed('complain')}?{urlencode({'page': request.path})}",
    }


def windows_of(actor: Any) -> frozenset[UUID]:
    """Nodes at whose window this person takes applications in."""
    return frozenset(m.node_id for m in actor.mandates if m.role == Role.CLERK)


def _rights(actor: Any, *, serves: bool) -> dict[str, bool]:
    """What opens a page of the console. Without a node that serves, there are only its cases."""
    manages = bool(actor.managed_nodes)
    return {
        "works": True,
        "serves": serves,
        "receives": serves and bool(windows_of(actor)),
        "manages": manages,
        "manages matters": serves and manages,
        "leads the hub": leads_hub(actor),
    }


@cache
def _pages(language: str | None) -> tuple[tuple[str, str, str, str, str], ...]:
    """Name, address, label and icon of every page with the right that opens it, said once per language."""
    pages = (
        ("console_cases", _("办件"), "inbox", "works"),
        ("console_window", _("窗口收件"), "ticket", "receives"),
        ("console_firms", _("企业"), "building", "works"),
        ("console_imports", _("数据导入"), "upload", "manages"),
        ("ratings", _("评价"), "star", "works"),
        ("console_content", _("内容"), "megaphone", "serves"),
        ("desks", _("岗位与请假"), "users", "manages"),
        ("console_matters", _("事项"), "list-checks", "manages matters"),
        ("audit", _("办理记录"), "history", "manages"),
        ("console_figures", _("公开数据"), "chart", "leads the hub"),
        ("console_nodes", _("节点"), "map-pin", "leads the hub"),
        ("console_calendar", _("工作日历"), "calendar-clock", "leads the hub"),
        ("dead_letters", _("没送达的"), "send", "leads the hub"),
        ("console_complaints", _("投诉与建议"), "life-buoy", "works"),
    )
    return tuple((name, fixed(name), *more) for name, *more in pages)
