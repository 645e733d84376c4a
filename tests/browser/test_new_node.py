"""A node from one file: loaded into a server that runs, and open to its firms and desks within a minute."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from qcy.foundation.nodes.queries import HELD_SECONDS
from tests.browser import steps
from tests.browser.server import Server
from tests.engines.test_node_files import node_file

pytestmark = pytest.mark.browser
MOST_SECONDS = 60
DESKS = ("clerk@port.invalid", "decider@port.invalid", "manager@port.invalid")


def test_a_node_from_one_file_serves_in_under_a_minute(people: Any, server: Server, tmp_path: Path) -> None:
    page, began = people(), time.monotonic()
    page.goto("/")
    expect(page.locator("header .nsw")).not_to_contain_text("演示新港")
    passwords = load(server, tmp_path)
    entry = page.locator("header .nsw li a", has_text="演示新港")
    steps.reload_until_there(page, entry, HELD_SECONDS + steps.RELOAD_SECONDS)
    look_at_home(page)
    look_at_matters(page)
    assert time.monotonic() - began < MOST_SECONDS

    page.goto("/n/demo-port/about/")
    expect(page.locator("aside")).to_contain_text("行政区划代码 待运营方填写")
    expect(page.locator("main")).to_contain_text("8 个工作日")  # what the file overrides
    assert tuple(passwords) == DESKS
    for email, password in passwords.items():
        desk = people()
        steps.staff(desk, email, password)
        expect(desk.get_by_text("演示新港").first).to_be_visible()


def load(server: Server, folder: Path) -> dict[str, str]:
    """By the command an operator types; the passwords it prints, by e-mail."""
    file = folder / "demo-port.yaml"
    file.write_text(yaml.safe_dump(node_file(), allow_unicode=True), "utf-8")
    said = server.run("node", "load", str(file))
    assert "演示新港：/n/demo-port/，已开放 25 个事项。" in said
    return dict(re.findall(r"^  (\S+@\S+)  (\S+)$", said, re.M))


def look_at_home(page: Page) -> None:
    page.locator("header .nsw summary").click()
    page.get_by_role("link", name="演示新港", exact=True).click()
    page.wait_for_url("**/n/demo-port/")
    expect(page.locator("header .nsw summary")).to_contain_text("演示新港")
    hero = page.locator("section.hero")
    expect(hero).to_have_class(re.compile(r"\bh-indigo\b"))
    expect(hero).to_contain_text("演示新港的企业在这里办事。")
    expect(page.get_by_role("link", name="全部 25 项")).to_be_visible()


def look_at_matters(page: Page) -> None:
    page.get_by_role("link", name="全部 25 项").click()
    expect(page.locator("main [role=status]")).to_contain_text("共 25 项")
    page.get_by_role("link", name="演示特色事项").first.click()
    page.wait_for_url("**/n/demo-port/matters/sea-pier/")
    expect(page.get_by_role("heading", name="演示特色事项", level=1)).to_be_visible()
    assert page.request.get("/n/fengxi/matters/sea-pier/").status == 404  # of this node alone
