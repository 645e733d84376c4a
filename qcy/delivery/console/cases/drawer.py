"""Everything on one file, in a drawer over the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qcy.delivery.web.addresses import fixed
from qcy.delivery.web.casework import materials_of, state_tag_of
from qcy.delivery.web.clocks import clock_sentence, clocks_of
from qcy.delivery.web.gates import staff
from qcy.delivery.web.sentences import told
from qcy.delivery.web.timeline import STAFF_TITLES, timeline_of
from qcy.engines.casework.corrections import asked_defects
from qcy.engines.casework.defects import may_ask, sentences_for
from qcy.engines.casework.enums import CaseStatus
from qcy.engines.casework.file import file_of
from qcy.engines.casework.licence import claim_of
from qcy.engines.casework.models import Case, CaseNote, DefectSheet
from qcy.engines.casework.queries import (
    actions_for,
    colleagues_for,
    may_take,
)
from qcy.engines.casework.state import CaseState
from qcy.engines.casework.workflow import CASE
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.documents.models import Document
from qcy.kernel.refusals import Refused

from .actions import offered
from .inbox import query_of, show_inbox


def case_of(request: Any, case_id: UUID) -> Case:
    """Of a node this person works for: being the applicant somewhere does not open the console."""
    case: Case = Case.objects.visible_to(request.actor).with_names().get(pk=case_id)
    if not request.actor.roles_at(case.responsible_node_id):
        raise Http404
    return case


@staff
def drawer(request: Any, case_id: UUID) -> HttpResponse:
    return show_drawer(request, case_of(request, case_id))


def show_drawer(
    request: Any,
    case: Case,
    *,
    refused: Refused | None = None,
    opened: str = "",
    revealed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """`opened` names the part a refusal belongs to; what was typed there comes back from the request."""
    context = drawer_context(request, case, opened)
    context |= {"refused": told(refused.refusal) if refused else "", "opened": opened}
    context["typed"] = defaultdict(
        str, request.POST.items()
    )  # nothing typed is an empty word, not a missing one
    context["answers"] = [
        replace(a, value=revealed[a.name], masked=False) if revealed and a.name in revealed else a
        for a in context["answers"]
    ]
    status = 200 if refused is None else 409
    if request.htmx:  # the list is already behind it
        return render(request, "console/cases/drawer.html", context, status=status)
    return show_inbox(request, context, status=status)


def drawer_context(request: Any, case: Case, opened: str = "") -> dict[str, Any]:
    calendar, claim, query = calendar_in_force(), claim_of(case), query_of(request)
    verified = case.organisation_id is None or bool(
        claim and claim.is_verified
    )  # a person stands for themselves
    file = file_of(case)
    documents = list(
        Document.objects.visible_to(request.actor).filter(case_id=case.pk).order_by("issued_at", "id")
    )
    sheet = composer(request, case, file.state)
    gathered = len(sheet["defects"]) if sheet else 0
    actions = actions_for(request.actor, case, file.state, verified=verified, gathered=gathered)
    return {
        "case": case,
        "definition": case.adoption.definition,
        "tag": state_tag_of(case, request.today),
        "clock_rows": clocks_of(case, calendar, request.today),
        "sentence": clock_sentence(case, calendar, request.today),
        "entries": timeline_of(
            case, file.events, documents, request.today, titles=STAFF_TITLES, document_url="console_document"
        ),
        "answers": file.answers_for_staff(),
        "materials": materials_of(request.actor, case),
        "claim": claim,
        "verified": verified,
        "sheet": sheet,
        "asked": [file.defect_lines[d.id] for d in asked_defects(file.state) if d.id in file.defect_lines],
        "replies": file.replies,
        "remarks": file.remarks,
        "notes": list(CaseNote.objects.visible_to(request.actor).filter(case=case).order_by("at", "id")),
        "may_talk": "remark" in {m.command for m in CASE.allowed(CaseStatus(case.status))},
        **offered(actions, case, request.POST, opened),
        "may_take": may_take(request.actor, case),
        "colleagues": colleagues_for(request.actor, case),
        "reason": file.reason,
        "back": fixed("console_cases") + query,
        "query": query,
    }


def composer(request: Any, case: Case, state: CaseState) -> dict[str, Any] | None:
    """The letter being gathered; None when this stage has no letter to write any more."""
    if not may_ask(case, state.done_by):
        return None
    held = DefectSheet.objects.visible_to(request.actor).filter(case=case).first()
    form = case.adoption.definition.form
    return {
        "defects": held.defects if held else [],
        "fields": [(section.title, [(f.name, f.label) for f in section.fields]) for section in form.sections],
        "sentences": [
            {**s, "label": form.by_name[s["field"]].label if s["field"] else _("申请整体")}
            for s in sentences_for(request.actor, case)
        ],
        "may_follow": [form.by_name[n].label for n in sorted(case.adoption.definition.may_follow)]
        if case.accepted_on is None
        else [],
        "name": _("一次性补正") if case.accepted_on is None else _("补充材料通知"),
    }
