"""What staff do to a case from the drawer. Each view does one thing and comes back to the drawer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.web.gates import staff, writes
from qcy.delivery.web.request import posted_id, posted_number
from qcy.engines.casework import defects, licence, personal, services
from qcy.engines.casework.models import Case
from qcy.kernel.refusals import Refused

from .actions import ACTS
from .drawer import case_of, query_of, show_drawer


def run(
    request: Any, case_id: UUID, done: str, work: Callable[[Case], Any], opened: str = "", part: str = ""
) -> HttpResponse:
    """Do it and come back to the drawer, at `part`; a refusal shows in the drawer with what was typed."""
    try:
        work(case_of(request, case_id))
    except Refused as refused:
        return show_drawer(request, case_of(request, case_id), refused=refused, opened=opened)
    if done:
        messages.success(request, done)
    anchor = f"#{part}" if part and not request.htmx else ""
    return HttpResponseRedirect(reverse("console_case", args=[case_id]) + query_of(request) + anchor)


def version_of(request: Any) -> int:
    return posted_number(request, "version", default=-1)


@staff
@writes(back="../")
def take(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        person = posted_id(request, "person", default=request.actor.me)
        services.assign_case(
            actor=request.actor,
            case_id=case.pk,
            person_id=person,
            version=version_of(request),
            now=request.now,
        )

    return run(request, case_id, _("已分派。") if request.POST.get("person") else _("已领办。"), work)


@staff
@writes(back="../")
def check_licence(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        name = request.POST.get("name", "")
        licence.check_licence(actor=request.actor, case_id=case.pk, name=name, now=request.now)

    return run(request, case_id, _("企业身份已核验，可以受理。"), work)


@staff
@writes(back="../")
def act(request: Any, case_id: UUID, name: str) -> HttpResponse:
    chosen = ACTS.get(slug := name.replace("-", "_"))
    if chosen is None:
        raise Http404

    def work(case: Case) -> None:
        more: dict[str, Any] = {chosen.text: request.POST.get("reason", "")} if chosen.text else {}
        if chosen.extra == "days":
            more["days"] = posted_number(request, "days")
        if chosen.extra == "procedure":
            more["procedure"] = _known_procedure(case, request.POST.get("procedure", ""))
        if slug == "grant":
            more["opinion"] = ""
        details = {"case_id": case.pk, "version": version_of(request), "now": request.now, **more}
        chosen.service(actor=request.actor, **details)

    return run(request, case_id, _(chosen.done), work, opened=slug)


def _known_procedure(case: Case, wanted: str) -> str:
    """Only what the matter names as a special procedure stops its clock."""
    known = case.adoption.definition.special_procedures
    return wanted if wanted in known else known[0]


@staff
@writes(back="../")
def remark(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        services.remark_on_case(
            actor=request.actor, case_id=case.pk, text=request.POST.get("text", ""), now=request.now
        )

    return run(request, case_id, _("留言已发给企业。"), work, opened="remark", part="talk")


@staff
@writes(back="../")
def note(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        services.add_note(
            actor=request.actor, case_id=case.pk, text=request.POST.get("text", ""), now=request.now
        )

    return run(request, case_id, _("便签已保存，企业看不到。"), work, opened="note", part="notes")


@staff
@writes(back="../")
def unmask(request: Any, case_id: UUID) -> HttpResponse:
    """Shows one value in this answer only; the log keeps who looked, at what and why."""
    field = request.POST.get("field", "")
    try:
        value = personal.unmask(
            actor=request.actor,
            case_id=case_id,
            field=field,
            reason=request.POST.get("why", ""),
            now=request.now,
        )
    except Refused as refused:
        return show_drawer(request, case_of(request, case_id), refused=refused, opened=f"unmask-{field}")
    return show_drawer(request, case_of(request, case_id), revealed={field: value})


@staff
@writes(back="../../")
def add_defect(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        line = _chosen_sentence(request, case) or {
            name: request.POST.get(name, "") for name in ("field", "problem", "todo")
        }
        defects.add_defect(
            actor=request.actor,
            case_id=case.pk,
            may_follow=request.POST.get("may_follow") == "yes",
            now=request.now,
            **line,
        )

    return run(request, case_id, "", work, opened="defect", part="composer")


def _chosen_sentence(request: Any, case: Case) -> dict[str, str] | None:
    """A sentence offered in the composer, by its place in the list."""
    sentences = defects.sentences_for(request.actor, case)
    index = posted_number(request, "sentence", default=-1)
    return sentences[index] if 0 <= index < len(sentences) else None


@staff
@writes(back="../../")
def remove_defect(request: Any, case_id: UUID, defect_id: str) -> HttpResponse:
    def work(case: Case) -> None:
        defects.remove_defect(actor=request.actor, case_id=case.pk, defect_id=defect_id, now=request.now)

    return run(request, case_id, "", work, part="composer")


@staff
@writes(back="../../")
def send_defects(request: Any, case_id: UUID) -> HttpResponse:
    def work(case: Case) -> None:
        defects.send_defects(
            actor=request.actor,
            case_id=case.pk,
            version=version_of(request),
            remember=request.POST.get("remember") == "yes",
            now=request.now,
        )

    return run(request, case_id, _("通知书已发出，等企业补好后再办。"), work, opened="send")
