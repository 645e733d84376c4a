"""Answering a correction letter: each defect is put right in the form, explained, or promised for later."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.portal.forms.present import anchor
from qcy.delivery.portal.forms.step_page import draft_of
from qcy.delivery.portal.forms.submission import show_gaps
from qcy.delivery.web.gates import signed_in, writes
from qcy.delivery.web.sentences import told
from qcy.engines.casework.corrections import answer_defect, start_correction, submit_correction
from qcy.engines.casework.filing import IncompleteDraft
from qcy.engines.casework.models import Case
from qcy.engines.forms.models import Draft
from qcy.kernel.refusals import Refused


@signed_in
@writes(back="../")
def start(request: Any, case_id: UUID) -> HttpResponse:
    """Open the filed form again, at the field this defect is about."""
    draft = start_correction(actor=request.actor, case_id=case_id, now=request.now)
    return HttpResponseRedirect(_place_of(draft, request.POST.get("field", "")))


def _place_of(draft: Draft, field: str) -> str:
    form = draft.form
    section = next((s for s in form.sections if field in [f.name for f in s.fields]), form.sections[0])
    return reverse("draft_section", args=[draft.pk, section.key]) + (f"#{anchor(field)}" if field else "")


@signed_in
@writes(back="../")
def answer(request: Any, case_id: UUID) -> HttpResponse:
    answer_defect(
        actor=request.actor,
        case_id=case_id,
        defect_id=request.POST.get("defect", ""),
        reply=request.POST.get("reply", ""),
        promise=request.POST.get("promise") == "yes",
        now=request.now,
    )
    return HttpResponseRedirect(f"{reverse('my_case', args=[case_id])}#correction")


@signed_in
@writes(back="../../")
def submit(request: Any, case_id: UUID) -> HttpResponse:
    """All answers at once. What still lacks something comes back to the case page, which lists it."""
    case_url = reverse("my_case", args=[case_id])
    case = Case.objects.applied_for_by(request.actor).only("pk").get(pk=case_id)
    held = (
        Draft.objects.visible_to(request.actor)
        .filter(corrects=case.pk)
        .order_by("-started_at", "-id")
        .first()
    )
    if held is None:
        return HttpResponseRedirect(f"{case_url}#correction")
    try:
        seen = request.POST.get("seen", "")
        submit_correction(actor=request.actor, draft_id=held.pk, seen=seen, now=request.now)
    except IncompleteDraft:
        return show_gaps(request, draft_of(request, held.pk), [])
    except Refused as refused:
        messages.warning(request, told(refused.refusal))
        return HttpResponseRedirect(f"{case_url}#correction")
    messages.success(request, _("已收到，有进展会给您发消息。"))
    return HttpResponseRedirect(case_url)
