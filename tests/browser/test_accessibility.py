"""WCAG 2.2 AA: axe-core finds nothing on any page, wide and narrow, and nothing scrolls sideways."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import steps
from tests.browser.pages import visit_every_page
from tests.browser.server import Server

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_accessible_and_fits(people: Any, server: Server, width: int) -> None:
    faults: list[str] = []

    def look(page: Page, name: str) -> None:
        for violation in Axe().run(page).response["violations"]:
            places = [node["target"] for node in violation["nodes"]][:3]
            faults.append(f"{name} @{width}: {violation['id']} {places}")
        if page.evaluate(SIDEWAYS) > 0:
            faults.append(f"{name} @{width}: scrolls sideways")

    visit_every_page(
        people, server, look, phone=f"1392000{width:04d}", subject=f"MA2AXE{width:03d}"[:9], width=width
    )
    assert faults == []


def test_axe_finds_a_planted_fault(people: Any, server: Server) -> None:
    page = people()
    page.goto(steps.GUIDE)
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=x><input>')")
    found = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"image-alt", "label"} <= found


def test_a_keyboard_alone_reaches_the_main_action(people: Any, server: Server) -> None:
    page = people()
    page.goto(steps.GUIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "开始填报":
            return
    raise AssertionError("开始填报 was not reached by Tab from the skip link")


def test_large_print_fits_a_phone(people: Any, server: Server) -> None:
    page = people(390)
    page.context.add_cookies([{"name": "large", "value": "1", "url": server.url}])
    for address in (
        "/",
        steps.GUIDE,
        "/verify/",
        "/complaints/new/",
        "/sign-in/",
        "/figures/",
        "/help/",
        "/n/fengxi/news/",
    ):
        page.goto(address)
        assert page.evaluate(SIDEWAYS) <= 0, address
