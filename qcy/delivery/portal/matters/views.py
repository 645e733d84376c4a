from __future__ import annotations

from itertools import cycle
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import ClockRow
from qcy.delivery.portal.nodes import at_node
from qcy.delivery.web.clocks import legal_row
from qcy.delivery.web.format import chinese_day, limit_text, with_count
from qcy.delivery.web.gates import public, signed_in
from qcy.engines.casework.prefill import prefill_for
from qcy.engines.casework.queries import filed_this_year
from qcy.engines.catalogue.definition import MatterDefinition
from qcy.engines.catalogue.differences import differences_of
from qcy.engines.catalogue.enums import Category, MatterLevel
from qcy.engines.catalogue.fields import CONFIDENCE
from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.queries import offered_at
from qcy.engines.forms.definition import Field
from qcy.engines.forms.models import Draft, DraftState
from qcy.engines.forms.services import start_draft
from qcy.foundation.files.inspect import KIND_NAMES
from qcy.foundation.nodes.queries import office_of

from .cards import promises_of, window_words

STEP_CELLS = ("u", "s2", "s3")


@public
@at_node
def guide(request: Any, code: str) -> HttpResponse:
    adoption = get_object_or_404(offered_at(request.node), item__code=code)
    definition = adoption.definition
    headline, sub, tone = window_words(adoption, request.today)
    context = {
        "adoption": adoption,
        "definition": definition,
        "content": definition.resolved,
        "materials": materials_of(definition),
        "clock_rows": [promised_row(definition), legal_row(definition)],
        "clock_steps": step_legend(definition),
        "facts": facts_of(adoption),
        "differences": differences_of(adoption),
        "conditions": conditions_of(definition),
        "answer_by": definition.answer_by.count,
        "promises": promises_of(definition),
        "way": way_of(definition),
        "summary": definition.field("summary").text,
        "fee": definition.field("fee").text,
        "visits": definition.field("visits").text,
        "depth": definition.depth,
        "level": _(str(MatterLevel(adoption.item.level).label)),
        "category": _(str(Category(adoption.item.category).label)),
        "category_url": f"{reverse('matters', args=[request.node.slug])}?category={adoption.item.category}",
        "more_notes": [
            text for text in (_known(definition, "public_notice"), _known(definition, "result_note")) if text
        ],
        "window": {"headline": headline, "sub": sub, "tone": tone},
        "opens": _period(adoption, request.today),
        "is_open": adoption.is_open_on(request.today),
        "draft": open_draft(request, adoption),
        "office": office_of(request.node),
        "start_url": reverse("start_draft", args=[request.node.slug, code]),
    }
    return render(request, "portal/matters/guide.html", context)


def materials_of(definition: MatterDefinition) -> list[dict[str, str]]:
    by_name = definition.form.by_name
    return [
        {
            "name": material["name"],
            "how": material["how"],
            "kinds": "、".join(KIND_NAMES[kind] for kind in by_name[material["field"]].file_kinds),
            "size": _("{n} MB 内").format(n=by_name[material["field"]].most_bytes // 1024 // 1024),
            "need": _need(by_name[material["field"]], bool(material.get("may_follow"))),
        }
        for material in definition.resolved["materials"]
    ]


def _need(field: Field, may_follow: bool) -> str:
    if field.when:
        return _("符合情形才上传")
    if not field.required:
        return _("有就上传")
    return _("要上传，可以后补") if may_follow else _("要上传")


def conditions_of(definition: MatterDefinition) -> list[dict[str, Any]]:
    """Each condition with how sure we are of it; one from memory only is never stored."""
    tones = {"T": "ok", "SS": "info", "S": "warn"}
    return [
        {**row, "tone": tones.get(row["confidence"], ""), "sure": _(CONFIDENCE[row["confidence"]])}
        for row in definition.resolved["conditions"]
    ]


def way_of(definition: MatterDefinition) -> list[tuple[str, bool]]:
    """The whole way where part of it is somebody else's: (step, is it ours). Empty where all of it is here."""
    before, after = definition.result["before"], definition.result["after"]
    if not (before or after):
        return []
    answer, promised = limit_text(definition.answer_by), limit_text(definition.promised)
    ours = _("在这里提交：{answer}内告诉您是否受理，受理后 {promised}内办结")
    steps = [(before, False), (ours.format(answer=answer, promised=promised), True), (after, False)]
    return [step for step in steps if step[0]]


def _known(definition: MatterDefinition, name: str) -> str:
    found = definition.field(name)
    return found.text if found.is_known else ""


def promised_row(definition: MatterDefinition) -> ClockRow:
    cells = [cell for cell, step in zip(cycle(STEP_CELLS), definition.steps) for _day in range(step["days"])]
    cells += [""] * (definition.promised.count - len(cells))
    return ClockRow(_("承诺时限"), _("从受理次日起"), tuple(cells), limit_text(definition.promised))


def step_legend(definition: MatterDefinition) -> list[tuple[str, str]]:
    return [
        (cell, with_count("{name} {n} 日", step["days"], name=step["name"]))
        for cell, step in zip(cycle(STEP_CELLS), definition.steps)
    ]


def facts_of(adoption: Adoption) -> list[tuple[str, str]]:
    definition = adoption.definition
    names = (
        ("办理结果", "result_name"),
        ("设定依据", "basis"),
        ("实施机构", "implementing_body"),
        ("基本编码", "basic_code"),
        ("申报系统", "where_official"),
        ("结果有效期", "validity"),
    )
    return [(_(label), definition.field(name).text) for label, name in names]


def _period(adoption: Adoption, today: Any) -> str:
    if adoption.is_all_year:
        return _("工作日、休息日都可以提交")
    return _("{start}至 {end}").format(
        start=chinese_day(adoption.opens_on, today), end=chinese_day(adoption.closes_on, today)
    )


def open_draft(request: Any, adoption: Adoption) -> Draft | None:
    if request.actor.person_id is None:
        return None
    mine = Draft.objects.visible_to(request.actor).filter(
        person_id=request.actor.person_id, subject_id=adoption.pk, state=DraftState.OPEN
    )
    return mine.with_form().order_by("-saved_at").first()


@signed_in
@at_node
def start(request: Any, code: str) -> HttpResponse:
    """Which firm is this for? Choosing one opens its draft, or the one already begun."""
    adoption = get_object_or_404(offered_at(request.node), item__code=code)
    if adoption.definition.for_persons:
        return _begin_person(request, adoption)
    memberships = request.actor.memberships
    if not memberships:
        return HttpResponseRedirect(f"{reverse('claim_firm')}?{urlencode({'next': request.path})}")
    if request.method == "POST":
        chosen = request.POST.get("organisation") or str(memberships[0].organisation_id)
        return _begin(request, adoption, chosen)
    context = {"adoption": adoption, "memberships": memberships, "draft": open_draft(request, adoption)}
    return render(request, "portal/matters/start.html", context)


def _begin_person(request: Any, adoption: Adoption) -> HttpResponse:
    """In one's own name: there is no firm to choose, so a GET asks and a POST begins."""
    if request.method != "POST":
        context = {"adoption": adoption, "memberships": (), "draft": open_draft(request, adoption)}
        return render(request, "portal/matters/start.html", context)
    return _open(request, adoption, None)


def _begin(request: Any, adoption: Adoption, chosen: str) -> HttpResponse:
    held = next((m for m in request.actor.memberships if str(m.organisation_id) == chosen), None)
    if held is None:
        raise Http404
    if filed := filed_this_year(request.actor, adoption, held.organisation_id, request.today.year):
        return render(request, "portal/matters/already.html", {"adoption": adoption, "case": filed})
    return _open(request, adoption, held.organisation_id)


def _open(request: Any, adoption: Adoption, organisation_id: UUID | None) -> HttpResponse:
    draft = start_draft(
        actor=request.actor,
        organisation_id=organisation_id,
        node=request.node,
        edition=adoption.edition.form,
        subject_id=adoption.pk,
        title=adoption.item.name,
        now=request.now,
        prefill=prefill_for(request.actor, adoption, organisation_id, request.today.year),
    )
    return HttpResponseRedirect(reverse("draft", args=[draft.pk]))
