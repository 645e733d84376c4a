"""Texts of a node: two pairs of eyes, one version in force, nothing shown after its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qcy.domains.content.enums import ArticleState as S
from qcy.domains.content.models import Article, Publication
from qcy.domains.content.queries import (
    announcements,
    expired,
    help_pages,
    notices_today,
    publication_of,
)
from qcy.domains.content.seeds import load_content
from qcy.domains.content.services import Words, create_article, move_article, save_article
from qcy.domains.content.workflow import ARTICLE
from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.database.scope import unscoped
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Refused
from tests.world import World, seed, watched_tables

WORDS = Words("announcement", "受理时间调整", "从下周起，窗口 9 点开始受理。")


def drafted(world: World, by: Actor | None = None, words: Words = WORDS, node: str = "FX") -> Article:
    return world.do(create_article, by or world.clerk, node=world.node(node), words=words, now=world.now)


def moved(world: World, article: Article, *commands: tuple[str, Actor], reason: str = "") -> Article:
    for command, actor in commands:
        details = {"article_id": article.pk, "command": command, "version": article.version}
        article = world.do(move_article, actor, reason=reason, now=world.now, **details)
    return article


def published(world: World, words: Words = WORDS) -> Article:
    article = drafted(world, words=words)
    return moved(world, article, ("submit", world.clerk), ("publish", world.manager))


def titles(world: World, node: str = "FX", **later: float) -> list[str]:
    return [p.title for p in announcements(world.node(node), world.now + timedelta(**later))]


# ---------------------------------------------------------------- the way to the public
def test_the_table_is_sound() -> None:
    assert ARTICLE.validate() == []


def test_a_clerk_writes_the_manager_publishes_everybody_reads(world: World) -> None:
    article = drafted(world)
    assert titles(world) == []
    article = moved(world, article, ("submit", world.clerk))
    assert titles(world) == [] and article.state == S.IN_REVIEW
    moved(world, article, ("publish", world.manager))
    assert titles(world) == ["受理时间调整"]


def test_who_wrote_any_of_it_does_not_publish_it(world: World) -> None:
    article = drafted(world, by=world.manager)
    more = Words(WORDS.kind, WORDS.title, WORDS.body + "\n\n周末不受理。")
    world.do(save_article, world.clerk, article_id=article.pk, words=more, version=1, now=world.now)
    with unscoped("test"):
        article.refresh_from_db()
    article = moved(world, article, ("submit", world.clerk))
    details = {"article_id": article.pk, "version": article.version, "command": "publish"}
    refusal = world.attempt(move_article, world.manager, now=world.now, **details)
    assert refusal.code == "same_person" and "另一位" in refusal.fix
    assert titles(world) == []


def test_only_the_manager_publishes_returns_and_withdraws(world: World) -> None:
    article = moved(world, drafted(world), ("submit", world.clerk))
    details = {"article_id": article.pk, "version": article.version, "now": world.now, "reason": "改一下"}
    for command in ("publish", "return", "withdraw"):
        for actor in (world.clerk, world.clerk2, world.decider):
            assert world.attempt(move_article, actor, command=command, **details).code == "needs_manager"


def test_returning_says_why(world: World) -> None:
    article = moved(world, drafted(world), ("submit", world.clerk))
    details = {"article_id": article.pk, "version": article.version, "command": "return"}
    assert world.attempt(move_article, world.manager, now=world.now, **details).code == "reason_missing"
    article = moved(world, article, ("return", world.manager), reason="没有写找谁问")
    assert (article.state, article.returned_because) == (S.DRAFT, "没有写找谁问")


@pytest.mark.parametrize("command", ["publish", "return", "revise"])
def test_a_draft_takes_no_step_that_is_not_in_the_table(world: World, command: str) -> None:
    details = {"article_id": drafted(world).pk, "version": 1, "command": command, "reason": "试试"}
    assert world.attempt(move_article, world.manager, now=world.now, **details).code == "not_now"


def test_a_text_under_review_is_not_written_on(world: World) -> None:
    article = moved(world, drafted(world), ("submit", world.clerk))
    details = {"article_id": article.pk, "version": article.version, "words": WORDS, "now": world.now}
    assert "退回" in world.attempt(save_article, world.clerk, **details).fix


def test_the_second_of_two_who_edit_is_told(world: World) -> None:
    article = drafted(world)
    details = {"article_id": article.pk, "version": 1, "words": WORDS, "now": world.now}
    world.do(save_article, world.clerk2, **details)
    assert world.attempt(save_article, world.clerk, **details).code == "stale"


# ---------------------------------------------------------------- versions
def test_revising_leaves_the_public_version_until_the_next_is_published(world: World) -> None:
    article = moved(world, published(world), ("revise", world.clerk))
    new = Words(WORDS.kind, "受理时间再调整", "从下周起，窗口 8 点半开始受理。")
    details = {"article_id": article.pk, "version": article.version, "words": new, "now": world.now}
    article = world.do(save_article, world.clerk, **details)
    assert titles(world) == ["受理时间调整"]
    moved(world, article, ("submit", world.clerk), ("publish", world.manager))
    assert titles(world) == ["受理时间再调整"]
    older = Publication.objects.filter(article_id=article.pk).order_by("id")
    assert [p.withdrawn_at is None for p in older] == [False, True], "the older version is kept, withdrawn"


def test_withdrawing_takes_it_from_everybody(world: World) -> None:
    article = moved(world, published(world), ("withdraw", world.manager))
    assert titles(world) == []
    assert publication_of(world.node(), article.pk, world.now) is None


def test_every_step_is_on_record(world: World) -> None:
    article = published(world)
    with unscoped("test"):
        kinds = AuditEvent.objects.filter(stream=f"article:{article.pk}").order_by("seq")
        assert [e.type for e in kinds] == ["article.write", "article.submit", "article.publish"]
        assert all(e.node_id == article.node_id and e.actor_id for e in kinds)


# ---------------------------------------------------------------- time
def test_an_announcement_runs_out_by_itself(world: World) -> None:
    until = world.now + timedelta(days=2)
    article = published(world, Words("announcement", "临时安排", "本周有效。", shown_until=until))
    assert titles(world, days=1) == ["临时安排"] and titles(world, days=2) == []
    link = publication_of(world.node(), article.pk, until)
    assert link and expired(link, until), "an old link still opens, and says that it is over"


def test_one_planned_for_later_waits(world: World) -> None:
    begins = world.now + timedelta(days=1)
    published(world, Words("news", "明天见", "明天开始。", shown_from=begins))
    assert titles(world) == [] and titles(world, days=1) == ["明天见"]


def test_what_has_run_out_before_it_is_published_is_refused(world: World) -> None:
    over = Words("news", "昨天的事", "已经过了。", shown_until=world.now - timedelta(minutes=1))
    article = moved(world, drafted(world, words=over), ("submit", world.clerk))
    details = {"article_id": article.pk, "version": article.version, "command": "publish"}
    assert world.attempt(move_article, world.manager, now=world.now, **details).code == "shown_until"
    assert not Publication.objects.exists()


def outage(world: World, begins: float, ends: float) -> Words:
    now = world.now
    return Words(
        "outage", "窗口停办", "设备检修。", now + timedelta(hours=begins), now + timedelta(hours=ends)
    )


@pytest.mark.parametrize(
    ("begins", "ends", "seen"),
    [
        (-1, 1, True),  # now
        (6, 8, True),  # tonight: said all day
        (24, 26, False),  # tomorrow: in the list, not yet on every page
        (-30, 2, True),  # since yesterday
    ],
)
def test_outages_of_this_day_are_in_force(world: World, begins: float, ends: float, seen: bool) -> None:
    published(world, outage(world, begins, ends))
    assert bool(notices_today(world.node(), world.now)) == seen
    assert titles(world) == ["窗口停办"], "it is announced before it begins"


def test_the_hubs_outage_concerns_every_node_and_a_nodes_only_itself(world: World) -> None:
    published(world, outage(world, -1, 1))
    assert not notices_today(world.node("XX"), world.now)
    assert not notices_today(world.node(), world.now + timedelta(hours=2)), "over is over"
    with unscoped("test"):
        load_content({"texts": [hub_outage()]}, now=world.now)
    assert len(notices_today(world.node(), world.now)) == 2
    assert len(notices_today(world.node("XX"), world.now)) == 1


def hub_outage() -> dict[str, Any]:
    text = {"node": "XX", "kind": "outage", "title": "系统维护", "body": "今晚维护。"}
    return {**text, "from": "+0 22:00", "until": "+1 00:00"}


def test_the_bar_on_every_page_costs_one_query_and_then_none(world: World) -> None:
    node = world.node()
    for queries in (1, 0, 0):
        with CaptureQueriesContext(connection) as asked:
            notices_today(node, world.now)
        assert len(asked) == queries


def test_an_outage_needs_its_beginning_and_its_end(world: World) -> None:
    details = {"node": world.node(), "now": world.now}
    without = Words("outage", "停机", "检修。")
    assert world.attempt(create_article, world.clerk, words=without, **details).code == "shown_from"
    backwards = outage(world, 2, 1)
    assert world.attempt(create_article, world.clerk, words=backwards, **details).code == "shown_until"


# ---------------------------------------------------------------- whose
def test_a_node_shows_its_own_texts_and_the_hubs(world: World) -> None:
    published(world)
    with unscoped("test"):
        load_content({"texts": [hub_outage()]}, now=world.now)
    assert set(titles(world)) == {"受理时间调整", "系统维护"} and titles(world, "XX") == ["系统维护"]


@pytest.mark.tenancy
def test_a_draft_is_seen_by_its_node_only(world: World) -> None:
    article = drafted(world)
    with watched_tables() as tables:
        before = tables()
        for actor in (world.hub_clerk, world.desk("总窗口负责人"), world.firm()):
            details = {"article_id": article.pk, "version": 1, "now": world.now}
            with pytest.raises(Article.DoesNotExist):
                world.do(save_article, actor, words=WORDS, **details)
            with pytest.raises(Article.DoesNotExist):
                world.do(move_article, actor, command="submit", **details)
        after = tables()
    assert after["content.Article"] == before["content.Article"]
    assert after["content.Publication"] == before["content.Publication"]


def test_one_writes_for_ones_own_node_and_help_only_for_the_hub(world: World) -> None:
    details = {"words": WORDS, "now": world.now}
    refused = world.attempt(create_article, world.clerk, node=world.node("XX"), **details)
    assert refused.code == "not_your_role"
    help_text = Words("help", "怎么办", "这样办。")
    refused = world.attempt(create_article, world.clerk, node=world.node(), words=help_text, now=world.now)
    assert "总窗口" in refused.why
    drafted(world, by=world.hub_clerk, words=help_text, node="XX")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (Words("poem", "标题", "正文"), "kind"),
        (Words("news", " \u3000 ", "正文"), "title"),
        (Words("news", "长" * 81, "正文"), "title"),
        (Words("news", "标题", "\u200b\n"), "body"),
        (Words("news", "标题", "长" * 20_001), "body"),
    ],
)
def test_what_is_missing_is_named(world: World, words: Words, code: str) -> None:
    assert (
        world.attempt(create_article, world.clerk, node=world.node(), words=words, now=world.now).code == code
    )


# ---------------------------------------------------------------- files
def test_help_and_demo_texts_load_once_in_the_order_of_the_file(world: World) -> None:
    with unscoped("test"):
        document = seed("content/help")
        assert load_content(document, now=world.now) == 8
        assert load_content(document, now=world.now + timedelta(days=1)) == 0
        assert load_content(seed("content/demo"), now=world.now) == 6
        assert load_content(seed("content/demo"), now=world.now) == 0
    assert [p.title for p in help_pages(world.now)] == [t["title"] for t in document["texts"]]
    shown = announcements(world.node(), world.now)
    assert len(shown) == 6 and all(p.is_demo for p in shown)
    assert len(notices_today(world.node(), world.now)) == 1


def test_a_new_wording_in_the_file_is_a_new_version_in_the_old_place(world: World) -> None:
    document = seed("content/help")
    with unscoped("test"):
        load_content(document, now=world.now)
        document["texts"][0]["body"] = "换了说法。"
        assert load_content(document, now=world.now) == 1
    pages = help_pages(world.now)
    assert len(pages) == 8 and pages[0].body == "换了说法。"


def test_a_help_page_the_hub_has_made_its_own_is_left_alone(world: World) -> None:
    document = seed("content/help")
    with unscoped("test"):
        load_content(document, now=world.now)
        article = Article.objects.get(title="怎么找事项")
    clerk = world.hub_clerk
    article = moved(world, article, ("revise", clerk))
    own = Words("help", "怎么找事项", "问我们就行。")
    details = {"article_id": article.pk, "version": article.version, "words": own, "now": world.now}
    article = world.do(save_article, clerk, **details)
    document["texts"][0]["body"] = "换了说法。"
    with unscoped("test"):
        assert load_content(document, now=world.now) == 0


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "没有 texts"),
        ({"texts": [{"node": "FX"}]}, "缺少"),
        ({"texts": [{"node": "ZZ", "kind": "news", "title": "a", "body": "b"}]}, "还没有载入"),
        ({"texts": [{"node": "FX", "kind": "x", "title": "a", "body": "b"}]}, "类别"),
        (
            {"texts": [{"node": "FX", "kind": "news", "title": "a", "body": "b", "from": "soon"}]},
            "-2 09:00",
        ),
    ],
)
def test_a_wrong_file_is_refused_in_words(world: World, document: dict[str, Any], words: str) -> None:
    with unscoped("test"), pytest.raises(Refused, match=words):
        load_content(document, now=world.now)
