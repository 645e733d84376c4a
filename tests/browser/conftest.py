from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.server import Server

PATIENCE_MS = 20_000  # how long a busy machine may take, not how long a page should
expect.set_options(timeout=PATIENCE_MS)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": QUIET}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("served"))
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def people(browser: Browser, server: Server) -> Iterator[Any]:
    """`people()` opens a browser of its own: nobody shares a session with anybody."""
    contexts: list[BrowserContext] = []

    def enter(width: int = 1440, **more: Any) -> Page:
        context = browser.new_context(
            base_url=server.url, locale="zh-CN", viewport={"width": width, "height": 900}, **more
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    yield enter
    for context in contexts:
        context.close()
