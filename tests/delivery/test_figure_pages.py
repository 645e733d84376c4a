"""公开数据: the pages and the file."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from qcy.delivery.web.spreadsheets import BEGINS_A_FORMULA, cell
from qcy.foundation.database.scope import unscoped
from qcy.insight.models import FigureValue
from qcy.insight.queries import home_tiles
from qcy.insight.services import correct_value, load_figures
from tests.world import World, seed


@pytest.fixture
def published(world: World) -> World:
    with unscoped("test"):
        load_figures(seed("figures/2021-11"), now=world.now)
    return world


def test_before_anything_is_published_the_page_says_so(world: World, client: Client) -> None:
    assert "还没有公开数据" in client.get("/figures/").text


def test_every_number_opens_its_definition(published: World, client: Client) -> None:
    html = client.get("/figures/").text
    assert html.count("<details") - html.count('class="nsw"') == 24
    assert "待运营方填写" in html and "协议总投资，不是到位资金" in html


def test_the_conflict_stands_side_by_side_with_both_sources(published: World, client: Client) -> None:
    html = client.get("/figures/").text
    assert "两处刊载不一致" in html and ">238<" in html and ">240<" in html
    assert "两家报纸对同一场发布会的报道" in html


def test_funds_are_not_added_up(published: World, client: Client) -> None:
    html = client.get("/figures/").text
    assert html.count("已设立</span>") == 2 and html.count("拟设立</span>") == 1
    assert "3 个口径，不相加" in html and ">76<" not in html and ">46<" not in html


def test_the_page_of_one_number_tells_its_versions_values_and_corrections(
    published: World, client: Client
) -> None:
    with unscoped("test"):
        wrong = FigureValue.objects.get(figure__code="incubators")
    hub, reason = published.desk("总窗口负责人"), "重复计了一个"
    published.do(correct_value, hub, wrong_id=wrong.pk, value=Decimal(48), reason=reason, now=published.now)
    html = client.get("/figures/incubators/").text
    assert "49 更正为 48 个" in html and reason in html and "已更正" in html
    assert "没有更正过" in client.get("/figures/carriers/").text


def test_the_home_block_shows_four_tiles_with_source_and_link(published: World) -> None:
    html = render_to_string("insight/tiles.html", {"tiles": home_tiles()})
    for words in ("255", "1,964", "49", "93", "35.2", "3,556 / 10,100", "2021-12-14", "/figures/"):
        assert words in html
    assert render_to_string("insight/tiles.html", {"tiles": ()}).strip() == ""


def test_all_figures_are_read_once_and_then_held(published: World, client: Client) -> None:
    for most in (6, 0):
        with CaptureQueriesContext(connection) as asked:
            client.get("/figures/")
        assert sum('FROM "insight_' in q["sql"] for q in asked) <= most
    assert len(asked) <= 12, "with nodes and figures held, as on every page but the first"


# ---------------------------------------------------------------- the file
def test_the_file_opens_in_a_spreadsheet_with_every_value_and_its_definition(
    published: World, client: Client
) -> None:
    answer = client.get("/figures.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf") and "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 25, "24 figures, one of them printed twice"
    by_value = {(r["指标代码"], r["数值"]): r for r in rows}
    smes = by_value["tech-smes-listed", "950.00"]
    assert smes["对比口径"] == "本年累计与上年全年相比" and smes["截至"] == "2021-11-30"
    assert "238" in by_value["high-tech-reviewed", "240.00"]["另有刊载的数"]
    assert "240" in by_value["high-tech-reviewed", "238.00"]["另有刊载的数"]
    assert by_value["redemption-rate", "35.20"]["分母"] == "10100.00"
    assert all(r["定义"] and r["来源"] and r["核定人"] == "待运营方填写" for r in rows)


@given(st.text())
def test_no_text_in_the_file_begins_a_formula(text: str) -> None:
    assert not cell(text).lstrip(" ").startswith(BEGINS_A_FORMULA)
    assert cell(text).endswith(text)


def test_numbers_and_days_stay_numbers_and_days() -> None:
    assert [cell(v) for v in (Decimal("-1.5"), 3, date(2021, 11, 30), None)] == [
        "-1.5",
        "3",
        "2021-11-30",
        "",
    ]
