"""The founder's last evening and the clerk's day, on a real server, in real browsers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.server import Server

pytestmark = pytest.mark.browser


def add_defect(clerk: Page, field: str, problem: str, todo: str, *, follow: bool = False) -> None:
    composer = clerk.locator("section:has(#composer)")
    composer.get_by_text("添加一处", exact=True).click()
    clerk.select_option("#defect-field", label=field)
    clerk.fill("#defect-problem", problem)
    clerk.fill("#defect-todo", todo)
    if follow:
        clerk.check("#defect-follow")
    clerk.get_by_role("button", name="添加到通知").click()
    expect(clerk.locator("section:has(#composer) .fix h3", has_text=field)).to_be_visible()


def test_the_founders_last_evening(people: Any, server: Server) -> None:
    founder = people()
    steps.begin(founder, server, "13910000021", "MA1NGT021", "演示企业 最后一晚")

    # the network goes, what is typed stays, the network comes back
    founder.context.set_offline(True)
    founder.fill("#f-address", "断网时填的地址")
    founder.locator("#f-address").blur()
    expect(founder.locator("[data-offline-bar]")).to_be_visible()
    founder.context.set_offline(False)
    expect(founder.locator("[data-save-status]")).to_contain_text("已自动保存 14")

    # a second tab writes something else: both versions are shown, nothing is overwritten
    other = founder.context.new_page()
    other.goto(founder.url)
    founder.fill("#f-product", "第一个页面写的")
    founder.locator("#f-product").blur()
    expect(founder.locator("[data-save-status]")).to_contain_text("已自动保存 14")
    other.fill("#f-product", "第二个页面写的")
    other.locator("#f-product").blur()
    expect(other.locator("[data-conflict-panel]")).to_be_visible()
    other.close()
    founder.reload()
    expect(founder.locator("#f-product")).to_have_value("第一个页面写的")
    expect(founder.locator("[data-kept-list]")).to_contain_text("第二个页面写的")

    steps.fill_everything(founder)
    number = steps.submit(founder)

    # one letter with everything
    clerk = people()
    steps.staff(clerk, "clerk01@demo.invalid")
    steps.open_case(clerk, number)
    steps.check_licence(clerk)
    add_defect(clerk, "研发费用合计", "比辅助账多 3.20 万元。", "请核对后改正。")
    add_defect(clerk, "信息表封面（加盖公章）", "封面没有加盖公章。", "请盖章后重新上传。", follow=True)
    expect(clerk.locator("dialog [aria-describedby=why-accept]")).to_have_attribute("aria-disabled", "true")
    clerk.get_by_role("button", name="一次性补正（2 处）").click()
    expect(clerk.get_by_text("通知书已发出，等企业补好后再办。")).to_be_visible()

    # the founder puts one right in the form, promises the other
    steps.eventually(founder, "/me/messages/", "您的申请需要补正").click()
    expect(founder.get_by_role("heading", name="请补正 2 处")).to_be_visible()
    send = founder.get_by_role("button", name="提交补正")
    expect(send).to_have_attribute("aria-disabled", "true")
    founder.get_by_role("button", name="去修改").click()
    expect(founder.get_by_role("heading", name="补正：研发投入")).to_be_visible()
    expect(founder.get_by_text("比辅助账多 3.20 万元。")).to_be_visible()
    founder.fill("#f-rd", "250.80")
    founder.get_by_role("button", name="保存，回到办件页").click()
    expect(founder.get_by_text("已补 1 处，还差 1 处")).to_be_visible()
    founder.get_by_text("现在交不了，或者不需要改？").click()
    founder.get_by_text("承诺受理后 5 个工作日内补交").click()
    founder.locator("li:not(.done)").get_by_role("button", name="保存").click()
    expect(founder.get_by_text("已承诺后补")).to_be_visible()
    founder.get_by_role("button", name="提交补正").dblclick()
    expect(founder.get_by_text("已收到，有进展会给您发消息。")).to_be_visible()

    # accepted on the promise; the paper follows
    steps.open_case(clerk, number)
    expect(clerk.get_by_text("补正时改过")).to_be_visible()
    clerk.get_by_role("button", name="受理", exact=True).click()
    expect(clerk.get_by_text("已受理，受理通知书已发出。")).to_be_visible()
    decider = people()
    steps.staff(decider, "decider01@demo.invalid")
    steps.open_case(decider, number)
    expect(decider.get_by_text("企业承诺后补的材料还没有交齐")).to_be_visible()
    founder.reload()
    expect(founder.get_by_role("heading", name="请交承诺后补的 1 份材料")).to_be_visible()
    founder.get_by_role("button", name="去上传").click()
    steps.upload(founder, "cover", {**steps.PDF, "name": "盖章封面.pdf"})
    founder.get_by_role("button", name="保存，回到办件页").click()
    founder.get_by_role("button", name="提交材料").click()
    expect(founder.get_by_text("已收到，有进展会给您发消息。")).to_be_visible()

    # granted
    steps.open_case(decider, number)
    decider.get_by_role("button", name="审定通过").click()
    expect(decider.get_by_text("已审定通过，结果通知书正在生成。")).to_be_visible()
    founder.goto("/me/cases/?q=" + number)
    founder.locator("table.inbox tbody a").first.click()
    expect(steps.eventually(founder, founder.url, "结果通知书 PDF")).to_be_visible()


def test_the_clerks_day(people: Any, server: Server) -> None:
    founder = people()
    steps.begin(founder, server, "13910000022", "MA1DAY022", "演示企业 经办一天")
    steps.fill_everything(founder)
    number = steps.submit(founder)

    # counters, a filter that stands in the address, the drawer
    clerk = people()
    steps.staff(clerk, "clerk02@demo.invalid")
    clerk.get_by_role("link", name="待补正", exact=True).click()
    clerk.wait_for_url("**status=correcting**")
    expect(clerk.locator("table.inbox tbody tr")).not_to_have_count(0)
    steps.open_case(clerk, number)
    clerk.get_by_role("button", name="我来办").click()
    expect(clerk.get_by_text("已领办。")).to_be_visible()

    # a sentence from the shelf, thought better of, and put back
    composer = clerk.locator("section:has(#composer)")
    composer.get_by_text("从常用语添加").click()
    composer.get_by_role("button", name="添加 研发费用辅助账：辅助账没有列出项目明细。").click()
    expect(composer.locator(".fix li")).to_have_count(1)
    composer.get_by_role("button", name="移除").click()
    expect(composer.locator(".fix li")).to_have_count(0)

    # words to the firm, words among colleagues, one look at a phone number with a reason
    clerk.fill("#remark-text", "请把辅助账的项目明细一并带来。")
    clerk.get_by_role("button", name="发送", exact=True).click()
    expect(clerk.locator(".chat")).to_contain_text("请把辅助账的项目明细一并带来。")
    clerk.fill("#note-text", "注意核对社保人数")
    clerk.get_by_role("button", name="保存便签").click()
    expect(clerk.locator("section:has(#notes)")).to_contain_text("注意核对社保人数")
    phone = clerk.locator(".pv > div", has_text="联系人电话")
    phone.get_by_text("已隐去，查看").click()
    phone.get_by_label("用途（会记入查看记录）").fill("电话核实研发人数")
    phone.get_by_role("button", name="查看", exact=True).click()
    expect(clerk.locator(".pv > div", has_text="联系人电话")).to_contain_text("13800000000")

    steps.check_licence(clerk)
    clerk.get_by_role("button", name="受理", exact=True).click()
    expect(clerk.get_by_text("已受理，受理通知书已发出。")).to_be_visible()

    # the firm answers; it does not see the note
    steps.eventually(founder, "/me/messages/", "您的办件有新留言").click()
    expect(founder.locator(".chat")).to_contain_text("请把辅助账的项目明细一并带来。")
    assert "注意核对社保人数" not in founder.content()
    founder.fill("#remark-text", "好的，今天补。")
    founder.get_by_role("button", name="发送", exact=True).click()
    expect(founder.locator(".chat")).to_contain_text("好的，今天补。")

    # a special procedure pauses the clock; the manager extends; the clock goes on
    decider = people()
    steps.staff(decider, "decider02@demo.invalid")
    steps.open_case(decider, number)
    decider.get_by_text("进入特别程序…").click()
    decider.select_option("#procedure-suspend", "专家评审")
    decider.fill("#reason-suspend", "需要专家评审，约 5 个工作日。")
    decider.get_by_role("button", name="暂停计时并告知企业").click()
    expect(decider.get_by_text("计时已暂停，特别程序告知书已发出。")).to_be_visible()
    founder.reload()
    expect(founder.get_by_text("原因是特别程序正在进行")).to_be_visible()
    decider.get_by_role("button", name="恢复计时").click()
    expect(decider.get_by_text("已恢复计时，从次日起接着算。")).to_be_visible()

    manager = people()
    steps.staff(manager, "manager@demo.invalid")
    steps.open_case(manager, number)
    manager.get_by_text("更多操作").click()
    manager.get_by_text("延长期限…").click()
    manager.fill("#days-extend", "3")
    manager.fill("#reason-extend", "属地核实需要更多时间。")
    manager.get_by_role("button", name="批准延期").click()
    expect(manager.get_by_text("已延期，告知书已发出。")).to_be_visible()
    expect(manager.get_by_text("含延期 3 日")).to_be_visible()
    manager.goto("/console/audit/")
    manager.get_by_role("button", name="立即核对").click()
    expect(manager.get_by_text("全部一致")).to_be_visible()
    manager.goto("/console/audit/?kind=access")
    expect(manager.get_by_text("电话核实研发人数")).to_be_visible()
