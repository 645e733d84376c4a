"""The page of one step: shared by saving, uploading and submitting, which all come back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.engines.casework.corrections import Correction, correction_for
from qcy.engines.casework.filing import draft_fingerprint, files_of_draft
from qcy.engines.casework.models import Case
from qcy.engines.casework.prefill import follow_current_edition
from qcy.engines.forms.definition import Section
from qcy.engines.forms.models import Draft
from qcy.engines.forms.validation import Problem
from qcy.foundation.files.models import StoredFile
from qcy.foundation.parties.models import Organisation
from qcy.kernel.local_time import SHANGHAI

from . import present


def draft_of(request: Any, draft_id: UUID) -> Draft:
    held: Draft = Draft.objects.visible_to(request.actor).with_form().get(pk=draft_id)
    request.node = held.node
    return follow_current_edition(request.actor, held, request.now)


def files_of(request: Any, draft: Draft) -> list[StoredFile]:
    return files_of_draft(request.actor, draft)


def section_of(draft: Draft, key: str) -> Section:
    section = present.section_or_none(draft.form, key)
    if section is None:
        raise Http404
    return section


def step_url(held: Draft, part: Section) -> str:
    return reverse("draft_section", args=[held.pk, part.key])


def show_step(
    request: Any,
    held: Draft,
    part: Section,
    *,
    values: Mapping[str, Any] | None = None,
    found: Sequence[Problem] = (),
    status: int = 200,
    extra_row: str = "",
    **more: Any,
) -> HttpResponse:
    files = files_of(request, held)
    asked = correction_of(request, held)
    page = present.page_of(
        held, part, held.values() if values is None else values, files, found, extra_row, asked
    )
    context = {
        "correction": asked,
        "case_url": reverse("my_case", args=[held.corrects]) if held.corrects else "",
        "page": page,
        "draft": held,
        "firm": firm_of(request, held),
        "version": held.version_of(part.key),
        "saved_tab": held.tab_of(part.key),
        "saved_at": _saved_time(held, part),
        "is_last": page.following is None,
        "matter_url": reverse("matter", args=[held.node.slug, held.form.code]),
        "sign_in_again": f"{reverse('account_login')}?{urlencode({'next': step_url(held, part)})}",
        **more,
    }
    if page.following is None:
        firm = context["firm"]
        context["fingerprint"] = draft_fingerprint(held)
        context["summary"] = present.summary_of(held, files)
        context["firm_pairs"] = applicant_pairs(firm)
    return render(request, "portal/forms/section.html", context, status=status)


def correction_of(request: Any, held: Draft) -> Correction | None:
    """What the firm is asked to put right, if this draft answers a letter."""
    if held.corrects is None:
        return None
    case = Case.objects.visible_to(request.actor).with_names().get(pk=held.corrects)
    return correction_for(request.actor, case)


def firm_of(request: Any, held: Draft) -> dict[str, str]:
    """Which firm this draft is for, under the name this person may be shown."""
    if held.organisation_id is None:
        return {"name": str(held.values().get("applicant_name") or _("本人")), "code": ""}
    membership = request.actor.membership_of(held.organisation_id)
    if membership:
        return {"name": membership.name, "code": membership.code}
    organisation = Organisation.objects.get(pk=held.organisation_id)
    return {"name": organisation.name, "code": organisation.code}


def applicant_pairs(firm: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if not firm["code"]:
        return ((_("申请人"), firm["name"]),)
    return ((_("企业名称"), firm["name"]), (_("统一社会信用代码"), firm["code"]))


def _saved_time(held: Draft, part: Section) -> str:
    stored = held.sections.get(part.key, {}).get("saved_at")
    return datetime.fromisoformat(stored).astimezone(SHANGHAI).strftime("%H:%M:%S") if stored else ""


def closed_draft(request: Any, held: Draft) -> HttpResponse:
    """A submitted draft answers with its case: the back button after submitting loses nobody."""
    if held.corrects:
        return HttpResponseRedirect(reverse("my_case", args=[held.corrects]))
    case = Case.objects.applied_for_by(request.actor).filter(draft_id=held.pk).first()
    if case is None:
        return HttpResponseRedirect(reverse("my_cases"))
    return HttpResponseRedirect(reverse("receipt", args=[case.pk]))
