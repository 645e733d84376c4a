"""The design system says what it was given, safely, and nothing else."""

import re
from pathlib import Path

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string

import qcy.delivery.components as package
from qcy.delivery.components import icons, samples, views
from qcy.delivery.components.templatetags import qcy as tags
from qcy.delivery.components.types import ClockRow, FieldView, Problem

ROOT = Path(package.__file__).parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCREENS = ["", *views.SCREENS]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Names without a hash: a test run has not collected the files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


def html(source: str, **context: object) -> str:
    return Template("{% load qcy %}" + source).render(Context(context))


def gallery(screen: str) -> str:
    template = views.SCREENS.get(screen, "components/gallery.html")
    return render_to_string(template, samples.shell() | samples.components())


@pytest.mark.parametrize("screen", SCREENS)
def test_the_gallery_holds_a_strict_content_security_policy(screen):
    page = gallery(screen)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", page)


@pytest.mark.parametrize("screen", SCREENS)
def test_no_id_stands_twice_on_a_page(screen):
    ids = re.findall(r'\sid="([^"]+)"', gallery(screen))
    assert len(ids) == len(set(ids))


def test_a_misspelt_icon_is_an_error_and_not_an_empty_place():
    with pytest.raises(LookupError, match="map-pinn"):
        icons.svg("map-pinn")


def test_a_tone_without_a_meaning_is_an_error():
    with pytest.raises(ValueError, match="unknown tone"):
        tags.state_tag("danger", "已超期")


def test_clocks_in_one_card_share_one_scale():
    rows = (ClockRow("承诺时限", cells=("u",) * 2), ClockRow("法定时限", cells=("u",) * 5))
    assert html("{% clock rows %}", rows=rows).count('<i class="z">') == 3


def test_the_legend_names_only_the_cells_that_are_shown():
    page = html("{% clock rows %}", rows=(ClockRow("承诺时限", cells=("u", "p", "")),))
    assert re.findall(r"</i>\s+(\S+)\s*</li>", page) == ["已用", "暂停计时", "剩余"]


def test_a_clock_says_in_words_what_its_cells_show():
    page = html("{% clock rows %}", rows=(ClockRow("承诺时限", cells=("u", ""), used=4, left=6),))
    assert "已用 <b>4</b>，还剩 <b>6</b>" in page
    assert 'aria-hidden="true"' in page


def test_figures_are_set_bold_and_the_text_stays_escaped():
    assert tags.figures("<i> 还剩 6 天") == "&lt;i&gt; 还剩 <b>6</b> 天"


def test_a_page_link_keeps_the_filters():
    assert tags.page_url("/cases/?status=open&page=2", 3) == "/cases/?status=open&page=3"


def test_a_list_of_one_page_has_no_pager():
    assert "<nav" not in html("{% pager page %}", page=Paginator(range(3), 20).page(1))


def test_an_error_is_read_with_its_field_and_the_summary_leads_to_it():
    field = FieldView("cost", "f-cost", "成本费用总额", hint="五项之和。", kind="money", error="请填写金额")
    page = html("{% error_summary problems %}{% field f %}", f=field, problems=(Problem("f-cost", "填写"),))
    assert 'href="#f-cost"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="f-cost-hint f-cost-error"' in page


@pytest.mark.parametrize("kind", ["text", "long_text", "code", "count", "money", "date", "yesno", "file"])
def test_every_kind_of_field_has_a_control_with_the_id_that_summaries_point_at(kind):
    page = html("{% field f %}", f=FieldView("x", "f-x", "名称", kind=kind, required=False))
    assert page.count('id="f-x"') == 1
    assert "（选填）" in page


def test_removing_a_file_never_becomes_the_default_button_of_the_form_around_it():
    page = html("{% field f %}", f=FieldView("x", "f-x", "材料", kind="file", files=samples.FILES))
    assert page.count('form="post-form"') == page.count("formaction=")


def test_what_people_type_is_escaped_everywhere():
    page = html("{% field f %}", f=FieldView("x", "f-x", "<b>", value='"><script>', error="<i>"))
    assert "<script>" not in page
    assert "<i>" not in page


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_chinese_text_of_a_template_can_be_translated(path):
    source = re.sub(r"\{#.*?#\}|\{% blocktranslate.*?endblocktranslate %\}", "", path.read_text(), flags=re.S)
    source = re.sub(r'\{% translate .*?%\}|_\("[^"]*"\)|\|date:"[^"]*"', "", source)
    assert not re.findall(r"[\u4e00-\u9fff]+", source)


def test_no_file_of_the_stylesheet_is_longer_than_a_person_reads():
    sheets = (ROOT / "static" / "qcy" / "css").glob("*.css")
    assert all(len(sheet.read_text().splitlines()) <= 400 for sheet in sheets)
