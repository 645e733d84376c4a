from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import staff, writes
from qcy.engines.ratings.models import Complaint
from qcy.engines.ratings.services import mark_complaint_read
from qcy.foundation.parties.sealed import mask_phone, unseal

PER_PAGE = 20


@staff
def complaints(request: Any) -> HttpResponse:
    found = Complaint.objects.visible_to(request.actor).select_related("node").order_by("-received_at", "-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"complaint": c, "contact": mask_phone(unseal(c.contact)) if c.contact else ""}
        for c in page.object_list
    ]
    context = {"rows": rows, "page": page, "path": request.get_full_path(), **shell(request)}
    return render(request, "console/voice/complaints.html", context)


@staff
@writes(back="../../")
def read(request: Any, complaint_id: UUID) -> HttpResponse:
    mark_complaint_read(actor=request.actor, complaint_id=complaint_id, now=request.now)
    return HttpResponseRedirect(reverse("console_complaints"))
