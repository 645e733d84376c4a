"""Home, list of matters, nodes: what somebody finds without an account."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("高企", "高新技术企业认定推荐"),
        ("ＩＰＯ上市", ""),
        ("注册公司", "企业设立登记"),
        ("设备贷款", "融资需求登记"),
        ("  科小  ", "科技型中小企业评价"),
        ("科技政务 孵化", "科技企业孵化器备案"),
    ],
)
def test_titles_and_aliases_are_found(world: World, client: Client, query: str, found: str) -> None:
    page = text(client, f"/n/fengxi/matters/?q={query}")
    assert (found in page) if found else ("没有找到这样的事项" in page)


def test_somebody_who_finds_nothing_is_offered_what_comes_nearest(world: World, client: Client) -> None:
    page = text(client, "/n/fengxi/matters/?q=高新企业认证")
    assert "您是不是要找" in page and "高新技术企业认定推荐" in page


def test_facets_count_what_a_click_would_show(world: World, client: Client) -> None:
    page = text(client, "/n/fengxi/matters/")
    for url, count in re.findall(
        r'<a href="(\?[^"]*|/n/fengxi/matters/\?[^"]*)"[^>]*>[^<]*<span>(\d+)</span>', page
    ):
        assert f"找到 {count} 项" in text(client, url.replace("&amp;", "&")), url


@pytest.mark.parametrize(
    "query", ["category=nonsense&who=king", "q=%00%3Cscript%3E", "page=-1", "q=" + "长" * 500]
)
def test_odd_addresses_do_no_harm(world: World, client: Client, query: str) -> None:
    page = text(client, f"/n/fengxi/matters/?{query}")
    assert "<script>" not in page


def test_the_home_page_names_the_categories_with_their_counts(world: World, client: Client) -> None:
    page = text(client, "/")
    for name, count in (("商事服务", 4), ("政策服务", 3), ("科技政务", 7), ("科技金融", 4), ("综合服务", 6)):
        assert re.search(rf"<b>{name}</b>.*?<em>{count} 项</em>", page, re.S)
    assert "18 <small>号窗口" in page and "待运营方填写" in page


def test_a_list_asks_the_same_number_of_queries_whatever_it_shows(world: World, client: Client) -> None:
    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    one = count("/n/fengxi/matters/?q=高企")
    assert one == count("/n/fengxi/matters/") <= 12
    assert count("/") <= 12


@pytest.mark.parametrize("code", ["company-setup", "hnte", "policy-advice", "incubator", "cannot-get-done"])
def test_every_kind_of_guide_answers_the_five_questions(world: World, client: Client, code: str) -> None:
    page = text(client, f"/n/fengxi/matters/{code}/")
    for question in ("我能办吗", "需要准备什么", "要多久", "要花多少钱", "到哪里办"):
        assert question in page
    assert "None" not in re.sub(r"<[^>]*>", "", page)


def test_the_whole_way_stands_beside_the_button_where_part_of_it_is_elsewhere(
    world: World, client: Client
) -> None:
    page = text(client, "/n/fengxi/matters/tsme/")
    steps = re.findall(r"<li[^>]*>([^<]+)</li>", page[page.index('class="way') :])[:3]
    assert "zjtx.miit.gov.cn" in steps[0] and "8 个工作日" in steps[1] and "省级公示" in steps[2]
    assert "全程怎么走" not in text(client, "/n/fengxi/matters/policy-advice/")
