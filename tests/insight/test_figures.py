"""Published figures: what they say of themselves, and that nothing published is ever rewritten."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.database.scope import unscoped
from qcy.insight.comparison import Period, multiple
from qcy.insight.document import NewValue, read_figures
from qcy.insight.enums import Comparison, Measure
from qcy.insight.models import Figure, FigureCorrection, FigureDefinition, FigureValue
from qcy.insight.queries import FigureView, figure_of, figures_by_theme, home_tiles
from qcy.insight.services import correct_value, load_figures, publish_value
from qcy.kernel.refusals import Refused
from tests.world import World, seed

TABLES = (Figure, FigureDefinition, FigureValue, FigureCorrection)


@pytest.fixture
def published(world: World) -> World:
    with unscoped("test"):
        load_figures(seed("figures/2021-11"), now=world.now)
    return world


def shown(code: str) -> FigureView:
    figure = figure_of(code)
    assert figure
    return figure


PRINTED = {
    "projects-signed": "255",
    "projects-investment": "1,964",
    "entities-new": "205,300",
    "entities-total": "412,900",
    "tech-firms-landed": "361",
    "tech-smes-listed": "950",
    "high-tech-reviewed": "240",
    "incubators": "49",
    "incubators-new": "14",
    "carriers": "93",
    "carriers-planned-area": "2,217",
    "carriers-deliverable-area": "309",
    "direct-funds": "26",
    "fund-of-funds": "20",
    "trust-fund": "30",
    "universities": "5",
    "institutions": "30",
    "matters-gathered": "20",
    "offline-acceptances": "1,348",
    "registered-users": "7,829",
    "redemption-projects": "45",
    "redemption-claimed": "1.01",
    "redemption-paid": "3,556",
    "redemption-rate": "35.2",
}


def test_every_published_number_stands_there_as_it_was_printed(published: World) -> None:
    assert {f.code: f.value.text for t in figures_by_theme() for f in t.figures} == PRINTED


def test_each_says_what_it_counts_what_it_is_not_and_where_it_comes_from(published: World) -> None:
    for figure in (f for t in figures_by_theme() for f in t.figures):
        assert figure.definition.text and figure.definition.not_meant, figure.code
        assert figure.value.source_text.startswith("2021-12-14")
        assert figure.value.approver_text == "待运营方填写"
        assert ("更正", "没有更正过") in figure.explained


def test_eleven_months_against_a_full_year_are_not_told_as_growth(published: World) -> None:
    value = shown("tech-smes-listed").value
    assert value.comparison == Comparison.PRIOR_FULL_YEAR
    assert "1.6 倍" in value.compared and "不是同比" in value.compared


def test_a_multiple_whose_base_nobody_named_is_no_comparison(published: World) -> None:
    value = shown("high-tech-reviewed").value
    assert value.comparison == Comparison.NONE and "没有写明" in value.compared


def test_two_sources_that_disagree_stand_side_by_side(published: World) -> None:
    figure = shown("high-tech-reviewed")
    [rival] = figure.rivals
    assert (figure.value.text, rival.text) == ("240", "238")
    assert figure.value.source != rival.source
    assert any("238 家" in text for _label, text in figure.explained)


def test_funds_are_three_figures_two_set_up_and_one_planned(published: World) -> None:
    [funds] = [t for t in figures_by_theme() if t.name == "科技金融"]
    assert funds.is_money_by_stage
    assert [(f.value.text, f.stage) for f in funds.figures] == [
        ("26", "已设立"),
        ("20", "已设立"),
        ("30", "拟设立"),
    ]
    assert not Figure.objects.filter(values__value__in=[46, 56, 76]).exists(), "they are never added up"


def test_planned_and_deliverable_space_are_two_figures_and_neither_is_delivered(published: World) -> None:
    for code in ("carriers-planned-area", "carriers-deliverable-area"):
        assert shown(code).measure == Measure.PLAN


def test_a_rate_always_shows_its_two_numbers(published: World) -> None:
    value = shown("redemption-rate").value
    assert value.share == "3,556 / 10,100"
    assert value.numerator and value.denominator
    assert round(100 * value.numerator / value.denominator, 1) == value.value


def test_the_home_shows_four_tiles_the_first_with_two_numbers(published: World) -> None:
    tiles = home_tiles()
    assert [t.name for t in tiles] == ["签约产业项目", "孵化器", "科创载体", "政策兑现率"]
    assert [f.value.text for f in tiles[0].figures] == ["255", "1,964"]
    assert tiles[0].caution == "协议总投资，不是到位资金。"


def test_registered_users_are_never_a_target(published: World) -> None:
    assert "考核" in shown("registered-users").definition.not_meant
    assert shown("registered-users").on_home is None


# ---------------------------------------------------------------- loading
def counts() -> list[int]:
    return [model.objects.count() for model in TABLES] + [AuditEvent.objects.filter(stream="figures").count()]


def test_loading_twice_adds_nothing(published: World) -> None:
    with unscoped("test"):
        before = counts()
        assert load_figures(seed("figures/2021-11"), now=published.now) == 0
        assert counts() == before


def test_a_published_number_cannot_be_changed_by_loading_another_file(published: World) -> None:
    document = seed("figures/2021-11")
    document["figures"][0]["values"][0]["value"] = 256
    with unscoped("test"):
        before = counts()
        with pytest.raises(Refused, match="请用更正"):
            load_figures(document, now=published.now)
        assert counts() == before


def test_a_changed_definition_has_to_be_a_new_version(published: World) -> None:
    document = seed("figures/2021-11")
    document["figures"][0]["definition"] = "别的"
    with unscoped("test"):
        with pytest.raises(Refused, match="version 加 1"):
            load_figures(document, now=published.now)
        document["figures"][0]["version"] = 2
        load_figures(document, now=published.now)
    figure = shown("projects-signed")
    assert [d.version for d in figure.definitions] == [2, 1]
    assert figure.definition.version == 1, "an old value keeps the definition it was made by"


def row(**changes: Any) -> dict[str, Any]:
    document = deepcopy(seed("figures/2021-11"))
    document["figures"] = document["figures"][:1]
    document["figures"][0] |= changes
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "没有 figures"),
        ({"figures": [1]}, "不是一组字段"),
        (row(unit=""), "缺少：unit"),
        (row(name="长" * 61), "太长"),
        (row(measure="sum"), "measure 写的是 sum"),
        (row(values=[{"value": "很多"}]), "不是数字"),
        (row(values=[{"value": "NaN"}]), "两位小数"),
        (row(values=[{"value": "1.234"}]), "两位小数"),
        (row(values=[{"value": 1, "as_of": "11月"}]), "2021-11-30"),
        (row(values=[{"value": 1, "comparison": "better"}]), "comparison 写的是 better"),
        (row(values=[{"value": 1, "source": ""}]), "缺少：source"),
    ],
)
def test_a_wrong_file_is_refused_in_words(document: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_figures(document)


def test_a_rival_must_be_there(world: World) -> None:
    with unscoped("test"), pytest.raises(Refused, match="请先写被对照的那个数"):
        load_figures(row(values=[{"value": 1, "conflicts_with": 2}]), now=world.now)
    assert not Figure.objects.exists(), "half a file is not loaded"


# ---------------------------------------------------------------- correcting
def wrong_one(code: str = "incubators") -> FigureValue:
    return FigureValue.objects.get(figure__code=code, conflicts_with=None)


def test_a_correction_keeps_the_wrong_value_in_public_with_its_reason(published: World) -> None:
    hub = published.desk("总窗口负责人")
    details = {"value": Decimal(48), "reason": "重复计了一个", "now": published.now}
    published.do(correct_value, hub, wrong_id=wrong_one().pk, **details)
    figure = shown("incubators")
    assert figure.value.text == "48" and [v.text for v in figure.values] == ["48", "49"]
    assert [(c.wrong, c.right, c.reason) for c in figure.corrections] == [("49", "48", "重复计了一个")]


def test_what_has_been_corrected_is_not_corrected_again(published: World) -> None:
    hub, pk = published.desk("总窗口负责人"), wrong_one().pk
    again = {"wrong_id": pk, "reason": "又错了", "now": published.now}
    published.do(correct_value, hub, value=Decimal(48), **again)
    assert published.attempt(correct_value, hub, value=Decimal(47), **again).code == "already_corrected"


@pytest.mark.parametrize(
    ("value", "reason", "code"), [(48, " ", "reason_missing"), (49, "没有变", "same_value")]
)
def test_a_correction_needs_a_reason_and_another_value(
    published: World, value: int, reason: str, code: str
) -> None:
    hub, pk = published.desk("总窗口负责人"), wrong_one().pk
    details = {"wrong_id": pk, "value": Decimal(value), "reason": reason, "now": published.now}
    assert published.attempt(correct_value, hub, **details).code == code


def test_a_corrected_number_does_not_keep_the_multiple_of_the_old_one(published: World) -> None:
    hub, pk = published.desk("总窗口负责人"), wrong_one("tech-smes-listed").pk
    published.do(correct_value, hub, wrong_id=pk, value=Decimal(940), reason="核对后更正", now=published.now)
    assert shown("tech-smes-listed").value.compared == ""


def test_only_the_hub_publishes_and_corrects(published: World) -> None:
    value = NewValue(Decimal(52), date(2022, 11, 30), "截至 2022 年 11 月末", "演示", date(2022, 12, 14))
    details = {"code": "incubators", "value": value, "now": published.now}
    for actor in (published.firm(), published.clerk, published.manager):
        assert published.attempt(publish_value, actor, **details).code == "needs_manager"
        refused = published.attempt(
            correct_value,
            actor,
            wrong_id=wrong_one().pk,
            value=Decimal(1),
            reason="试试",
            now=published.now,
        )
        assert refused.code == "needs_manager"
    published.do(publish_value, published.desk("总窗口负责人"), **details)
    assert shown("incubators").value.text == "52"
    second = {**details, "value": replace(value, value=Decimal(53))}
    hub = published.desk("总窗口负责人")
    assert published.attempt(publish_value, hub, **second).code == "already_published"


@pytest.mark.parametrize("model", [FigureDefinition, FigureValue])
def test_the_database_itself_refuses_to_rewrite(published: World, model: Any) -> None:
    with unscoped("test"), pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()


# ---------------------------------------------------------------- multiples
YEAR, NEXT = Period(date(2020, 1, 1), date(2020, 12, 31)), Period(date(2021, 1, 1), date(2021, 12, 31))


def test_no_multiple_of_nothing_or_of_a_shorter_time() -> None:
    months = Period(date(2020, 1, 1), date(2020, 3, 31))
    assert multiple(Decimal(950), NEXT, Decimal(0), YEAR) is None
    assert multiple(Decimal(950), NEXT, Decimal(500), months) is None
    assert multiple(Decimal(950), NEXT, Decimal(500), YEAR) == Decimal("1.9")


def test_a_leap_year_is_as_long_as_another() -> None:
    assert multiple(Decimal(10), YEAR, Decimal(5), NEXT) == Decimal("2.0")


@given(value=st.integers(0, 10**9), base=st.integers(1, 10**9))
def test_a_multiple_times_its_base_is_the_value(value: int, base: int) -> None:
    found = multiple(Decimal(value), NEXT, Decimal(base), YEAR)
    assert found is not None and abs(found * base - value) <= Decimal("0.05") * base


def test_a_file_may_not_print_a_multiple_of_a_short_base() -> None:
    base = {"value": 100, "period_from": date(2020, 11, 1), "as_of": date(2020, 11, 30)}
    value = {"value": 950, "period_from": date(2021, 1, 1), "base": base}
    printed = {"comparison": "same_period", "comparison_text": "是上年同期的 9.5 倍"}
    with pytest.raises(Refused, match="不能写成倍数"):
        read_figures(row(values=[{**value, **printed}]))
    assert read_figures(row(values=[value]))
