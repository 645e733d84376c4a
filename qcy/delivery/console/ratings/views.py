"""好差评: the figures with their distribution, and what each bad rating obliges us to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import staff, writes
from qcy.delivery.web.request import posted_number
from qcy.delivery.web.sentences import told
from qcy.engines.ratings.duties import handle_duty
from qcy.engines.ratings.models import DutyState, RatingDuty
from qcy.engines.ratings.queries import figures_of
from qcy.engines.ratings.workflow import DUTY
from qcy.kernel.refusals import Refused

PER_PAGE = 10
LABELS = {
    "call_back": ("记下回访", "和企业怎么说的，打算怎么改"),
    "rectify": ("已整改", "改了什么，企业是否认可"),
    "explain": ("说明情况", "为什么没有依据改，怎么向企业说明的"),
    "appeal": ("申诉", "为什么认为这个差评是误评或恶意评价"),
    "uphold": ("申诉成立", "复核的依据"),
    "turn_down": ("申诉不成立", "复核的依据，接下来怎么改"),
}
TONES = {
    DutyState.CALL_BACK: "warn",
    DutyState.RECTIFY: "info",
    DutyState.APPEALED: "info",
    DutyState.DONE: "ok",
}


@dataclass(frozen=True)
class Step:
    command: str
    label: str
    hint: str


@staff
def ratings(request: Any) -> HttpResponse:
    return _page(request)


def _page(request: Any, refused: Refused | None = None, at: UUID | None = None) -> HttpResponse:
    found = RatingDuty.objects.visible_to(request.actor).select_related(
        "rating", "case__organisation", "case__adoption__item"
    )
    found = found.defer("case__adoption__resolved", "case__adoption__overrides").order_by(
        "closed_at", "due", "id"
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "figures": figures_of(request.actor, request.today),
        "page": page,
        "rows": [_row(request, duty) for duty in page.object_list],
        "path": request.get_full_path(),
        "refused": told(refused.refusal) if refused else "",
        "refused_at": at,
        "typed": request.POST.get("text", ""),
        "typed_command": request.POST.get("command", ""),
        **shell(request),
    }
    return render(request, "console/ratings/ratings.html", context, status=409 if refused else 200)


def _row(request: Any, duty: RatingDuty) -> dict[str, Any]:
    roles = request.actor.roles_at(duty.node_id)
    moves = [m for m in DUTY.allowed(DutyState(duty.state)) if m.roles & roles]
    late = duty.closed_at is None and duty.due < request.today
    return {
        "duty": duty,
        "tag": ("bad", _("已超期"))
        if late
        else (TONES.get(DutyState(duty.state), ""), _(duty.get_state_display())),
        "steps": [Step(m.command, *map(_, LABELS[m.command])) for m in moves],
        "history": [(_(LABELS[s.command][0]), s) for s in duty.steps.order_by("at", "id")],
    }


@staff
@writes(back="../../")
def handle(request: Any, duty_id: UUID) -> HttpResponse:
    command = request.POST.get("command", "")
    if command not in LABELS:
        raise Http404
    try:
        handle_duty(
            actor=request.actor,
            duty_id=duty_id,
            command=command,
            text=request.POST.get("text", ""),
            version=posted_number(request, "version"),
            now=request.now,
        )
    except Refused as refused:
        return _page(request, refused, duty_id)
    messages.success(request, _("{what}，已记录。").format(what=_(LABELS[command][0])))
    return HttpResponseRedirect(reverse("ratings"))
