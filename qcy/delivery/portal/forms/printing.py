"""The filled form on paper: a plain sheet for the file, the seal and the boss's signature."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qcy.delivery.web.casework import materials_of
from qcy.delivery.web.gates import signed_in
from qcy.engines.casework.file import file_of
from qcy.engines.casework.models import Case

from . import present
from .step_page import draft_of, files_of, firm_of


@signed_in
def draft_form(request: Any, draft_id: UUID) -> HttpResponse:
    held = draft_of(request, draft_id)
    summary = present.summary_of(held, files_of(request, held))
    context = {
        "title": held.title,
        "node_name": held.node.name,
        "number": _("草稿，还没有提交"),
        "firm": firm_of(request, held),
        "parts": [(part.title, part.pairs) for part in summary],
        "promise": held.form.promise,
        "draft": True,
    }
    return render(request, "portal/forms/print.html", context)


@signed_in
def filed_form(request: Any, case_id: UUID) -> HttpResponse:
    case: Case = Case.objects.applied_for_by(request.actor).with_names().get(pk=case_id)
    papers = [(label, file.name) for label, file in materials_of(request.actor, case)]
    context = {
        "title": case.adoption.definition.name,
        "node_name": case.node.name,
        "number": case.number,
        "firm": {"name": case.firm_name, "code": case.applicant_code},
        "parts": [*file_of(case).answers_by_section(), (_("材料"), papers)],
        "promise": case.adoption.definition.form.promise,
        "submitted_at": case.submitted_at,
    }
    return render(request, "portal/forms/print.html", context)
