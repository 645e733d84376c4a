from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.web.context import NavItem
from qcy.engines.ratings.models import Complaint
from qcy.foundation.nodes.queries import active_nodes


def shell(request: Any, open_cases: int | None = None) -> dict[str, Any]:
    """Side bar of the console: an entry appears when its page exists."""
    unread = Complaint.objects.visible_to(request.actor).filter(read_at=None).count()
    cases, complaints = reverse("console_cases"), reverse("console_complaints")
    held = request.actor.mandates
    node = next((n for n in active_nodes() if n.pk in {m.node_id for m in held}), None)
    return {
        "console_url": cases,
        "console_nav": [
            NavItem(_("办件"), cases, request.path.startswith(cases), "inbox", open_cases or 0),
            NavItem(_("投诉与建议"), complaints, request.path.startswith(complaints), "life-buoy", unread),
        ],
        "user_name": held[0].desk_name if held else "",
        "node_name": node.name if node else "",
        "sign_out_url": reverse("account_logout"),
        "complaint_url": f"{reverse('complain')}?{urlencode({'page': request.path})}",
    }
