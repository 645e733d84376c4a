"""Phone and code: one page for new and known phones, and a word when there are no tries left."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from qcy.foundation.database.scope import unscoped
from qcy.foundation.parties.models import Person, PersonContact
from tests.world import World

PHONE = "13900007777"


def ask(client: Client, phone: str = PHONE, **more: str) -> str:
    return client.post("/sign-in/", {"phone": phone, **more}).headers.get("Location", "")


def printed(output: str) -> str:
    return re.findall(r"验证码 (\d{6})", output)[-1]


def test_a_new_phone_opens_an_account_and_comes_back_where_it_was_going(
    world: World, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(client, next="/n/fengxi/matters/tsme/start/")
    code = printed(capsys.readouterr().out)
    answer = client.post("/sign-in/code/", {"code": code, "next": "/n/fengxi/matters/tsme/start/"})
    assert answer["Location"] == "/n/fengxi/matters/tsme/start/"
    with unscoped("test"):
        contact = PersonContact.objects.get(person__last_login__isnull=False)
    assert contact.verified_at is not None


def test_a_known_phone_signs_into_the_same_account(
    world: World, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    with unscoped("test"):
        before = Person.objects.count()
    for browser in (client, Client()):
        ask(browser)
        browser.post("/sign-in/code/", {"code": printed(capsys.readouterr().out)})
        assert browser.get("/me/").status_code == 200
    with unscoped("test"):
        assert Person.objects.count() == before + 1


def test_wrong_codes_are_counted_and_said(world: World, client: Client) -> None:
    ask(client)
    for _ in range(4):
        page = client.post("/sign-in/code/", {"code": "000000"})
        assert "验证码不对或已过期" in page.content.decode()
    page = client.post("/sign-in/code/", {"code": "000000"}, follow=True)
    assert "验证码输错次数太多" in page.content.decode()


def test_codes_are_not_handed_out_without_end(world: World, client: Client) -> None:
    answers = [client.post("/sign-in/", {"phone": PHONE}).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(
    world: World, client: Client, capsys: pytest.CaptureFixture[str], elsewhere: str
) -> None:
    ask(client, next=elsewhere)
    answer = client.post("/sign-in/code/", {"code": printed(capsys.readouterr().out), "next": elsewhere})
    assert answer["Location"] == "/me/cases/"


def test_that_a_code_was_sent_is_said_when_it_was_and_not_after_signing_in(
    world: World, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = "验证码已发送"
    assert sent in client.post("/sign-in/", {"phone": PHONE}, follow=True).content.decode()
    code = printed(capsys.readouterr().out)
    assert sent not in client.post("/sign-in/code/", {"code": code}, follow=True).content.decode()
    staff = {"login": "clerk01@demo.invalid", "password": "demo-qcy-2026"}
    assert sent not in Client().post("/console/sign-in/", staff, follow=True).content.decode()


def test_staff_sign_in_by_password_and_a_wrong_one_says_nothing_more(world: World, client: Client) -> None:
    details = {"login": "clerk01@demo.invalid", "password": "wrong"}
    unknown = {"login": "nobody@demo.invalid", "password": "wrong"}
    pages = [client.post("/console/sign-in/", sent).content.decode() for sent in (details, unknown)]
    assert all("邮箱或密码不对" in page for page in pages)
    answer = client.post("/console/sign-in/", details | {"password": "demo-qcy-2026"})
    assert answer["Location"] == "/console/cases/"


def test_without_an_sms_channel_the_page_says_so(world: World, client: Client, settings: object) -> None:
    settings.QCY_SHOW_CODES = False  # type: ignore[attr-defined]
    answer = client.post("/sign-in/", {"phone": PHONE})
    assert answer.status_code == 422 and "短信通道还没有配置" in answer.content.decode()


def test_a_new_phone_proves_itself_by_a_code_before_the_old_one_goes(
    world: World, sign_in: Any, settings: Any, capsys: Any
) -> None:
    settings.QCY_SHOW_CODES = True
    client = sign_in(world.firm())
    assert "手机号应为 11 位数字" in client.post("/me/phone/", {"value": "12"}).content.decode()
    client.post("/me/phone/", {"value": "139 0000 4444"})
    code = re.findall(r"验证码 (\d{6})（手机尾号 4444", capsys.readouterr().out)[-1]
    wrong = "000000" if code != "000000" else "111111"
    assert "验证码不对" in client.post("/me/phone/code/", {"code": wrong}).content.decode()
    page = client.post("/me/phone/code/", {"code": code}, follow=True).content.decode()
    assert "手机号已更换" in page and "139****4444" in page


def test_an_address_for_mail_proves_itself_too(
    world: World, sign_in: Any, settings: Any, capsys: Any
) -> None:
    settings.QCY_SHOW_CODES = True
    client = sign_in(world.firm())
    client.post("/me/email/", {"value": "Founder@Example.com"})
    code = re.findall(r"验证码 (\d{6})（邮箱 f\*\*\*@example.com", capsys.readouterr().out)[-1]
    page = client.post("/me/email/code/", {"code": code}, follow=True).content.decode()
    assert "邮箱已登记" in page and "f***@example.com" in page
