"""What people do, in their words; shared by the walks and the pictures."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from qcy.demo.story import SMALL_PDF
from qcy.kernel import uscc
from tests.browser.server import Server
from tests.engines.tables import xlsx

PASSWORD = "demo-qcy-2026"
PDF = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": SMALL_PDF}
MOST_RELOADS = 200
RELOAD_SECONDS = 5  # how long one page may take on a busy machine
GUIDE = "/n/fengxi/matters/tsme/"


def sign_in(page: Page, server: Server, phone: str) -> None:
    page.fill("#phone", phone)
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/sign-in/code/**")
    page.fill("#code", server.last_code(phone))
    page.get_by_role("button", name="登录", exact=True).click()


def claim_firm(page: Page, subject: str, name: str) -> None:
    page.fill("#code", uscc.complete(f"91000000{subject}"))
    page.fill("#name", name)
    page.get_by_role("button", name="登记并继续").click()


def begin(page: Page, server: Server, phone: str, subject: str, name: str) -> None:
    """From the guide to the first step of the form."""
    page.goto(GUIDE)
    page.get_by_role("link", name="开始填报").first.click()
    sign_in(page, server, phone)
    claim_firm(page, subject, name)
    page.get_by_role("button", name="开始填报").click()
    expect(page.get_by_role("heading", name="填报：企业信息")).to_be_visible()


def upload(page: Page, field: str, file: Any = None) -> None:
    chosen = file or PDF
    shown = page.locator(f"[data-file-question]:has(#f-{field}) .file div", has_text=chosen["name"])
    page.set_input_files(f"#f-{field}", chosen)
    expect(shown).to_be_visible()


def upload_table(page: Page, rows: Any) -> None:
    """On the page of imports: a table with these rows."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files("#file", {"name": "补报.xlsx", "mimeType": kind, "buffer": xlsx(rows[0], rows[1:])})
    page.fill("#source", "演示统计年报")
    page.fill("#as_of", "2026-07-08")
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/console/imports/*-*/")


def following(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"下一步：{title}").last.click()
    expect(page.get_by_role("heading", name=f"填报：{title}")).to_be_visible()


def fill_firm(page: Page) -> None:
    page.fill("#f-contact_name", "演示联系人")
    page.fill("#f-contact_phone", "138 0000 0000")
    page.fill("#f-address", "演示地址 1 号")
    page.fill("#f-established", "2019-05-20")
    page.get_by_label("查账征收").check()
    page.fill("#f-product", "精密温控模块")


def fill_staff(page: Page) -> None:
    page.fill("#f-headcount", "86")
    page.fill("#f-tech_staff", "29")


def fill_research(page: Page) -> None:
    for field, value in {
        "sales": "4,820.00",
        "assets": "6,310.00",
        "costs": "4,510.00",
        "rd": "254.00",
    }.items():
        page.fill(f"#f-{field}", value)
    page.fill("#f-projects", "4")


def fill_results(page: Page) -> None:
    page.get_by_label("有", exact=True).check()
    page.select_option("#f-ip-0-type", "utility")
    page.fill("#f-ip-0-name", "一种精密温控装置")
    page.fill("#f-ip-0-number", "演示编号 01")
    page.get_by_label("不属于，按得分评价").check()


def fill_everything(page: Page) -> None:
    fill_firm(page)
    upload(page, "licence")
    following(page, "人员")
    fill_staff(page)
    following(page, "研发投入")
    fill_research(page)
    upload(page, "ledger")
    following(page, "科技成果")
    fill_results(page)
    upload(page, "ip_certificates")
    following(page, "承诺与提交")
    upload(page, "evidence")
    upload(page, "cover")


def submit(page: Page) -> str:
    """Double click on the last evening; returns the case number."""
    page.check("#f-confirm")
    page.get_by_role("button", name="提交申请").dblclick()
    expect(page.get_by_role("heading", name="已收到您的申请")).to_be_visible()
    return page.locator(".facts dd").first.inner_text()


def staff(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/console/sign-in/")
    page.fill("#id_login", email)
    page.fill("#id_password", password)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="办件", exact=True)).to_be_visible()


def open_case(page: Page, number: str) -> None:
    page.goto(f"/console/cases/?q={number}")
    page.locator("table.inbox tbody a").first.click()
    expect(page.locator("dialog.drawer")).to_be_visible()


def check_licence(page: Page) -> None:
    page.get_by_role("button", name="核验通过").click()
    expect(page.get_by_text("企业身份已核验，可以受理。")).to_be_visible()


def accept(clerk: Page, number: str, email: str) -> None:
    """A clerk opens the case, checks the licence and accepts."""
    staff(clerk, email)
    open_case(clerk, number)
    blocked = clerk.locator("dialog [aria-describedby=why-accept]")
    expect(blocked).to_have_attribute("aria-disabled", "true")
    check_licence(clerk)
    clerk.get_by_role("button", name="受理", exact=True).click()
    expect(clerk.get_by_text("已受理，受理通知书已发出。")).to_be_visible()


def eventually(page: Page, address: str, name: str, role: Any = "link") -> Locator:
    """Opens a page again until the worker has done its part and the link or button is there."""
    link = page.get_by_role(role, name=name)
    for _ in range(MOST_RELOADS):
        page.goto(address)
        if link.count():
            break
    return link.first


def reload_until_there(page: Page, wanted: Locator, seconds: float) -> None:
    """For what the server takes up by itself after a while; visible or folded away."""
    limit = time.monotonic() + seconds
    while not wanted.count() and time.monotonic() < limit:
        page.reload()
    expect(wanted).to_have_count(1)


def decode_qr(pdf: bytes) -> str:
    """The link in the QR code of the first page, read by a real decoder."""
    import pypdfium2
    import zxingcpp

    page = pypdfium2.PdfDocument(io.BytesIO(pdf))[0]
    found = zxingcpp.read_barcodes(page.render(scale=2.5).to_pil())
    assert len(found) == 1
    return str(found[0].text)


def picture(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)
