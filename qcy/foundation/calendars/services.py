from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import Scope
from qcy.foundation.outbox.services import put
from qcy.kernel.calendar import load_calendar
from qcy.kernel.refusals import Refusal, Refused

from .models import CalendarYear
from .queries import held_calendar


@transaction.atomic
def load_calendar_year(document: Mapping[str, Any], *, now: datetime) -> CalendarYear:
    """Store one year of holidays after the same checks that the arithmetic relies on."""
    try:
        load_calendar([document])
    except (ValueError, KeyError, TypeError) as fault:
        raise Refused(
            Refusal("calendar_file", why=f"日历文件有误：{fault}。", fix="请改正后再载入。")
        ) from fault
    year = int(document["year"])
    latest = CalendarYear.objects.filter(year=year).aggregate(latest=Max("version"))["latest"] or 0
    row = CalendarYear(
        year=year,
        version=latest + 1,
        document=document.get("document", "待核"),
        source=document.get("source", ""),
        data=_plain(document),
        loaded_at=now,
    )
    row.save(force_insert=True)
    held_calendar.forget()
    put("calendar.loaded", payload={"year": year, "version": row.version}, now=now, scope=Scope())
    record_audit(
        stream="calendar", type="calendar.loaded", now=now, payload={"year": year, "version": row.version}
    )
    return row


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Dates as text: YAML reads them as dates, JSON has none."""
    return {
        "year": int(document["year"]),
        "free": [str(day) for day in document["free"]],
        "working": [str(day) for day in document["working"]],
        "counts": dict(document["counts"]),
    }
