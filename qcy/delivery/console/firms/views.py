"""A firm as this node may see it: public identity for everybody, files only where there is a case here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.casework import state_tag_of
from qcy.delivery.web.clocks import mini_clock_of
from qcy.delivery.web.gates import staff
from qcy.engines.casework.models import Case
from qcy.engines.ratings.models import Rating
from qcy.foundation.calendars.queries import calendar_in_force
from qcy.foundation.parties.models import Membership, Organisation
from qcy.kernel import uscc
from qcy.kernel.text import compact_code


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
        error = str(wrong) if wrong else _("平台上还没有这家企业。它第一次申请或到窗口办理后就会出现。")
    context = {"typed": typed, "error": error, **shell(request)}
    return render(request, "console/firms/search.html", context, status=422 if error else 200)


@staff
def firm(request: Any, organisation_id: UUID) -> HttpResponse:
    organisation = Organisation.objects.get(pk=organisation_id)
    cases = (
        Case.objects.visible_to(request.actor)
        .filter(organisation=organisation, node__in=request.actor.scope.nodes)
        .with_names()
        .order_by("-submitted_at", "-id")
    )
    calendar = calendar_in_force()
    rows = [
        {"case": c, "tag": state_tag_of(c, request.today), "clock": mini_clock_of(c, calendar, request.today)}
        for c in cases[:50]
    ]
    members = Membership.objects.visible_to(request.actor).filter(
        organisation=organisation, node__in=request.actor.scope.nodes
    )
    ratings = Rating.objects.visible_to(request.actor).filter(case__in=[r["case"].pk for r in rows])
    context = {
        "organisation": organisation,
        "rows": rows,
        "members": list(members.exclude(state="ended")) if rows else [],
        "ratings": list(ratings.select_related("case").order_by("-rated_at")),
        **shell(request),
    }
    return render(request, "console/firms/firm.html", context)
