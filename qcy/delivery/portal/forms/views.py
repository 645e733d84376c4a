from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from qcy.delivery.web.errors import wants_json
from qcy.delivery.web.gates import signed_in, writes
from qcy.delivery.web.request import posted_number
from qcy.delivery.web.sentences import told
from qcy.engines.forms.definition import FieldKind, Section
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import discard_draft, save_section
from qcy.engines.forms.validation import problems_in
from qcy.kernel.local_time import SHANGHAI
from qcy.kernel.refusals import Refused

from . import present
from .step_page import closed_draft, draft_of, files_of, section_of, show_step, step_url
from .uploads import files_sent_along


@signed_in
def draft(request: Any, draft_id: UUID) -> HttpResponse:
    """The resume link: goes to the first step that still lacks something."""
    held = draft_of(request, draft_id)
    if not held.is_open:
        return closed_draft(request, held)
    counts, values = present.count_files(files_of(request, held)), held.values()
    sections = held.form.sections
    wanted = next((s for s in sections if problems_in(s, values, counts)), sections[-1])
    return HttpResponseRedirect(step_url(held, wanted))


@signed_in
def section(request: Any, draft_id: UUID, key: str) -> HttpResponse:
    held = draft_of(request, draft_id)
    if not held.is_open:
        return closed_draft(request, held)
    part = section_of(held, key)
    return _save_step(request, held, part) if request.method == "POST" else show_step(request, held, part)


def _save_step(request: Any, held: Draft, part: Section) -> HttpResponse:
    typed = present.typed_values(part, request.POST)
    action = request.POST.get("action", "next")
    if action.startswith("remove:"):
        typed = _without_row(typed, action.removeprefix("remove:"))
    try:
        held = save_section(
            actor=request.actor,
            draft_id=held.pk,
            section=part.key,
            values=typed,
            version=posted_number(request, "version"),
            tab=request.POST.get("tab", ""),
            now=request.now,
        )
    except Refused as refused:
        if refused.refusal.code != "conflict" or wants_json(request):
            raise
        return _show_conflict(request, held, part, typed, refused)
    if found := files_sent_along(request, held, part):
        return show_step(request, held, part, found=found, status=422)
    if wants_json(request):
        saved_at = request.now.astimezone(SHANGHAI).strftime("%H:%M:%S")
        return JsonResponse({"version": held.version_of(part.key), "saved_at": saved_at})
    return _go_on(request, held, part, action)


def _without_row(typed: dict[str, Any], which: str) -> dict[str, Any]:
    name, _, index = which.rpartition("-")
    rows = typed.get(name)
    if isinstance(rows, list) and index.isdigit() and int(index) < len(rows):
        typed[name] = rows[: int(index)] + rows[int(index) + 1 :]
    return typed


def _go_on(request: Any, held: Draft, part: Section, action: str) -> HttpResponse:
    sections, position = held.form.sections, held.form.position(part.key)
    if action.startswith("add:"):
        return show_step(request, held, part, extra_row=action.removeprefix("add:"))
    if action == "upload" or action.startswith("remove:"):
        return HttpResponseRedirect(step_url(held, part))
    if action == "case" and held.corrects:
        return HttpResponseRedirect(f"{reverse('my_case', args=[held.corrects])}#correction")
    if action == "later":
        return HttpResponseRedirect(reverse("my_cases"))
    if action == "previous" and position:
        return HttpResponseRedirect(step_url(held, sections[position - 1]))
    found = problems_in(part, held.values(), present.count_files(files_of(request, held)))
    if found:
        return show_step(request, held, part, found=found, status=422)
    return HttpResponseRedirect(step_url(held, sections[min(position + 1, len(sections) - 1)]))


def _show_conflict(
    request: Any, held: Draft, part: Section, typed: Mapping[str, Any], refused: Refused
) -> HttpResponse:
    """Both versions side by side; what was typed here stays in the fields, the newer one is named."""
    held.refresh_from_db()
    stored = held.sections.get(part.key, {}).get("values", {})
    differing = [
        (field.label, str(stored.get(field.name, "")), str(typed.get(field.name, "")))
        for field in part.fields
        if field.kind not in (FieldKind.FILE, FieldKind.GROUP)
        and stored.get(field.name) != typed.get(field.name)
    ]
    values = {**held.values(), **typed}
    return show_step(
        request, held, part, values=values, status=409, conflict=differing, refused=told(refused.refusal)
    )


@signed_in
@writes(back="../")
def discard(request: Any, draft_id: UUID) -> HttpResponse:
    discard_draft(actor=request.actor, draft_id=draft_id, now=request.now)
    return HttpResponseRedirect(reverse("my_cases"))
