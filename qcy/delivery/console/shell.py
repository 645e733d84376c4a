from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.web.context import NavItem
from qcy.engines.ratings.queries import waiting_for
from qcy.foundation.nodes.queries import active_nodes
from qcy.foundation.parties.access import leads_hub
from qcy.foundation.parties.enums import Role


def shell(request: Any, open_cases: int | None = None) -> dict[str, Any]:
    """Side bar of the console: an entry appears when its page exists."""
    waiting = waiting_for(request.actor)
    cases, complaints = reverse("console_cases"), reverse("console_complaints")
    held = request.actor.mandates
    mine = {m.node_id for m in held}
    node = next((n for n in active_nodes() if n.pk in mine), None)
    return {
        "console_url": cases,
        "console_nav": (
            NavItem(_("办件"), cases, request.path.startswith(cases), "inbox", open_cases or 0),
            *_own_pages(request, waiting.duties, serves=node is not None),
            NavItem(
                _("投诉与建议"), complaints, request.path.startswith(complaints), "life-buoy", waiting.unread
            ),
        ),
        "user_name": held[0].desk_name if held else "",
        "node_name": node.name if node else "",
        "sign_out_url": reverse("account_logout"),
        "complaint_url": f"{reverse('complain')}?{urlencode({'page': request.path})}",
    }


def windows_of(actor: Any) -> frozenset[UUID]:
    """Nodes at whose window this person takes applications in."""
    return frozenset(m.node_id for m in actor.mandates if m.role == Role.CLERK)


def _own_pages(request: Any, duties: int, *, serves: bool) -> list[NavItem]:
    """Pages by right: everybody's, then the manager's, then the hub's. Without a node that serves, only its cases."""
    pages = [
        ("console_window", _("窗口收件"), "ticket", serves and bool(windows_of(request.actor))),
        ("console_firms", _("企业"), "building", True),
        ("console_imports", _("数据导入"), "upload", bool(request.actor.managed_nodes)),
        ("ratings", _("评价"), "star", True),
        ("console_content", _("内容"), "megaphone", serves),
        ("desks", _("岗位与请假"), "users", bool(request.actor.managed_nodes)),
        ("console_matters", _("事项"), "list-checks", serves and bool(request.actor.managed_nodes)),
        ("audit", _("办理记录"), "history", bool(request.actor.managed_nodes)),
        ("console_figures", _("公开数据"), "chart", leads_hub(request.actor)),
        ("console_nodes", _("节点"), "map-pin", leads_hub(request.actor)),
        ("console_calendar", _("工作日历"), "calendar-clock", leads_hub(request.actor)),
        ("dead_letters", _("没送达的"), "send", leads_hub(request.actor)),
    ]
    counts = {"ratings": duties}
    return [
        NavItem(label, reverse(name), request.path.startswith(reverse(name)), icon, counts.get(name, 0))
        for name, label, icon, may in pages
        if may
    ]
