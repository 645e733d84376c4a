"""The main path as people walk it: one granted, one refused, on a server that is killed on the way."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.server import Server

pytestmark = pytest.mark.browser


def test_a_firm_gets_its_matter_done_from_guide_to_verified_result(people: Any, server: Server) -> None:
    founder = people()
    steps.begin(founder, server, "13910000001", "MA1WALK01", "㙍山𠮷科技（西咸新区）有限公司")
    steps.fill_firm(founder)
    steps.upload(founder, "licence")
    expect(founder.locator("[data-save-status]")).to_contain_text("已自动保存")
    resume = founder.url

    server.kill()
    founder.fill("#f-product", "精密温控模块，给半导体设备用")
    founder.locator("#f-product").blur()
    expect(founder.locator("[data-offline-bar]")).to_be_visible()
    server.start()
    expect(founder.locator("[data-save-status]")).to_contain_text("已自动保存", timeout=20_000)

    founder.goto(resume)
    expect(founder.locator("#f-product")).to_have_value("精密温控模块，给半导体设备用")
    expect(founder.locator("#f-address")).to_have_value("演示地址 1 号")
    steps.following(founder, "人员")
    steps.fill_staff(founder)
    steps.following(founder, "研发投入")
    steps.fill_research(founder)
    steps.upload(founder, "ledger")
    steps.following(founder, "科技成果")
    steps.fill_results(founder)
    steps.upload(founder, "ip_certificates")
    steps.following(founder, "承诺与提交")
    steps.upload(founder, "evidence")
    steps.upload(founder, "cover")
    form = founder.url
    number = steps.submit(founder)
    founder.goto(form)
    expect(founder.get_by_role("heading", name="已收到您的申请")).to_be_visible()
    founder.goto("/me/cases/")
    expect(founder.get_by_text(number)).to_have_count(1)

    steps.accept(people(), number, "clerk01@demo.invalid")

    decider = people()
    steps.staff(decider, "decider01@demo.invalid")
    steps.open_case(decider, number)
    decider.get_by_role("button", name="审定通过").click()
    expect(decider.get_by_text("已审定通过，结果通知书正在生成。")).to_be_visible()

    founder.goto("/me/cases/")
    founder.locator("table.inbox tbody a").first.click()
    result = steps.eventually(founder, founder.url, "结果通知书 PDF")
    expect(result).to_be_visible()
    pdf = founder.request.get(str(result.get_attribute("href"))).body()
    link = steps.decode_qr(pdf)
    assert link.startswith(server.url)

    stranger = people()
    stranger.goto(urlsplit(link).path)
    expect(stranger.get_by_text("演示样张，编号和内容一致")).to_be_visible()
    expect(stranger.get_by_text("科技型中小企业评价")).to_be_visible()
    assert "㙍山𠮷科技（西咸新区）有限公司" not in stranger.content()

    founder.reload()
    founder.get_by_text("非常满意", exact=True).click()
    founder.get_by_role("button", name="提交评价").click()
    expect(founder.locator("#rating")).to_contain_text("非常满意")
    expect(founder.get_by_role("button", name="提交评价")).to_have_count(0)


def test_a_refusal_reaches_the_firm_with_its_reason(people: Any, server: Server) -> None:
    founder = people(390)
    steps.begin(founder, server, "13910000002", "MA1WALK02", "演示企业 走查（新材料）")
    steps.fill_everything(founder)
    number = steps.submit(founder)

    steps.accept(people(), number, "clerk02@demo.invalid")

    decider = people()
    steps.staff(decider, "decider02@demo.invalid")
    steps.open_case(decider, number)
    decider.get_by_text("审定不通过…").click()
    decider.get_by_role("button", name="确认不通过").click()
    expect(decider.get_by_text("还没有写理由")).to_be_visible()
    decider.fill("#reason-refuse", "科技人员占比 8%，不符合办法第六条（五）。")
    decider.get_by_role("button", name="确认不通过").click()
    expect(decider.get_by_text("已审定不通过，结果通知书正在生成。")).to_be_visible()

    steps.eventually(founder, "/me/messages/", "您的办件有结果了").click()
    expect(founder.get_by_text("科技人员占比 8%，不符合办法第六条（五）。")).to_be_visible()


def test_two_tabs_keep_both_versions(people: Any, server: Server) -> None:
    first = people()
    steps.begin(first, server, "13910000003", "MA1WALK03", "演示企业 两个页面")
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("#f-address", "第一个页面的地址")
    first.locator("#f-address").blur()
    expect(first.locator("[data-save-status]")).to_contain_text("已自动保存 14")
    second.fill("#f-address", "第二个页面的地址")
    second.locator("#f-address").blur()
    expect(second.locator("[data-conflict-panel]")).to_be_visible()
    first.reload()
    expect(first.locator("#f-address")).to_have_value("第一个页面的地址")
    expect(second.locator("#f-address")).to_have_value("第二个页面的地址")


def test_a_session_that_ends_in_the_form_loses_nothing(people: Any, server: Server) -> None:
    page = people()
    steps.begin(page, server, "13910000004", "MA1WALK04", "演示企业 登录过期")
    here = page.url
    page.context.clear_cookies()
    page.fill("#f-address", "登录过期后填的地址")
    page.locator("#f-address").blur()
    expect(page.locator("[data-signin-panel]")).to_be_visible()
    page.locator("[data-signin-panel] a").click()
    steps.sign_in(page, server, "13910000004")
    page.wait_for_url(here)
    expect(page.locator("#f-address")).to_have_value("登录过期后填的地址")
    expect(page.locator("[data-save-status]")).to_contain_text("已自动保存")


def test_an_empty_and_a_large_upload_say_so_before_anything_is_sent(people: Any, server: Server) -> None:
    page = people()
    steps.begin(page, server, "13910000005", "MA1WALK05", "演示企业 上传")
    page.set_input_files("#f-licence", {"name": "空.pdf", "mimeType": "application/pdf", "buffer": b""})
    expect(page.locator("[data-file-status]").first).to_contain_text("空文件")
    page.set_input_files(
        "#f-licence", {"name": "执照.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + b"0" * 64}
    )
    expect(page.locator("[data-file-status]").first).to_contain_text("改文件名不能改变内容")
    big = {"name": "大.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + b"0" * (21 * 1024 * 1024)}
    page.set_input_files("#f-licence", big)
    expect(page.locator("[data-file-status]").first).to_contain_text("请压缩")


def test_the_drawer_opens_over_the_list_and_escape_returns_to_it(people: Any, server: Server) -> None:
    clerk = people()
    steps.staff(clerk, "clerk01@demo.invalid")
    clerk.evaluate("window.sameWindow = true")
    clerk.locator("table.inbox tbody a").first.click()
    expect(clerk.locator("dialog.drawer")).to_be_visible()
    assert clerk.evaluate("window.sameWindow"), "only the drawer was fetched"
    assert "/console/cases/0" in clerk.url, "the address names the case: it can be sent to a colleague"
    clerk.keyboard.press("Escape")
    clerk.wait_for_url("**/console/cases/")
    expect(clerk.locator("dialog.drawer")).to_have_count(0)


def test_without_a_script_the_form_is_filled_uploaded_and_submitted(people: Any, server: Server) -> None:
    page = people(java_script_enabled=False)
    steps.begin(page, server, "13910000006", "MA1WALK06", "演示企业 无脚本")
    steps.fill_firm(page)
    page.set_input_files("#f-licence", steps.PDF)
    steps.following(page, "人员")
    steps.fill_staff(page)
    steps.following(page, "研发投入")
    steps.fill_research(page)
    page.set_input_files("#f-ledger", steps.PDF)
    steps.following(page, "科技成果")
    page.get_by_label("没有", exact=True).check()
    page.get_by_label("不属于，按得分评价").check()
    steps.following(page, "承诺与提交")
    page.set_input_files("#f-evidence", steps.PDF)
    page.set_input_files("#f-cover", steps.PDF)
    page.get_by_role("button", name="上传所选文件").click()
    expect(page.locator(".files .file")).to_have_count(2)
    page.check("#f-confirm")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="已收到您的申请")).to_be_visible()


def test_a_reload_while_typing_is_no_conflict_with_oneself(people: Any, server: Server) -> None:
    page = people()
    steps.begin(page, server, "13910000007", "MA1WALK07", "演示企业 刷新")
    for text in ("第一次", "第二次", "第三次"):
        page.fill("#f-address", text)
        page.reload()
        expect(page.locator("#f-address")).to_have_value(text)
    page.fill("#f-address", "最后")
    page.locator("#f-address").blur()
    expect(page.locator("[data-save-status]")).to_contain_text("已自动保存 14")
    expect(page.locator("[data-conflict-panel]")).to_be_hidden()
    expect(page.locator("[data-kept-panel]")).to_be_hidden()


def test_a_save_whose_answer_got_lost_is_not_somebody_elses(people: Any, server: Server) -> None:
    """The server took the first text, the page was reloaded before it heard of it, and holds a newer one."""
    page = people()
    steps.begin(page, server, "13910000008", "MA1WALK08", "演示企业 失联")

    taken: list[int] = []

    def swallow(route: Any) -> None:
        if route.request.method == "POST" and not taken:
            taken.append(route.fetch().status)  # and nobody is told
        else:
            route.continue_()

    page.route("**/*", swallow)
    page.fill("#f-address", "第一次")
    page.locator("#f-address").blur()
    while not taken:
        page.wait_for_timeout(20)  # lets the handler run
    assert taken == [200]
    page.fill("#f-address", "第二次")
    page.reload()
    expect(page.locator("#f-address")).to_have_value("第二次")
    expect(page.locator("[data-kept-panel]")).to_be_hidden()
    expect(page.locator("[data-conflict-panel]")).to_be_hidden()
