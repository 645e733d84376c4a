"""Chinese is the source, English complete, Traditional by conversion."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from qcy.delivery.web.language import traditional
from qcy.foundation.database.scope import unscoped
from qcy.insight.services import load_figures
from tests.world import World, seed

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ADDRESSES = [
    "/",
    "/n/fengxi/",
    "/n/fengxi/matters/",
    "/n/fengxi/matters/tsme/",
    "/me/cases/",
    "/me/messages/",
]
ADDRESSES += [
    "/nodes/",
    "/n/fengxi/about/",
    "/n/fengxi/news/",
    "/n/fengxi/voice/",
    "/figures/",
    "/help/",
    "/verify/",
]
ADDRESSES += ["/complaints/new/"]
CONSOLE = ["/console/cases/", "/console/content/", "/console/ratings/", "/console/window/", "/console/firms/"]
MANAGER = [
    "/console/matters/",
    "/console/matters/tsme/",
    "/console/matters/import/",
    "/console/desks/",
    "/console/audit/",
    "/console/imports/",
    "/console/complaints/",
    "/console/password/",
]
HUB = ["/console/calendar/", "/console/outbox/", "/console/matters/hnte/edit/", "/console/firms/merge/"]
HUB += [
    "/console/figures/",
    "/console/figures/high-tech-reviewed/",
    "/console/nodes/",
    "/console/nodes/fengxi/",
]
SILENT = ("script", "style", "textarea", "title")  # a title cannot hold a mark
VOID = {"meta", "link", "input", "br", "img", "hr", "use", "path", "circle"}
# characters that exist in Simplified only
SIMPLIFIED = set("业务办证时请发书为个们来过还这对开关门问间们车长东马鸟鱼见贝龙乐习乡买卖写农军决冲减击")


class Texts(HTMLParser):
    """Text nodes with what `lang` says about each."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = [("", "")]
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("lang") or self.open[-1][1]))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and tag not in VOID:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        self.found.append((*self.open[-1], data))


def texts_of(html: str) -> list[tuple[str, str, str]]:
    page = Texts()
    page.feed(html)
    return [(tag, lang, text) for tag, lang, text in page.found if tag not in SILENT]


@pytest.fixture
def firm(world: World, sign_in: Callable[..., Client]) -> Client:
    world.case(0)
    return sign_in(world.firm(0))


def read(client: Client, address: str, language: str) -> str:
    client.get("/language/", {"to": language})
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_english_page_says_nothing_chinese_but_marked_content(firm: Client, address: str) -> None:
    html = read(firm, address, "en")
    assert '<html lang="en"' in html
    assert not unmarked(html)


def unmarked(html: str) -> list[str]:
    """Chinese that nothing says is Chinese, and marks that landed where no element can stand."""
    broken = re.findall(r'="[^"<>]*<span lang[^>]*>|<(?:option|textarea|title)[^>]*>[^<]*<span lang', html)
    texts = [text.strip() for _tag, lang, text in texts_of(html) if CHINESE.search(text) and lang[:2] != "zh"]
    return broken + re.findall("&lt;span lang", html) + texts


def test_a_case_and_its_file_in_english(world: World, sign_in: Callable[..., Client]) -> None:
    case = world.case(0)
    assert not unmarked(read(sign_in(world.firm(0)), f"/me/cases/{case.pk}/", "en"))
    assert not unmarked(read(sign_in(world.firm(0)), f"/me/cases/{case.pk}/receipt/", "en"))


@pytest.mark.parametrize("address", CONSOLE)
def test_the_console_in_english(world: World, sign_in: Callable[..., Client], address: str) -> None:
    world.case(0)
    assert not unmarked(read(sign_in(world.clerk), address, "en"))


@pytest.mark.parametrize("address", MANAGER)
def test_what_a_manager_reads_in_english(world: World, sign_in: Callable[..., Client], address: str) -> None:
    world.case(0)
    assert not unmarked(read(sign_in(world.manager), address, "en"))


@pytest.mark.parametrize("address", HUB)
def test_what_the_hub_reads_in_english(world: World, sign_in: Callable[..., Client], address: str) -> None:
    with unscoped("test"):
        load_figures(seed("figures/2021-11"), now=world.now)
    assert not unmarked(read(sign_in(world.desk("总窗口负责人")), address, "en"))


def test_one_is_one_and_not_ones(world: World, sign_in: Callable[..., Client]) -> None:
    world.case(0)
    page = read(sign_in(world.manager), "/console/desks/", "en")
    assert "0 cases" in page
    page = read(sign_in(world.desk("总窗口负责人")), "/console/nodes/fengxi/", "en")
    assert "1 open case is finished by its own desk" in page


def test_the_drawer_of_a_case_in_english(world: World, sign_in: Callable[..., Client]) -> None:
    case = world.case(0)
    left = unmarked(read(sign_in(world.clerk), f"/console/cases/{case.pk}/", "en"))
    assert not left, "\n".join(map(ascii, left))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_traditional_page_has_no_simplified_text(firm: Client, address: str) -> None:
    html = read(firm, address, "zh-hant")
    assert '<html lang="zh-Hant"' in html
    left = [text for _tag, lang, text in texts_of(html) if lang != "zh-CN" and set(text) & SIMPLIFIED]
    assert not left


def test_places_keep_their_names() -> None:
    assert traditional("<p>陕西省西咸新区、咸阳市、咸味</p>") == "<p>陝西省西咸新區、咸陽市、鹹味</p>"


def test_only_text_is_converted() -> None:
    page = '<p title="办事">办事</p><textarea>办事</textarea><script>"办事"</script><input value="办事"><!-- 办事 -->'
    assert traditional(page) == page.replace(">办事<", ">辦事<", 1)


def test_the_choice_is_kept_and_never_guessed(world: World, client: Client) -> None:
    guessed = client.get("/", headers={"accept-language": "en"})
    assert '<html lang="zh-CN"' in guessed.text and 'lang="zh-CN">办' not in guessed.text
    answer = client.get("/language/", {"to": "en", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert "Open data" in client.get("/").text
    client.get("/language/", {"to": "xx"})
    assert '<html lang="en"' in client.get("/").text
    client.get("/language/", {"to": "zh-hans"})
    assert "公开数据" in client.get("/").text
