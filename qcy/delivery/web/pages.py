from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


def page_of(found: QuerySet[Any], per_page: int, wanted: str | None) -> Page[Any]:
    """Of a list that seldom fills its first page. That page is read with one row more than it shows: if the row is
    missing, the list is counted already."""
    pages = Paginator(found, per_page)
    if wanted not in (None, "", "1"):
        return pages.get_page(wanted)
    rows = list(found[: per_page + 1])
    if len(rows) <= per_page:
        pages.count = len(rows)
    return Page(rows[:per_page], 1, pages)
