"""Which nodes serve, and what it means to switch one off: the hub's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.console.shell import shell
from qcy.delivery.web.errors import STATUS_OF
from qcy.delivery.web.gates import operator, writes
from qcy.delivery.web.sentences import told
from qcy.engines.casework.queries import open_cases_by_node
from qcy.engines.catalogue.queries import offered_at
from qcy.foundation.audit.queries import events_of
from qcy.foundation.database.scope import purpose
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.nodes.services import LONGEST_REASON, NO_REASON
from qcy.foundation.parties.models import Mandate
from qcy.foundation.parties.offices import close_node, reopen_node
from qcy.kernel.refusals import Refused

SWITCHED = {"node.switched_off": "停用节点", "node.switched_on": "恢复节点"}
FIELD_OF = {"reason_missing": "reason"}


@operator
def nodes(request: Any) -> HttpResponse:
    known = Node.objects.prefetch_related("service_points").order_by("-kind", "code")  # the hub first
    waiting = open_cases_by_node()
    context = {"rows": [(node, waiting.get(node.pk, 0)) for node in known], **shell(request)}
    return render(request, "console/nodes/list.html", context)


@operator
def node(request: Any, slug: str) -> HttpResponse:
    return _page(request, Node.objects.get(slug=slug))


@operator
@writes(back="../")
def switch(request: Any, slug: str) -> HttpResponse:
    """Off asks for the name of the node as well: nobody switches off the one beside it by a slip."""
    held = Node.objects.get(slug=slug)
    off = request.POST.get("to") == "off"
    typed = {name: request.POST.get(name, "").strip() for name in ("reason", "name")}
    if errors := _slips(held, typed) if off and held.kind != NodeKind.HUB else {}:
        return _page(request, held, typed, errors)
    try:
        service = close_node if off else reopen_node
        service(actor=request.actor, node=held, reason=typed["reason"], now=request.now)
    except Refused as refused:
        field = FIELD_OF.get(refused.refusal.code, "")
        status = STATUS_OF.get(refused.refusal.code, 422)
        return _page(request, Node.objects.get(pk=held.pk), typed, {field: told(refused.refusal)}, status)
    said = _("“{name}”已停用。") if off else _("“{name}”已恢复，公众现在就能看到。")
    messages.success(request, said.format(name=held.name))
    return HttpResponseRedirect(reverse("console_node", args=[slug]))


def _slips(held: Node, typed: dict[str, str]) -> dict[str, str]:
    """Both fields are judged at once."""
    errors = {} if typed["reason"] else {"reason": told(NO_REASON)}
    if typed["name"] not in (held.name, held.code):
        errors["name"] = _("和这个节点的名称、代码都不一样。请照写一遍。")
    return errors


def _page(
    request: Any,
    held: Node,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    context = {
        "held": held,
        "is_hub": held.kind == NodeKind.HUB,
        "waiting": open_cases_by_node().get(held.pk, 0),
        "facts": _facts(held),
        "history": _history(request.actor, held),
        "fields": _fields(held, typed, errors),
        "problems": [Problem(field, text) for field, text in errors.items() if field],
        "refused": errors.get("", ""),
        **shell(request),
    }
    return render(request, "console/nodes/node.html", context, status=status if errors else 200)


def _facts(held: Node) -> list[tuple[str, str]]:
    return [
        (_("代码"), held.code),
        (_("服务点"), "、".join(p.name for p in held.service_points.all()) or _("没有")),
        (_("开放的事项"), str(offered_at(held).count())),
        (_("公众网址"), f"/n/{held.slug}/"),
    ]


def _history(actor: Any, held: Node) -> list[dict[str, Any]]:
    with purpose("audit"):
        found = events_of(f"node:{held.code}", SWITCHED)
    names = dict(Mandate.objects.visible_to(actor).values_list("person_id", "desk_name"))
    return [
        {
            "what": SWITCHED[event.type],
            "at": event.at,
            "reason": event.payload.get("reason", ""),
            "who": names.get(event.actor_id, ""),
        }
        for event in found
    ]


def _fields(held: Node, typed: dict[str, str], errors: dict[str, str]) -> list[FieldView]:
    why = _("为什么停用") if held.is_active else _("为什么恢复")
    hint = _("写清依据和从哪天起，会留在办理记录里。请不要写姓名和电话。")
    reason = FieldView(name="reason", id="reason", label=why, kind="long_text", hint=hint,
                       maxlength=LONGEST_REASON, value=typed.get("reason", ""), error=errors.get("reason", ""))  # fmt: skip
    if not held.is_active:
        return [reason]
    again = _("照写节点名称“{name}”，也可以写代码 {code}。").format(name=held.name, code=held.code)
    return [reason, FieldView(name="name", id="name", label=_("请写一遍要停用的节点"), hint=again,
                              maxlength=60, value=typed.get("name", ""), error=errors.get("name", ""))]  # fmt: skip
