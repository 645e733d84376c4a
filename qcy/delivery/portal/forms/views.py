from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from qcy.delivery.web.clock import SHANGHAI
from qcy.delivery.web.errors import refusal_page, wants_json
from qcy.delivery.web.gates import signed_in, writes
from qcy.engines.casework.filing import IncompleteDraft, draft_fingerprint, submit_case
from qcy.engines.casework.models import Case
from qcy.engines.forms.definition import Field, FieldKind, Section
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import discard_draft, save_section
from qcy.engines.forms.validation import Problem, problems_in
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.inspect import too_large
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import remove_file, store_upload
from qcy.kernel.refusals import Refusal, Refused

from . import present


def draft_of(request: Any, draft_id: UUID) -> Draft:
    held: Draft = Draft.objects.visible_to(request.actor).select_related("edition", "node").get(pk=draft_id)
    request.node = held.node
    return held


def files_of(request: Any, draft: Draft) -> list[StoredFile]:
    kept = StoredFile.objects.visible_to(request.actor).filter(draft_id=draft.pk)
    return list(kept.exclude(state=FileState.REMOVED).order_by("uploaded_at", "id"))


def section_of(draft: Draft, key: str) -> Section:
    section = present.section_or_none(draft.form, key)
    if section is None:
        raise Http404
    return section


@signed_in
def draft(request: Any, draft_id: UUID) -> HttpResponse:
    """The resume link: goes to the first step that still lacks something."""
    held = draft_of(request, draft_id)
    if not held.is_open:
        return _closed(request, held)
    counts = present.count_files(files_of(request, held))
    values = held.values()
    sections = held.form.sections
    wanted = next((s for s in sections if problems_in(s, values, counts)), sections[-1])
    return HttpResponseRedirect(reverse("draft_section", args=[held.pk, wanted.key]))


@signed_in
def section(request: Any, draft_id: UUID, key: str) -> HttpResponse:
    held = draft_of(request, draft_id)
    if not held.is_open:
        return _closed(request, held)
    part = section_of(held, key)
    if request.method == "POST":
        return _save_step(request, held, part)
    return _show(request, held, part, held.values(), [])


def _show(
    request: Any,
    held: Draft,
    part: Section,
    values: Mapping[str, Any],
    found: Sequence[Problem],
    *,
    status: int = 200,
    extra_row: str = "",
    conflict: Sequence[tuple[str, str, str]] = (),
    refused: str = "",
) -> HttpResponse:
    files = files_of(request, held)
    page = present.page_of(held, part, values, files, found, extra_row)
    context = {
        "page": page,
        "draft": held,
        "version": held.version_of(part.key),
        "saved_at": _saved_time(held, part),
        "conflict": conflict,
        "refused": refused,
        "is_last": page.following is None,
        "summary": present.summary_of(held, files) if page.following is None else [],
        "fingerprint": draft_fingerprint(held),
        **addresses(held, part),
    }
    return render(request, "portal/forms/section.html", context, status=status)


def addresses(held: Draft, part: Section) -> dict[str, str]:
    here = reverse("draft_section", args=[held.pk, part.key])
    return {
        "matter_url": reverse("matter", args=[held.node.slug, held.form.code]),
        "sign_in_again": f"{reverse('account_login')}?{urlencode({'next': here})}",
    }


def _saved_time(held: Draft, part: Section) -> str:
    stored = held.sections.get(part.key, {}).get("saved_at")
    return datetime.fromisoformat(stored).astimezone(SHANGHAI).strftime("%H:%M:%S") if stored else ""


def _save_step(request: Any, held: Draft, part: Section) -> HttpResponse:
    typed = present.typed_values(part, request.POST)
    action = request.POST.get("action", "next")
    if action.startswith("remove:"):
        typed = _without_row(part, typed, action.removeprefix("remove:"))
    version = _number(request.POST.get("version"))
    try:
        held = save_section(
            actor=request.actor,
            draft_id=held.pk,
            section=part.key,
            values=typed,
            version=version,
            now=request.now,
        )
    except Refused as refused:
        if refused.refusal.code != "conflict" or wants_json(request):
            raise
        return _show_conflict(request, held, part, typed, refused)
    if wants_json(request):
        return JsonResponse(
            {
                "version": held.version_of(part.key),
                "saved_at": request.now.astimezone(SHANGHAI).strftime("%H:%M:%S"),
            }
        )
    return _go_on(request, held, part, action)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _without_row(part: Section, typed: dict[str, Any], which: str) -> dict[str, Any]:
    name, _, index = which.rpartition("-")
    rows = typed.get(name)
    if isinstance(rows, list) and index.isdigit() and int(index) < len(rows):
        typed[name] = rows[: int(index)] + rows[int(index) + 1 :]
    return typed


def _go_on(request: Any, held: Draft, part: Section, action: str) -> HttpResponse:
    here = reverse("draft_section", args=[held.pk, part.key])
    position = held.form.position(part.key)
    if action.startswith("add:"):
        return _show(request, held, part, held.values(), [], extra_row=action.removeprefix("add:"))
    if action.startswith("remove:"):
        return HttpResponseRedirect(here)
    if action == "later":
        return HttpResponseRedirect(reverse("my_cases"))
    if action == "previous" and position:
        return HttpResponseRedirect(
            reverse("draft_section", args=[held.pk, held.form.sections[position - 1].key])
        )
    counts = present.count_files(files_of(request, held))
    found = problems_in(part, held.values(), counts)
    if found:
        return _show(request, held, part, held.values(), found, status=422)
    if position + 1 < len(held.form.sections):
        return HttpResponseRedirect(
            reverse("draft_section", args=[held.pk, held.form.sections[position + 1].key])
        )
    return HttpResponseRedirect(here)


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
    return _show(
        request, held, part, values, [], status=409, conflict=differing, refused=str(refused.refusal)
    )


def _closed(request: Any, held: Draft) -> HttpResponse:
    """A submitted draft answers with its case: the back button after submitting loses nobody."""
    case = Case.objects.visible_to(request.actor).filter(draft_id=held.pk).first()
    if case is None:
        return HttpResponseRedirect(reverse("my_cases"))
    return HttpResponseRedirect(reverse("receipt", args=[case.pk]))


@signed_in
@writes
def upload(request: Any, draft_id: UUID, field: str) -> HttpResponse:
    held = draft_of(request, draft_id)
    wanted = held.form.by_name.get(field)
    if wanted is None or wanted.kind is not FieldKind.FILE or not held.is_open:
        raise Http404
    part = next(s for s in held.form.sections if wanted in s.fields)
    try:
        stored = _store(request, held, wanted)
    except Refused as refused:
        if wants_json(request):
            return JsonResponse({"error": str(refused.refusal), "code": refused.refusal.code}, status=422)
        return _show(request, held, part, held.values(), [Problem(field, str(refused.refusal))], status=422)
    if wants_json(request):
        return JsonResponse({"file": str(stored.pk)})
    return HttpResponseRedirect(
        f"{reverse('draft_section', args=[held.pk, part.key])}#{present.anchor(field)}"
    )


def _store(request: Any, held: Draft, wanted: Field) -> StoredFile:
    file = request.FILES.get("file")  # the body is parsed here; only then is known whether it was cut off
    if stopped := getattr(request, "upload_stopped_at", 0):
        size = max(stopped, int(request.META.get("CONTENT_LENGTH") or 0))
        raise Refused(too_large("这个文件", size, wanted.most_bytes))
    if file is None:
        raise Refused(Refusal("file_missing", why="没有收到文件。", fix="请选择文件后再上传。"))
    return store_upload(
        actor=request.actor,
        draft_id=held.pk,
        organisation_id=held.organisation_id,
        field=wanted.name,
        name=file.name,
        chunks=file.chunks(),
        kinds=wanted.file_kinds,
        most_bytes=min(wanted.most_bytes, settings.QCY_UPLOAD_MOST_BYTES),
        now=request.now,
    )


@signed_in
@writes
def remove(request: Any, draft_id: UUID, file_id: UUID) -> HttpResponse:
    held = draft_of(request, draft_id)
    if not held.is_open:
        raise Http404
    file = StoredFile.objects.visible_to(request.actor).get(pk=file_id, draft_id=held.pk)
    remove_file(actor=request.actor, file_id=file_id, draft_id=held.pk, now=request.now)
    part = next(s for s in held.form.sections if file.field in [f.name for f in s.fields])
    return HttpResponseRedirect(reverse("draft_section", args=[held.pk, part.key]))


@signed_in
@writes
def discard(request: Any, draft_id: UUID) -> HttpResponse:
    discard_draft(actor=request.actor, draft_id=draft_id, now=request.now)
    return HttpResponseRedirect(reverse("my_cases"))


@signed_in
@writes
def submit(request: Any, draft_id: UUID) -> HttpResponse:
    """Submitting twice, from two tabs or after a lost answer, leads to the same receipt."""
    held = draft_of(request, draft_id)
    if not held.is_open:
        return _closed(request, held)
    last = held.form.sections[-1]
    if request.POST.get("confirm") != "yes":
        missing = [Problem("confirm", "请勾选承诺，再提交申请")]
        return _show(request, held, last, held.values(), missing, status=422)
    try:
        case_id = submit_case(
            actor=request.actor, draft_id=held.pk, seen=request.POST.get("seen", ""), now=request.now
        )
    except IncompleteDraft as incomplete:
        return _show_incomplete(request, held, last, incomplete)
    except Refused as refused:
        if refused.refusal.code == "same_key_other_content":
            return refusal_page(request, refused.refusal)
        held.refresh_from_db()
        return _show(request, held, last, held.values(), [], status=409, refused=str(refused.refusal))
    return HttpResponseRedirect(reverse("receipt", args=[case_id]))


def _show_incomplete(request: Any, held: Draft, last: Section, incomplete: IncompleteDraft) -> HttpResponse:
    """Problems of every step in one list; each leads to its own step."""
    files = files_of(request, held)
    page = present.page_of(
        held, last, held.values(), files, [p for s, p in incomplete.problems if s.key == last.key]
    )
    elsewhere = [
        (
            f"{reverse('draft_section', args=[held.pk, s.key])}#{present.anchor(p.field)}",
            f"{s.title}：{p.text}",
        )
        for s, p in incomplete.problems
    ]
    context = {
        "page": page,
        "draft": held,
        "version": held.version_of(last.key),
        "elsewhere": elsewhere,
        "is_last": True,
        "summary": present.summary_of(held, files),
        "fingerprint": draft_fingerprint(held),
        **addresses(held, last),
    }
    return render(request, "portal/forms/section.html", context, status=422)
