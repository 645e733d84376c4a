from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse

from qcy.delivery.web.gates import staff
from qcy.foundation.documents.models import Document
from qcy.foundation.documents.render import ensure_pdf
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.models import StoredFile

READABLE = (FileState.CLEAN, FileState.REPLACED)


@staff
def document(request: Any, document_id: UUID) -> FileResponse:
    wanted = Document.objects.visible_to(request.actor).get(pk=document_id)
    name = f"{wanted.title}-{wanted.number}.pdf"
    return FileResponse(ensure_pdf(wanted).open("rb"), content_type="application/pdf", filename=name)


@staff
def file(request: Any, file_id: UUID) -> FileResponse:
    """Always as an attachment, and never before its check has passed (S7)."""
    wanted = StoredFile.objects.visible_to(request.actor).get(pk=file_id, state__in=READABLE)
    response = FileResponse(
        wanted.path.open("rb"),
        as_attachment=True,
        filename=wanted.name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
