from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from qcy.delivery.web.gates import signed_in, writes
from qcy.delivery.web.sentences import sentence, told
from qcy.engines.casework.filing import IncompleteDraft, submit_case
from qcy.engines.forms.models import Draft
from qcy.engines.forms.validation import problems_of
from qcy.kernel.refusals import Refused

from . import present
from .step_page import closed_draft, draft_of, files_of, show_step, step_url

PROMISE = ("#f-confirm", "请勾选承诺，再提交申请")


@signed_in
@writes(back="../")
def submit(request: Any, draft_id: UUID) -> HttpResponse:
    """Submitting twice, from two tabs or after a lost answer, leads to the same receipt."""
    if request.POST.get("confirm") != "yes":
        return show_gaps(request, draft_of(request, draft_id), [PROMISE])
    try:
        case_id = submit_case(
            actor=request.actor, draft_id=draft_id, seen=request.POST.get("seen", ""), now=request.now
        )
    except IncompleteDraft:
        return show_gaps(request, draft_of(request, draft_id), [])
    except Refused as refused:
        held = draft_of(request, draft_id)
        if not held.is_open:
            return closed_draft(request, held)
        last = held.form.sections[-1]
        return show_step(request, held, last, status=409, refused=told(refused.refusal))
    return HttpResponseRedirect(reverse("receipt", args=[case_id]))


def show_gaps(request: Any, held: Draft, more: list[tuple[str, str]]) -> HttpResponse:
    """Everything that is missing, of every step, in one list; each line leads to its own step."""
    if not held.is_open:
        return closed_draft(request, held)
    last = held.form.sections[-1]
    found = problems_of(held.form, held.values(), present.count_files(files_of(request, held)))
    gaps = [
        (f"{step_url(held, s)}#{present.anchor(p.field)}", f"{s.title}：{sentence(p.text)}") for s, p in found
    ]
    here = [p for s, p in found if s.key == last.key]
    return show_step(request, held, last, found=here, status=422, elsewhere=gaps + more)
