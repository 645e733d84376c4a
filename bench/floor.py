"""The floors: what the same request would cost without our product.

A page floor includes the whole middleware (session, person, memberships, mandates), the very SQL
statements the product page sent (raw cursor, every row fetched), one flat template that loops over
these rows, and a body of the same number of bytes. It does not include: building and compiling ORM
queries, model instances, reverse(), translation, form and calendar arithmetic, template inheritance,
includes and component tags. So a ratio of 1.5 leaves the product half of the floor for all of those.

The submission floor includes the middleware, one IMMEDIATE transaction with the INSERT and UPDATE
statements of a real submission (fresh ids), and its commit. It reads nothing and checks nothing.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.template import Context, Template

from qcy.kernel.ids import new_id

FOLDER = settings.QCY_VAR / "bench"
FLAT = "{% for row in rows %}<p>{{ row.0 }}</p>{% endfor %}{{ rest|safe }}"
MARK = "@@"

Statement = tuple[str, list[Any]]

filed = count(1)


def bare(request: Any) -> HttpResponse:
    """One query, no template: the machine's own speed, for information."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM nodes_node")
        return HttpResponse(cursor.fetchall()[0][0])


def page(request: Any, name: str) -> HttpResponse:
    statements, html = recorded_page(name)
    rows = [row for sql, params in statements for row in rows_of(sql, params)]
    return HttpResponse(flat_template().render(Context({"rows": rows, "rest": rest_of(name, len(rows))})))


def rows_of(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@cache
def flat_template() -> Template:
    return Template(FLAT)


@cache
def recorded_page(name: str) -> tuple[list[Statement], str]:
    stored = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return stored["statements"], stored["html"]


@cache
def rest_of(name: str, row_count: int) -> str:
    """What is missing to the size of the product page once the rows are printed."""
    statements, html = recorded_page(name)
    rows = [row for sql, params in statements for row in rows_of(sql, params)]
    printed = flat_template().render(Context({"rows": rows, "rest": ""}))
    body = html.encode()[len(printed.encode()) :]
    return body.decode("utf-8", "ignore").rjust(1)


@transaction.non_atomic_requests
def submit(request: Any) -> HttpResponse:
    """Writes what one submission writes, for the draft named in the request."""
    fresh = values_for(request.POST)
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in recorded_writes()["statements"]:
            cursor.execute(sql, [filled(value, fresh) for value in params])
    return HttpResponseRedirect(f"/me/cases/{fresh['new0.dashed']}/receipt/")


@cache
def recorded_writes() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((FOLDER / "submit.json").read_text("utf-8"))
    return stored


def values_for(sent: Any) -> dict[str, str]:
    number = next(filed)
    fresh = {"number": f"BENCH-{number:08d}", "letter": f"BENCH-LETTER-{number:08d}"}
    known = {name: sent[name] for name in sent if name != "csrfmiddlewaretoken"}
    made = {f"new{i}": str(new_id()) for i in range(recorded_writes()["new_ids"])}
    for name, dashed in (known | made).items():
        fresh[f"{name}.dashed"] = dashed
        fresh[f"{name}.hex"] = dashed.replace("-", "")
    return fresh


def filled(value: Any, fresh: dict[str, str]) -> Any:
    """`@@draft.hex@@` and its like become the values of this draft; everything else stays."""
    if not isinstance(value, str) or MARK not in value:
        return value
    parts = value.split(MARK)
    return "".join(fresh[part] if odd % 2 else part for odd, part in enumerate(parts))
