"""A firm as this node may see it: public identity for everybody, files and facts where there is a case here.

Without a case facts are opened by a request with a reason, which stays on record.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.casework import state_tag_of
from qcy.delivery.web.clocks import mini_clock_of
from qcy.delivery.web.gates import staff, writes
from qcy.delivery.web.records import record_context, title_rows
from qcy.delivery.web.sentences import told
from qcy.engines.casework.models import Case
from qcy.engines.register.access import open_record
from qcy.engines.register.models import Merge
from qcy.engines.register.queries import merges_around, record_of, titles_of
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.parties.access import leads_hub
from qcy.foundation.parties.models import Membership, Organisation
from qcy.kernel import uscc
from qcy.kernel.refusals import Refused
from qcy.kernel.text import compact_code

SHOWN = 50


@staff
def search(request: Any) -> HttpResponse:
    """By the code on the licence: names are not searched, so that nobody browses other nodes' firms."""
    typed = request.GET.get("code", "").strip()
    error = ""
    if typed:
        found = Organisation.objects.filter(code=compact_code(typed)).first()
        if found:
            return HttpResponseRedirect(reverse("console_firm", args=[found.pk]))
        wrong = uscc.check(typed)
        error = told(wrong) if wrong else _("平台上还没有这家企业。它第一次申请或到窗口办理后就会出现。")
    context = {"typed": typed, "error": error, "may_merge": leads_hub(request.actor), **shell(request)}
    return render(request, "console/firms/search.html", context, status=422 if error else 200)


@staff
def firm(request: Any, organisation_id: UUID) -> HttpResponse:
    organisation = Organisation.objects.get(pk=organisation_id)
    kept, merges = merges_around(organisation.pk)
    if kept:
        words = _("{code} 的档案已并入这家企业。").format(code=organisation.code)
        messages.info(request, words)
        return HttpResponseRedirect(reverse("console_firm", args=[kept.pk]))
    return _page(request, organisation, merges)


@staff
@writes(back="../")
def open_firm(request: Any, organisation_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        open_record(
            actor=request.actor,
            organisation_id=organisation_id,
            node_id=request.actor.mandates[0].node_id,
            reason=reason,
            now=request.now,
        )
    except Refused as refused:
        organisation = Organisation.objects.get(pk=organisation_id)
        merges = merges_around(organisation_id)[1]
        return _page(request, organisation, merges, typed=reason, refused=told(refused.refusal))
    return HttpResponseRedirect(reverse("console_firm", args=[organisation_id]))


def _page(
    request: Any, organisation: Organisation, merges: list[Merge], typed: str = "", refused: str = ""
) -> HttpResponse:
    firms = [
        organisation.pk,
        *(merge.merged_id for merge in merges),
    ]  # cases stay with the code they were filed under
    cases = Case.objects.visible_to(request.actor).filter(
        organisation__in=firms, node__in=request.actor.scope.nodes
    )
    # a rating is seen by whoever sees its case
    shown = list(cases.with_names().select_related("rating").order_by("-submitted_at", "-id")[:SHOWN])
    calendar = calendar_in_force()
    members = Membership.objects.visible_to(request.actor).filter(
        organisation__in=firms, node__in=request.actor.scope.nodes
    )
    rated = [c.rating for c in shown if hasattr(c, "rating")]
    context = {
        "organisation": organisation,
        "rows": [
            {
                "case": c,
                "tag": state_tag_of(c, request.today),
                "clock": mini_clock_of(c, calendar, request.today),
            }
            for c in shown
        ],
        "members": list(members.exclude(state="ended")) if shown else [],
        "ratings": sorted(rated, key=lambda rating: rating.rated_at, reverse=True),
        "typed": typed,
        "refused": refused,
        "merges": merges,
        "may_merge": leads_hub(request.actor),
        **_record(request, organisation, cases, has_case=bool(shown)),
        **shell(request),
    }
    return render(request, "console/firms/firm.html", context, status=422 if refused else 200)


def _record(
    request: Any, organisation: Organisation, cases: QuerySet[Any], *, has_case: bool
) -> dict[str, Any]:
    """Facts and timeline if they are open to this person; titles are public."""
    now, today = request.now, request.today
    try:
        record = record_of(
            request.actor,
            organisation.pk,
            now=now,
            today=today,
            has_case=has_case,
            cases=cases.values("pk"),
        )
    except Refused as refused:
        titles = title_rows(titles_of(organisation.pk, today), today)
        return {"titles": titles, "closed": told(refused.refusal)}
    return record_context(record, today)
