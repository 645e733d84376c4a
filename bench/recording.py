"""What a product request sends to the database, kept where the floor views read it."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.db.models import QuerySet
from django.test import Client


@dataclass
class Statement:
    sql: str
    params: list[Any] = field(default_factory=list)
    query: str = ""  # the pickled queryset that sent it; "" for counts, aggregates and writes


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Everything sent to the database inside the block, in order."""
    seen: list[Statement] = []
    asking: list[str] = []
    fetch_all = QuerySet._fetch_all

    def fetch(queryset: Any) -> None:
        if queryset._result_cache is None:
            asking.append(_pickled(queryset))
        fetch_all(queryset)
        asking.clear()  # a queryset known to be empty sends nothing

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(Statement(sql, list(params or ()), asking.pop() if asking else ""))
        return execute(sql, params, many, context)

    with ExitStack() as hooks:
        hooks.enter_context(patch.object(QuerySet, "_fetch_all", fetch))
        hooks.enter_context(connection.execute_wrapper(note))
        yield seen


def _pickled(queryset: Any) -> str:
    return base64.b64encode(pickle.dumps((queryset.query, queryset._iterable_class))).decode()


def record_page(folder: Path, name: str, path: str, cookies: Mapping[str, str]) -> int:
    """Keep the statements of the view (not those of the middleware) and its page; returns how many
    statements the whole request sends."""
    client = Client(SERVER_NAME="127.0.0.1", headers={"X-Bench-Client": "10.0.1.1"})
    client.cookies.load(dict(cookies))
    _, of_middleware = _get(client, "/floor/bare/")
    html, sent = _get(client, path)
    of_view = sent[len(of_middleware) - 1 :]  # the bare view sends one statement of its own
    assert texts(sent) == texts(of_middleware[:-1]) + texts(of_view), f"{name}: other middleware statements"
    assert all(text.startswith("SELECT") for text in texts(sent)), f"{name}: the page writes"
    store(folder, name, statements=of_view, html=html)
    return len(sent)


def texts(sent: Sequence[Statement]) -> list[str]:
    return [statement.sql for statement in sent]


def _get(client: Client, path: str) -> tuple[str, list[Statement]]:
    client.get(path)  # fills the caches a running server holds
    with statements() as sent:
        reply = client.get(path)
    assert reply.status_code == 200, f"{path} answered {reply.status_code}"
    return reply.content.decode(), sent


def store(folder: Path, name: str, *, statements: Sequence[Statement], **more: Any) -> None:
    recorded = {"statements": [asdict(statement) for statement in statements], **more}
    (folder / "bench" / f"{name}.json").write_text(json.dumps(recorded), "utf-8")
