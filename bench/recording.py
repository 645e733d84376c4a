"""What a product request sends to the database, kept where the floor views read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

Statement = tuple[str, list[Any]]


@contextmanager
def statements() -> Iterator[list[Statement]]:
    seen: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, list(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def record_page(folder: Path, name: str, path: str, cookies: Mapping[str, str]) -> int:
    """Keep the statements of the view (not those of the middleware) and its page; returns how many
    statements the whole request sends."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies.load(dict(cookies))
    _store(folder, name, [], "")
    _, of_middleware = _get(client, f"/floor/{name}/")
    html, sent = _get(client, path)
    of_view = sent[len(of_middleware) :]
    # text only: the session's statement carries the moment
    assert _texts(sent) == _texts(of_middleware) + _texts(of_view), f"{name}: other middleware statements"
    assert all(text.startswith("SELECT") for text in _texts(sent)), f"{name}: the page writes"
    _store(folder, name, of_view, html)
    return len(sent)


def _texts(sent: list[Statement]) -> list[str]:
    return [sql for sql, _ in sent]


def _get(client: Client, path: str) -> tuple[str, list[Statement]]:
    client.get(path)  # fills the caches a running server holds
    with statements() as sent:
        reply = client.get(path)
    assert reply.status_code == 200, f"{path} answered {reply.status_code}"
    return reply.content.decode(), sent


def _store(folder: Path, name: str, sent: list[Statement], html: str) -> None:
    from . import floor

    (folder / "bench" / f"{name}.json").write_text(json.dumps({"statements": sent, "html": html}), "utf-8")
    floor.recorded_page.cache_clear()
    floor.rest_of.cache_clear()
