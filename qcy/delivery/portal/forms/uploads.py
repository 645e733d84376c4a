from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse

from qcy.delivery.web.errors import wants_json
from qcy.delivery.web.gates import signed_in, writes
from qcy.delivery.web.sentences import told
from qcy.engines.forms.definition import Field, FieldKind, Section
from qcy.engines.forms.models import Draft
from qcy.engines.forms.validation import Problem
from qcy.foundation.files.inspect import too_large
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import remove_file, store_upload
from qcy.kernel.refusals import Refusal, Refused

from . import present
from .step_page import draft_of, show_step, step_url

NO_FILE = Refusal("file_missing", why="没有收到文件。", fix="请选择文件后再上传。")


@signed_in
@writes(back="../../")
def upload(request: Any, draft_id: UUID, field: str) -> HttpResponse:
    held = draft_of(request, draft_id)
    wanted = held.form.by_name.get(field)
    if wanted is None or wanted.kind is not FieldKind.FILE or not held.is_open:
        raise Http404
    part = _step_of(held, field)
    try:
        stored = _store(request, held, wanted)
    except Refused as refused:
        if wants_json(request):
            return JsonResponse({"error": told(refused.refusal), "code": refused.refusal.code}, status=422)
        return show_step(request, held, part, found=[Problem(field, told(refused.refusal))], status=422)
    if wants_json(request):
        return JsonResponse({"file": str(stored.pk)})
    return HttpResponseRedirect(f"{step_url(held, part)}#{present.anchor(field)}")


def files_sent_along(request: Any, held: Draft, part: Section) -> list[Problem]:
    """Without JavaScript the files of a step arrive together with its answers."""
    found = []
    for field in part.fields:
        if request.FILES.get(f"file-{field.name}"):
            try:
                _store(request, held, field)
            except Refused as refused:
                found.append(Problem(field.name, told(refused.refusal)))
    return found


def _step_of(held: Draft, field: str) -> Section:
    return next(s for s in held.form.sections if field in [f.name for f in s.fields])


def _store(request: Any, held: Draft, wanted: Field) -> StoredFile:
    file = request.FILES.get(f"file-{wanted.name}")  # the body is parsed here; only then is a cut-off known
    if stopped := getattr(request, "upload_stopped_at", 0):
        size = max(stopped, int(request.META.get("CONTENT_LENGTH") or 0))
        raise Refused(too_large("这个文件", size, wanted.most_bytes))
    if file is None:
        raise Refused(NO_FILE)
    return store_upload(
        actor=request.actor,
        draft_id=held.pk,
        organisation_id=held.organisation_id,
        window_id=held.window_id,
        field=wanted.name,
        name=file.name,
        chunks=file.chunks(),
        kinds=wanted.file_kinds,
        most_bytes=min(wanted.most_bytes, settings.QCY_UPLOAD_MOST_BYTES),
        now=request.now,
    )


@signed_in
@writes(back="../../../")
def remove(request: Any, draft_id: UUID, file_id: UUID) -> HttpResponse:
    held = draft_of(request, draft_id)
    if not held.is_open:
        raise Http404
    file = StoredFile.objects.visible_to(request.actor).get(pk=file_id, draft_id=held.pk)
    remove_file(actor=request.actor, file_id=file_id, draft_id=held.pk, now=request.now)
    return HttpResponseRedirect(step_url(held, _step_of(held, file.field)))
