"""Every page of the product in the order a story meets them; used by axe and by the pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.server import Server
from tests.world import FIRMS

Look = Callable[[Page, str], None]
SUPPLEMENTING = "13800000020"  # phone of a firm of the demo world that was asked for further papers


def visit_every_page(
    people: Any, server: Server, look: Look, *, phone: str, subject: str, width: int
) -> None:
    page = people(width)
    look_around(page, look)
    read_what_is_published(page, look)
    number = file_a_case(page, server, look, phone, subject)
    clerk = people(width)
    handle_it(clerk, people(width), look, number)
    see_the_result(page, look)
    answer_a_letter(people(width), server, look)
    look_after_oneself(page, look)
    lead(people(width), look)
    gather_defects(people(width), look)
    lead_the_hub(people(width), look)


def answer_a_letter(page: Page, server: Server, look: Look) -> None:
    """A demo firm that has been asked for further papers, and one whose correction is still open."""
    page.goto("/sign-in/")
    steps.sign_in(page, server, SUPPLEMENTING)
    page.goto("/me/cases/")
    page.locator("table.inbox tbody a").first.click()
    look(page, "my-case-paused")
    page.get_by_role("button", name="去修改").first.click()
    look(page, "form-correction")
    page.goto("/me/")
    page.get_by_role("link", name="档案").click()
    look(page, "my-record")
    page.goto("/me/")
    page.get_by_role("link", name="成员").click()
    look(page, "members")
    page.get_by_role("button", name="发出邀请").click()
    look(page, "members-wrong")


def look_after_oneself(page: Page, look: Look) -> None:
    for name, address in (
        ("message-settings", "/me/messages/settings/"),
        ("new-phone", "/me/phone/"),
        ("new-email", "/me/email/"),
        ("close-account", "/me/close/"),
    ):
        page.goto(address)
        look(page, name)
    page.goto("/me/cases/?q=没有这个编号")
    look(page, "my-cases-not-found")
    page.goto("/me/cases/")
    page.locator("table.inbox tbody a").first.click()
    page.get_by_text("我填的内容").click()
    page.get_by_role("link", name="打印申请表").click()
    look(page, "print")


def lead(page: Page, look: Look) -> None:
    """The manager of a node: desks, records, ratings, the window, a firm."""
    steps.staff(page, "manager@demo.invalid")
    for name, address in (
        ("console-window", "/console/window/"),
        ("console-firms", "/console/firms/?code=91000000MA0DEM0A1X"),
        ("console-ratings", "/console/ratings/"),
        ("console-desks", "/console/desks/"),
        ("console-audit", "/console/audit/"),
        ("console-audit-access", "/console/audit/?kind=access"),
        ("console-imports", "/console/imports/"),
        ("console-matters", "/console/matters/"),
        ("console-matter", "/console/matters/tsme/"),
        ("console-matter-upload", "/console/matters/import/"),
        ("console-password", "/console/password/"),
        ("console-not-found", "/console/nowhere/"),
        ("console-not-in-charge", "/console/nodes/"),
        ("console-suspended", "/console/cases/?status=suspended"),
    ):
        page.goto(address)
        look(page, name)
    page.locator("table.inbox tbody a").first.click()
    expect(page.locator("dialog.drawer")).to_be_visible()
    look(page, "console-drawer-suspended")
    page.get_by_role("link", name="看企业").click()
    look(page, "console-firm")
    import_a_table(page, look)


def import_a_table(page: Page, look: Look) -> None:
    """The table that waits with its mistakes, one that cannot be read, one that is refused at once."""
    page.goto("/console/imports/")
    page.get_by_role("link", name="演示补报.xlsx").click()
    look(page, "console-import-preview")
    page.get_by_role("link", name="不导入").first.click()
    look(page, "console-import-refused-rows")
    page.goto("/console/imports/")
    page.get_by_role("button", name="上传并核对").click()
    look(page, "console-imports-wrong")
    steps.upload_table(page, [["企业", "收入"], ["甲", "1"]])
    look(page, "console-import-reading")
    steps.eventually(page, page.url, "这个表格读不出来", "heading")
    look(page, "console-import-unreadable")


def gather_defects(page: Page, look: Look) -> None:
    steps.staff(page, "clerk02@demo.invalid")
    page.goto("/console/cases/?status=submitted")
    page.locator("table.inbox tbody a", has_text="科技型中小企业评价").last.click()
    composer = page.locator("section:has(#composer)")
    composer.get_by_text("从常用语添加").click()
    composer.get_by_role("button", name="添加 营业执照副本").first.click()
    expect(page.locator("section:has(#composer) .fix li")).to_have_count(1)
    page.locator("#composer").scroll_into_view_if_needed()
    look(page, "console-drawer-composer")
    page.locator("section:has(#composer)").get_by_role("button", name="移除").click()
    expect(page.locator("section:has(#composer) .fix li")).to_have_count(0)


def lead_the_hub(page: Page, look: Look) -> None:
    steps.staff(page, "hub.manager@demo.invalid")
    page.goto("/console/outbox/")
    look(page, "console-outbox")
    page.goto("/console/matters/hnte/edit/")
    look(page, "console-matter-edit")
    page.goto("/console/figures/")
    look(page, "console-figures")
    page.goto("/console/figures/high-tech-reviewed/")
    look(page, "console-figure")
    page.get_by_role("button", name="更正并公开").click()
    look(page, "console-figure-wrong")
    page.goto("/console/nodes/")
    look(page, "console-nodes")
    page.goto("/console/nodes/fengxi/")
    look(page, "console-node")
    page.get_by_role("button", name="停用这个节点").click()
    look(page, "console-node-wrong")
    page.goto(f"/console/firms/?code={FIRMS[0].code}")
    look(page, "console-firm-closed")
    page.get_by_role("button", name="写明用途后查看").click()
    look(page, "console-firm-closed-wrong")
    page.goto(f"/console/firms/merge/?kept={FIRMS[0].code}&merged=123")
    look(page, "console-merge-wrong")
    page.goto(f"/console/firms/merge/?kept={FIRMS[0].code}&merged={FIRMS[1].code}")
    look(page, "console-merge")
    page.goto("/console/calendar/")
    page.fill("#year", "2026")
    page.fill("#free", "2026年7月13日")
    page.get_by_role("button", name="预览影响").click()
    look(page, "console-calendar-preview")


def look_around(page: Page, look: Look) -> None:
    for name, address in (
        ("home", "/"),
        ("matters", "/n/xixian/matters/"),
        ("matters-category", "/n/xixian/matters/?category=finance"),
        ("matters-not-found", "/n/fengxi/matters/?q=高新企业认证"),
        ("nodes", "/nodes/"),
        ("nodes-found", "/nodes/?place=金台区"),
        ("nodes-not-found", "/nodes/?place=雁塔区"),
        ("node", "/n/fengxi/about/"),
        ("node-hub", "/n/xixian/about/"),
        ("home-skin", "/n/baoji/"),
        ("guide-person", "/n/fengxi/matters/company-setup/"),
        ("guide-hnte", "/n/fengxi/matters/hnte/"),
        ("home-node", "/n/fengxi/"),
        ("guide", steps.GUIDE),
        ("verify", "/verify/"),
        ("verify-mistyped", "/verify/?code=ABC"),
        ("complain", "/complaints/new/?page=/n/fengxi/&node=fengxi"),
        ("figures", "/figures/"),
        ("figure", "/figures/high-tech-reviewed/"),
        ("news", "/n/fengxi/news/"),
        ("news-empty", "/n/xixian/news/?kind=news"),
        ("help", "/help/"),
        ("voice", "/n/fengxi/voice/"),
        ("complaint-answer", "/complaints/answer/?number=TS-FX-20200101-0001"),
        ("not-found", "/nowhere/"),
        ("components", "/components/"),
    ):
        page.goto(address)
        look(page, name)


def read_what_is_published(page: Page, look: Look) -> None:
    page.goto("/figures/")
    page.get_by_text("定义与来源").nth(6).click()
    look(page, "figures-definition")
    page.goto("/n/fengxi/news/")
    page.get_by_role("link", name="系统维护").click()
    look(page, "article")


def write_for_the_public(page: Page, look: Look) -> None:
    """A clerk drafts from Word's bullets and watches the preview; the manager finds it under review."""
    page.goto("/console/content/new/")
    page.get_by_role("button", name="保存草稿").click()
    look(page, "console-content-wrong")
    page.fill("#title", "窗口受理时间调整")
    page.locator("#body").press_sequentially("•\t上午 9 点开始受理")
    expect(page.locator("#preview li")).to_have_text("上午 9 点开始受理")
    look(page, "console-content-new")
    page.get_by_role("button", name="保存并送审").click()
    expect(page.get_by_text("等节点负责人发布或退回。")).to_be_visible()
    look(page, "console-content-reviewed")
    page.goto("/console/content/")
    look(page, "console-content")


def file_a_case(page: Page, server: Server, look: Look, phone: str, subject: str) -> str:
    page.goto(steps.GUIDE)
    page.get_by_role("link", name="开始填报").locator("visible=true").first.click()
    look(page, "sign-in")
    page.fill("#phone", "123")
    page.get_by_role("button", name="获取验证码").click()
    look(page, "sign-in-wrong")
    page.fill("#phone", phone)
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/sign-in/code/**")
    look(page, "sign-in-code")
    page.fill("#code", server.last_code(phone))
    page.get_by_role("button", name="登录", exact=True).click()
    page.fill("#code", "91000000MA0DEM0A1X")
    page.fill("#name", "演示企业 截图（精密制造）")
    page.get_by_role("button", name="登记并继续").click()
    look(page, "claim-wrong")
    steps.claim_firm(page, subject, "演示企业 截图（精密制造）")
    look(page, "start")
    page.get_by_role("button", name="开始填报").click()
    return fill_the_form(page, look)


def fill_the_form(page: Page, look: Look) -> str:
    page.get_by_role("button", name="下一步：人员").last.click()
    expect(page.locator(".errs")).to_be_visible()
    look(page, "form-1-errors")
    steps.fill_firm(page)
    steps.upload(page, "licence")
    look(page, "form-1-filled")
    steps.following(page, "人员")
    steps.fill_staff(page)
    look(page, "form-2")
    steps.following(page, "研发投入")
    steps.fill_research(page)
    steps.upload(page, "ledger")
    look(page, "form-3")
    steps.following(page, "科技成果")
    steps.fill_results(page)
    steps.upload(page, "ip_certificates")
    look(page, "form-4")
    steps.following(page, "承诺与提交")
    steps.upload(page, "evidence")
    steps.upload(page, "cover")
    look(page, "form-5")
    page.goto("/me/cases/")
    look(page, "my-cases-draft")
    page.go_back()
    number = steps.submit(page)
    look(page, "receipt")
    for name, address in (("my-cases", "/me/cases/"), ("messages", "/me/messages/"), ("account", "/me/")):
        page.goto(address)
        look(page, name)
    return number


def handle_it(clerk: Page, decider: Page, look: Look, number: str) -> None:
    clerk.goto("/console/sign-in/")
    look(clerk, "console-sign-in")
    steps.staff(clerk, "clerk01@demo.invalid")
    look(clerk, "console-inbox")
    clerk.goto("/console/cases/?q=没有这样的企业")
    look(clerk, "console-empty")
    steps.open_case(clerk, number)
    look(clerk, "console-drawer")
    steps.check_licence(clerk)
    clerk.get_by_role("button", name="受理", exact=True).click()
    expect(clerk.get_by_text("已受理，受理通知书已发出。")).to_be_visible()
    look(clerk, "console-drawer-accepted")
    clerk.goto("/console/complaints/")
    clerk.get_by_text("答复…").first.click()
    look(clerk, "console-complaints")
    write_for_the_public(clerk, look)
    steps.staff(decider, "decider01@demo.invalid")
    steps.open_case(decider, number)
    look(decider, "console-drawer-decide")
    decider.get_by_role("button", name="审定通过").click()
    expect(decider.get_by_text("已审定通过，结果通知书正在生成。")).to_be_visible()


def see_the_result(page: Page, look: Look) -> None:
    page.goto("/me/cases/")
    page.locator("table.inbox tbody a").first.click()
    steps.eventually(page, page.url, "提交评价", "button")
    look(page, "my-case")
    page.get_by_role("link", name="核验页").click()
    look(page, "verified")
