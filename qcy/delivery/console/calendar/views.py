"""The working calendar: load next year's holidays, and see first which deadlines move."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import operator
from qcy.delivery.web.sentences import told
from qcy.engines.casework.calendar_preview import moved_by
from qcy.foundation.calendars.models import CalendarYear
from qcy.foundation.calendars.notice import read_notice
from qcy.foundation.calendars.services import load_calendar_year
from qcy.kernel.calendar import load_calendar
from qcy.kernel.chain import canonical_json
from qcy.kernel.refusals import Refusal, Refused

SHOWN = 50
NAMES = ("year", "document", "free", "working")


@operator
def calendar(request: Any) -> HttpResponse:
    """Preview and confirm are two buttons of one form: what is confirmed is what was read."""
    if request.method != "POST":
        return _page(request, _as_loaded(request.GET.get("year", "")))
    typed = {name: request.POST.get(name, "") for name in NAMES}
    try:
        document = read_notice(**typed)
        _check(document)
    except Refused as refused:
        return _page(request, typed, refused=told(refused.refusal), status=422)
    seen = hashlib.sha256(canonical_json(document)).hexdigest()
    if request.POST.get("action") != "confirm" or request.POST.get("seen") != seen:
        moved = moved_by(document, request.today)
        return _page(request, typed, document=document | {"seen": seen}, moved=moved)
    load_calendar_year(document, now=request.now)
    messages.success(
        request, _("{year} 年的日历已启用，在办件的到期日正在重新计算。").format(year=document["year"])
    )
    return HttpResponseRedirect(reverse("console_calendar"))


def _as_loaded(year: str) -> dict[str, str]:
    """A year that is in force, to be corrected: a new version holds all its days, not only the changed ones."""
    rows = CalendarYear.objects.filter(year=year) if year.isdecimal() and len(year) == 4 else ()
    latest = max(rows, key=lambda row: row.version, default=None)
    if latest is None:
        return {}
    lists = {name: "\n".join(latest.data[name]) for name in ("free", "working")}
    return {"year": year, "document": latest.document, **lists}


def _check(document: dict[str, Any]) -> None:
    try:
        load_calendar([document])
    except ValueError as fault:
        raise Refused(Refusal("calendar", why=str(fault), fix="请核对后再预览。")) from fault


def _page(
    request: Any,
    typed: dict[str, str],
    *,
    refused: str = "",
    document: dict[str, Any] | None = None,
    moved: Any = (),
    status: int = 200,
) -> HttpResponse:
    newest = {row.year: row for row in CalendarYear.objects.order_by("year", "version")}
    context = {
        "years": sorted(newest.values(), key=lambda row: -row.year),
        "typed": typed,
        "refused": refused,
        "document": document,
        "moved": [m for m in moved if not m.only_confirmed][:SHOWN],
        "moved_count": sum(not m.only_confirmed for m in moved),
        "confirmed_count": sum(m.only_confirmed for m in moved),
        **shell(request),
    }
    return render(request, "console/calendar/calendar.html", context, status=status)
