"""Who sits where, who is away, and leaving: the node manager's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import manager, writes
from qcy.delivery.web.request import day_of, posted_id
from qcy.delivery.web.sentences import told
from qcy.engines.casework.enums import OPEN_STATUSES
from qcy.engines.casework.models import Case
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.models import Absence, Mandate
from qcy.foundation.parties.queries import in_force
from qcy.foundation.parties.services import end_mandate, record_absence
from qcy.kernel.refusals import Refused


def node_of_manager(request: Any) -> Node:
    """Also of a node that is switched off: its desks still finish their cases."""
    node = Node.objects.filter(pk__in=request.actor.managed_nodes).first()
    if node is None:
        raise Http404
    return node


@manager
def desks(request: Any) -> HttpResponse:
    return _page(request)


def _page(request: Any, refused: Refused | None = None) -> HttpResponse:
    node = node_of_manager(request)
    held = list(
        Mandate.objects.visible_to(request.actor)
        .filter(in_force(request.today), node=node)
        .order_by("desk_name")
    )
    away = Absence.objects.visible_to(request.actor).filter(node=node, until__gte=request.today)
    names = {m.person_id: m.desk_name for m in held}
    context = {
        "rows": [(m, _open_cases(request, node).get(m.person_id, 0)) for m in held],
        "absences": [(a, names.get(a.person_id, ""), names.get(a.cover_id, "")) for a in away],
        "people": list(names.items()),
        "refused": told(refused.refusal) if refused else "",
        "typed": request.POST,
        "me": request.actor.person_id,
        "node": node,
        **shell(request),
    }
    return render(request, "console/desks/desks.html", context, status=422 if refused else 200)


def _open_cases(request: Any, node: Node) -> dict[Any, int]:
    open_ones = Case.objects.visible_to(request.actor).filter(node=node, status__in=OPEN_STATUSES)
    counted = open_ones.filter(~Q(assignee_id=None)).values("assignee_id").annotate(n=Count("id"))
    return {row["assignee_id"]: row["n"] for row in counted}


@manager
@writes(back="../")
def absence(request: Any) -> HttpResponse:
    try:
        record_absence(
            actor=request.actor,
            person_id=posted_id(request, "person", default=request.actor.me),
            cover_id=posted_id(request, "cover", default=request.actor.me),
            node=node_of_manager(request),
            since=day_of(request.POST.get("since", "")),
            until=day_of(request.POST.get("until", "")),
            now=request.now,
        )
    except Refused as refused:
        return _page(request, refused)
    messages.success(request, _("已登记。请假期间，代办人能看到并收到他的办件提醒。"))
    return HttpResponseRedirect(reverse("desks"))


@manager
@writes(back="../")
def leave(request: Any) -> HttpResponse:
    try:
        end_mandate(
            actor=request.actor,
            person_id=posted_id(request, "person", default=request.actor.me),
            node=node_of_manager(request),
            now=request.now,
        )
    except Refused as refused:
        return _page(request, refused)
    messages.success(request, _("岗位已结束，他名下的在办件回到本组，等待重新分派。"))
    return HttpResponseRedirect(reverse("desks"))
