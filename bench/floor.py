"""The floors: what the same request would cost without our product.

Both page floors go through the whole middleware (session, person, memberships, mandates) and answer
with one flat template that prints every text of the recorded page as a variable: the same bytes, no
inheritance, includes, tags, translation or reverse(). They differ in how they ask the database:

- `raw`: the very SQL statements of the product page, raw cursor, every row fetched. No ORM at all.
- `orm`: the product page's querysets, compiled, sent and turned into model instances by Django;
  not built (no filter(), no visible_to()). Counts and aggregates stay raw.

The submission floor includes the middleware, one IMMEDIATE transaction with the INSERT and UPDATE
statements of a real submission (fresh ids), and its commit. It reads nothing and checks nothing.
"""

from __future__ import annotations

import base64
import html
import json
import pickle
import re
from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.template import Context, Template

from qcy.kernel.ids import new_id

FOLDER = settings.QCY_VAR / "bench"
TEXT = re.compile(r"(?<=>)([^<]*[^<\s][^<]*)(?=<)")
MARK = "@@"

filed = count(1)


def bare(request: Any) -> HttpResponse:
    """One query, no template: the machine's own speed, for information."""
    return HttpResponse(rows_of("SELECT name FROM nodes_node", [])[0][0])


def raw_page(request: Any, name: str) -> HttpResponse:
    for entry in recorded(name)["statements"]:
        rows_of(entry["sql"], entry["params"])
    return answer(name)


def orm_page(request: Any, name: str) -> HttpResponse:
    for entry in recorded(name)["statements"]:
        if entry["query"]:
            list(queryset_of(entry["query"]))
        else:
            rows_of(entry["sql"], entry["params"])
    return answer(name)


def rows_of(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def queryset_of(stored: str) -> QuerySet[Any]:
    query, iterable = unpickled(stored)
    queryset: QuerySet[Any] = QuerySet(model=query.model, query=query.chain())
    queryset._iterable_class = iterable
    return queryset


@cache
def unpickled(stored: str) -> Any:
    return pickle.loads(base64.b64decode(stored))  # our own recording, made a moment ago


def answer(name: str) -> HttpResponse:
    template, texts = flat_template(name)
    return HttpResponse(template.render(Context({"texts": texts})))


@cache
def flat_template(name: str) -> tuple[Template, list[str]]:
    parts = TEXT.split(recorded(name)["html"])
    texts = [html.unescape(text) for text in parts[1::2]]
    source = "".join(f"{{{{ texts.{i // 2} }}}}" if i % 2 else part for i, part in enumerate(parts))
    return Template(source), texts


@cache
def recorded(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return stored


def submit(request: Any) -> HttpResponse:
    """Writes what one submission writes, for the draft named in the request."""
    fresh = values_for(request.POST)
    with transaction.atomic(), connection.cursor() as cursor:
        for entry in recorded("submit")["statements"]:
            cursor.execute(entry["sql"], [filled(value, fresh) for value in entry["params"]])
    return HttpResponseRedirect(f"/me/cases/{fresh['new0.dashed']}/receipt/")


def values_for(sent: Any) -> dict[str, str]:
    number = next(filed)
    fresh = {"number": f"BENCH-{number:08d}", "letter": f"BENCH-LETTER-{number:08d}"}
    known = {name: sent[name] for name in sent if name != "csrfmiddlewaretoken"}
    made = {f"new{i}": str(new_id()) for i in range(recorded("submit")["new_ids"])}
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
