"""Announcements, help, the editor of a node, and public answers, as people meet them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qcy.delivery.web.pages import page_of
from qcy.domains.content.models import Article, Publication
from qcy.domains.content.seeds import load_content
from qcy.domains.content.services import Words, create_article, move_article
from qcy.engines.ratings.models import Complaint
from qcy.engines.ratings.services import file_complaint
from qcy.engines.ratings.voice import answer_complaint, publish_comment
from qcy.foundation.database.scope import unscoped
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.actor import VISITOR
from tests.delivery.conftest import SignIn
from tests.world import World, seed

SENT = {"kind": "news", "title": "通知", "body": "正文", "action": "save"}


@pytest.fixture
def furnished(world: World) -> World:
    with unscoped("test"):
        load_content(seed("content/help"), now=world.now)
        load_content(seed("content/demo"), now=world.now)
    return world


def published(world: World, words: Words) -> Article:
    article = world.do(create_article, world.clerk, node=world.node(), words=words, now=world.now)
    for command, actor in (("submit", world.clerk), ("publish", world.manager)):
        details = {"article_id": article.pk, "version": article.version, "now": world.now}
        article = world.do(move_article, actor, command=command, **details)
    return article


# ---------------------------------------------------------------- the public
def test_empty_pages_say_what_will_come(world: World, client: Client) -> None:
    assert "还没有通知公告" in client.get("/n/fengxi/news/").text
    assert "帮助还在准备" in client.get("/help/").text
    assert "还没有公开的留言" in client.get("/n/fengxi/voice/").text


def test_the_list_is_newest_first_marked_and_filtered(furnished: World, client: Client) -> None:
    html = client.get("/n/fengxi/news/").text
    assert html.index("3 号窗口检修") < html.index("系统维护") < html.index("视频核实")
    assert html.count("演示数据") >= 6
    guides = client.get("/n/fengxi/news/?kind=guide").text
    assert "先准备这三样" in guides and "视频核实" not in guides
    assert "这一类还没有内容" in client.get("/n/xixian/news/?kind=news").text
    assert client.get("/n/fengxi/news/?kind=<x>&page=abc").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("per_page", [1, 2, 3, 20])
@pytest.mark.parametrize("wanted", [None, "", "1", "2", "99", "<x>"])
def test_a_page_of_a_list_is_what_djangos_is(world: World, per_page: int, wanted: str | None) -> None:
    found = Node.objects.order_by("slug")[:3]
    ours, theirs = page_of(found, per_page, wanted), Paginator(found, per_page).get_page(wanted)
    assert [n.slug for n in ours] == [n.slug for n in theirs]
    assert (ours.number, ours.paginator.count) == (theirs.number, theirs.paginator.count)
    assert ours.has_other_pages() == theirs.has_other_pages()


def test_what_was_typed_as_markup_is_shown_as_text(world: World, client: Client) -> None:
    body = "<script>alert(1)</script>\n\n•\t<b>粗</b>"
    article = published(world, Words("news", "<i>标题</i>", body))
    html = client.get(f"/n/fengxi/news/{article.pk}/").text
    assert "<script>alert" not in html and "<b>粗" not in html and "<i>标题" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "<li>&lt;b&gt;粗&lt;/b&gt;</li>" in html


def test_an_old_link_opens_and_says_that_it_is_over(world: World, client: Client, settings: Any) -> None:
    words = Words("news", "限时", "两天有效。", shown_until=world.now + timedelta(days=2))
    address = f"/n/fengxi/news/{published(world, words).pk}/"
    assert "过了展示的时间" not in client.get(address).text
    settings.QCY_FREEZE_NOW = (world.now + timedelta(days=3)).isoformat()
    assert "过了展示的时间" in client.get(address).text
    assert "限时" not in client.get("/n/fengxi/news/").text


def test_the_bar_stands_on_every_page_of_the_node_and_on_no_other(furnished: World, client: Client) -> None:
    for address in ("/n/fengxi/", "/n/fengxi/matters/tsme/", "/n/fengxi/news/", "/n/fengxi/voice/"):
        html = client.get(address).text
        assert "今天的停办和停机" in html and "今天 13:00–18:00" in html, address
    assert "今天的停办和停机" not in client.get("/").text


def test_help_answers_eight_questions_in_order(furnished: World, client: Client) -> None:
    html = client.get("/help/").text
    places = [html.index(f'tabindex="-1">{t["title"]}</h2>') for t in seed("content/help")["texts"]]
    assert len(places) == 8 and places == sorted(places)


@pytest.mark.parametrize("address", ["/n/fengxi/news/", "/help/", "/n/fengxi/voice/"])
def test_pages_cost_few_queries(furnished: World, client: Client, address: str) -> None:
    client.get(address)  # nodes and today's closures are held from here on
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) <= 12


# ---------------------------------------------------------------- the console
def test_writing_sending_on_and_publishing_from_the_console(world: World, sign_in: SignIn) -> None:
    clerk, manager = sign_in(world.clerk), sign_in(world.manager)
    answer = clerk.post("/console/content/new/", {**SENT, "action": "submit"}, follow=True)
    assert "已送审" in answer.text and "等节点负责人" in answer.text
    with unscoped("test"):
        article = Article.objects.get()
    page = f"/console/content/{article.pk}/"
    assert "发布" in manager.get(page).text
    answer = manager.post(f"{page}publish/", {"version": article.version}, follow=True)
    assert "公众现在就能看到" in answer.text
    assert "通知" in Client().get("/n/fengxi/news/").text
    assert Publication.objects.get().published_desk == "节点负责人"


def test_the_author_reads_why_it_is_shut(world: World, sign_in: SignIn) -> None:
    manager = sign_in(world.manager)
    manager.post("/console/content/new/", {**SENT, "action": "submit"})
    with unscoped("test"):
        article = Article.objects.get()
    assert "不能由自己发布" in manager.get(f"/console/content/{article.pk}/").text
    refused = manager.post(f"/console/content/{article.pk}/publish/", {"version": article.version})
    assert refused.status_code == 403 and "另一位负责人" in refused.text


def test_of_two_who_edit_the_second_sees_both_texts_and_decides(world: World, sign_in: SignIn) -> None:
    first, second = sign_in(world.clerk), sign_in(world.clerk2)
    first.post("/console/content/new/", SENT)
    with unscoped("test"):
        page = f"/console/content/{Article.objects.get().pk}/"
    first.post(page, {**SENT, "body": "第一个人写的", "version": "1"})
    mine = {**SENT, "body": "第二个人写的"}
    answer = second.post(page, {**mine, "version": "1"})
    assert answer.status_code == 409
    assert "第一个人写的" in answer.text and "第二个人写的" in answer.text and "别人保存的" in answer.text
    assert second.post(page, {**mine, "version": "2"}).status_code == 302


def test_a_mistake_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    answer = sign_in(world.clerk).post(
        "/console/content/new/", {**SENT, "title": "", "body": "写了很久的正文"}
    )
    assert answer.status_code == 422 and "写了很久的正文" in answer.text and "还没有写标题" in answer.text
    wrong = {**SENT, "shown_from": "tomorrow"}
    assert "时间没有填对" in sign_in(world.clerk).post("/console/content/new/", wrong).text


def test_a_mistake_does_not_hide_that_somebody_else_has_saved(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.clerk)
    client.post("/console/content/new/", SENT)
    with unscoped("test"):
        page = f"/console/content/{Article.objects.get().pk}/"
    sign_in(world.clerk2).post(page, {**SENT, "body": "别人写的", "version": "1"})
    wrong = client.post(page, {**SENT, "shown_from": "tomorrow", "version": "1"})
    assert 'name="version" value="1"' in wrong.text


def test_the_preview_shows_pasted_text_as_it_will_stand(world: World, sign_in: SignIn) -> None:
    sent = {"title": "要带什么", "body": "•\t执照\n•\t公章"}
    html = sign_in(world.clerk).post("/console/content/preview/", sent).text
    assert "<li>执照</li><li>公章</li>" in html
    typed = sign_in(world.clerk).post("/console/content/new/", {**SENT, **sent, "action": "preview"})
    assert "<li>执照</li>" in typed.text
    with unscoped("test"):
        assert not Article.objects.exists()


# ---------------------------------------------------------------- voice
def test_the_consent_travels_with_the_complaint(world: World, client: Client) -> None:
    client.post("/complaints/new/", {"text": "等了很久", "node": "fengxi", "may_publish": "yes"})
    client.post("/complaints/new/", {"text": "等了很久", "node": "fengxi"})
    with unscoped("test"):
        agreed = list(Complaint.objects.order_by("id").values_list("may_publish", flat=True))
    assert agreed == [True, False]


def answered(world: World) -> Complaint:
    details = {"node": world.node(), "text": "王小明：三楼没有人", "contact": "13800009999", "page": "/"}
    held = world.do(file_complaint, VISITOR, may_publish=True, now=world.now, **details)
    words = {"complaint_id": held.pk, "text": "已安排人员到岗。", "now": world.now}
    return world.do(answer_complaint, world.clerk, **words)


def test_the_public_reads_moderated_text_answer_and_rate(world: World, client: Client) -> None:
    held = answered(world)
    details = {"complaint_id": held.pk, "text": "三楼没有人", "now": world.now}
    world.do(publish_comment, world.manager, **details)
    html = client.get("/n/fengxi/voice/").text
    assert "三楼没有人" in html and "已安排人员到岗" in html and "已答复 1 / 收到 1 件" in html
    assert "王小明" not in html and "13800009999" not in html
    assert "三楼没有人" not in client.get("/n/xixian/voice/").text


def test_a_receipt_number_shows_state_and_answer_only(world: World, client: Client) -> None:
    held = answered(world)
    html = client.get("/complaints/answer/", {"number": held.number}).text
    assert "已安排人员到岗" in html and "王小明" not in html and "13800009999" not in html
    unknown = client.get("/complaints/answer/", {"number": "TS-FX-20260708-9999"})
    assert unknown.status_code == 404 and "再核对一遍" in unknown.text


def test_numbers_cannot_be_tried_in_bulk(world: World, client: Client) -> None:
    seen = {
        client.get("/complaints/answer/", {"number": f"TS-FX-20260708-{n:04d}"}).status_code
        for n in range(40)
    }
    assert 429 in seen


def test_the_console_answers_publishes_and_takes_down(world: World, sign_in: SignIn) -> None:
    details = {"node": world.node(), "text": "王小明：三楼没有人", "contact": "", "page": "/"}
    held = world.do(file_complaint, VISITOR, may_publish=True, now=world.now, **details)
    clerk, manager = sign_in(world.clerk), sign_in(world.manager)
    at = f"/console/complaints/{held.pk}/"
    empty = clerk.post(f"{at}answer/", {"text": " "})
    assert empty.status_code == 422 and "还没有写答复" in empty.text
    assert "已答复" in clerk.post(f"{at}answer/", {"text": "已到岗。"}, follow=True).text
    assert f"{at}publish/" not in clerk.get("/console/complaints/").text
    assert f"{at}publish/" in manager.get("/console/complaints/").text
    assert "已公开" in manager.post(f"{at}publish/", {"text": "三楼没有人"}, follow=True).text
    gone = manager.post(f"{at}keep/", {"what": "withdraw", "text": "漏了名字"}, follow=True)
    assert "已撤下" in gone.text and "漏了名字" in gone.text


def test_verification_codes_cannot_be_tried_in_bulk(world: World, client: Client) -> None:
    seen = [client.get(f"/verify/{n:018d}/").status_code for n in range(40)]
    assert 429 in seen and seen[0] == 422
