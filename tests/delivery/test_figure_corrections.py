"""The hub puts a published figure right: the old value stays in public, and nothing typed is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from qcy.foundation.database.scope import unscoped
from qcy.insight.models import FigureCorrection, FigureValue
from qcy.insight.services import load_figures
from qcy.insight.typed import number_of
from qcy.kernel.refusals import Refused
from tests.delivery.conftest import SignIn
from tests.world import World, seed

PAGE = "/console/figures/incubators/"
TYPED = {
    "value": "48",
    "reason": "重复计了一个",
    "source": "演示统计公报",
    "source_date": "2026-07-01",
    "approver": "总窗口",
}


@pytest.fixture
def hub(world: World, sign_in: SignIn) -> Client:
    with unscoped("test"):
        load_figures(seed("figures/2021-11"), now=world.now)
    return sign_in(world.desk("总窗口负责人"))


def wrong_id(code: str = "incubators") -> str:
    return str(FigureValue.objects.filter(figure__code=code).order_by("recorded_at", "pk")[0].pk)


def test_the_new_value_is_public_and_the_old_one_stays(hub: Client) -> None:
    sent = TYPED | {"value": "４８", "wrong": wrong_id()}
    assert hub.post(f"{PAGE}correct/", sent).status_code == 302
    made = FigureCorrection.objects.get()
    assert (made.right.value, made.right.source, made.approver) == (Decimal(48), "演示统计公报", "总窗口")
    for address in (PAGE, "/figures/incubators/"):
        page = hub.get(address).text
        assert "49 更正为 48 个" in page and "重复计了一个" in page and "2026-07-01 演示统计公报" in page
    assert "<b>48</b>" in hub.get("/console/figures/").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " \u3000"}, "还没有写更正的原因"),
        ({"value": ""}, "还没有填写更正后的数"),
        ({"value": "四十八"}, "只能由数字、千位逗号和小数点组成"),
        ({"value": "1,5"}, "只能由数字、千位逗号和小数点组成"),
        ({"value": "48.5"}, "只公布整数"),
        ({"value": "9" * 20}, "这个数太大了"),
        ({"value": "49"}, "更正后的数和原来一样"),
        ({"source": ""}, "还没有写来源"),
        ({"source_date": "7月1日"}, "日期没有填对"),
        ({"approver": ""}, "还没有写核定人"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(
    hub: Client, changes: dict[str, str], said: str
) -> None:
    answer = hub.post(f"{PAGE}correct/", TYPED | changes)
    assert answer.status_code == 422 and answer.text.count(said) == 2, "in the summary and at the field"
    for name, value in TYPED.items():
        assert name in changes or value in answer.text
    assert not FigureCorrection.objects.exists()


def test_a_second_click_corrects_nothing_twice(hub: Client) -> None:
    sent = TYPED | {"wrong": wrong_id()}
    hub.post(f"{PAGE}correct/", sent)
    again = hub.post(f"{PAGE}correct/", sent | {"value": "47"})
    assert again.status_code == 409 and "这个数已经更正过" in again.text
    assert FigureCorrection.objects.count() == 1


def test_a_value_of_another_figure_is_not_corrected_from_here(hub: Client) -> None:
    foreign = wrong_id("carriers")
    assert hub.get(f"{PAGE}?value={foreign}").status_code == 404
    assert hub.post(f"{PAGE}correct/", TYPED | {"wrong": foreign}).status_code == 404
    assert hub.post(f"{PAGE}correct/", TYPED | {"wrong": "none"}).status_code == 422


def test_the_rival_of_a_figure_can_be_corrected_too(hub: Client) -> None:
    rival = FigureValue.objects.get(figure__code="high-tech-reviewed", value=238)
    page = hub.get(f"/console/figures/high-tech-reviewed/?value={rival.pk}").text
    assert "更正 238 家" in page and f'name="wrong" value="{rival.pk}"' in page


def test_long_words_are_kept_to_their_length(hub: Client) -> None:
    sent = TYPED | {"approver": "长" * 60, "source": "源" * 300, "reason": "因" * 500}
    assert hub.post(f"{PAGE}correct/", sent).status_code == 302
    made = FigureCorrection.objects.get()
    assert (len(made.approver), len(made.right.source), len(made.reason)) == (40, 120, 200)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1,964", "1964"), (" ３５．２ ", "35.2"), ("−3", "-3"), ("35.20", "35.20"), ("1 964", "1964")],
)
def test_numbers_are_read_as_people_write_them(typed: str, read: str) -> None:
    assert number_of(typed, 1) == Decimal(read)


@pytest.mark.parametrize("typed", ["", "NaN", "1e3", "五", "1,96,4", "3.25", "+", "١٢"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        number_of(typed, 1)
