"""A manager's walk: upload, look, confirm, watch it finish by itself, and see the value on the firm's page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.world import FIRMS

pytestmark = pytest.mark.browser
HEAD = ["统一社会信用代码", "营业收入(2025)(万元)", "职工总数(2025)"]


def test_a_table_is_uploaded_looked_at_confirmed_and_shown(people: Any) -> None:
    page = people()
    steps.staff(page, "manager@demo.invalid")
    page.goto("/console/imports/")
    steps.upload_table(page, [HEAD, [FIRMS[30].code, "４，８２１．５", "77"], [FIRMS[31].code, "不详", "5"]])
    confirm = page.get_by_role("button", name="确认导入 1 行")
    expect(confirm).to_be_visible()  # the part of the page comes by itself when the worker has read the table
    expect(page.get_by_text("营业收入应为数字，表里是“不详”。")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载不导入的 1 行和原因").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    confirm.click()
    expect(page.get_by_role("heading", name="已导入")).to_be_visible()
    page.goto(f"/console/firms/?code={FIRMS[30].code}")
    if page.get_by_role("button", name="写明用途后查看").count():
        page.fill("#reason", "核对补报的数据")
        page.get_by_role("button", name="写明用途后查看").click()
    expect(page.get_by_text("4,821.50")).to_be_visible()


def test_two_codes_are_merged_and_taken_apart_again(people: Any) -> None:
    page = people()
    steps.staff(page, "hub.manager@demo.invalid")
    page.goto(f"/console/firms/merge/?kept={FIRMS[32].code}&merged={FIRMS[33].code}")
    page.fill("#reason", "换照后旧代码停用")
    page.get_by_role("button", name="确认合并").click()
    expect(page.get_by_text("已合并。需要时可以在这一页撤销。")).to_be_visible()
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("移过来的数据都放回去了")).to_be_visible()
