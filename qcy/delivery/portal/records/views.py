"""The firm's own record: what the platform knows of it, with where each value comes from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from qcy.delivery.web.context import shell
from qcy.delivery.web.gates import signed_in
from qcy.delivery.web.records import record_context
from qcy.engines.register.queries import merges_around, record_of


@signed_in
def record(request: Any, organisation_id: UUID) -> HttpResponse:
    held = request.actor.membership_of(organisation_id)
    if held is None:
        raise Http404
    found = record_of(request.actor, organisation_id, now=request.now, today=request.today)
    context = {
        "held": held,
        "kept": merges_around(organisation_id)[0],
        **record_context(found, request.today),
        **shell(request),
    }
    return render(request, "portal/records/record.html", context)
