"""Answering a correction letter: each defect is put right in the form, explained, or promised for later."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from qcy.delivery.portal.forms.present import anchor
from qcy.delivery.web.gates import signed_in, writes
from qcy.engines.casework.corrections import answer_defect, start_correction
from qcy.engines.forms.models import Draft


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
