"""Makes the pictures in this folder: every page at 1440 and 390 wide, from the demo world of 2026-07-08.

Run by `make screens`. Pictures are reduced to 256 colours so that the repository stays small.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1]))
os.environ.setdefault("QCY_VAR", tempfile.mkdtemp(prefix="qcy-screens-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcy.settings.test")

import django  # noqa: E402

django.setup()

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.browser.conftest import QUIET  # noqa: E402
from tests.browser.pages import visit_every_page  # noqa: E402
from tests.browser.server import Server  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="qcy-screens-") as var, sync_playwright() as playwright:
        server = Server(Path(var))
        server.prepare()
        server.start()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        try:
            for width in (1440, 390):
                take(browser, server, width)
        finally:
            browser.close()
            server.stop()


def take(browser: Browser, server: Server, width: int) -> None:
    def people(wanted: int = width) -> Any:
        context = browser.new_context(
            base_url=server.url, locale="zh-CN", viewport={"width": wanted, "height": 900}
        )
        return context.new_page()

    def look(page: Page, name: str) -> None:
        whole = not name.startswith("console-drawer")
        picture = Image.open(io.BytesIO(page.screenshot(full_page=whole)))
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(
            FOLDER / f"{name}-{width}.png", optimize=True
        )

    visit_every_page(
        people, server, look, phone=f"1393000{width:04d}", subject=f"MA3PCT{width:04d}"[:9], width=width
    )


if __name__ == "__main__":
    main()
