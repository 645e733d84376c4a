from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Decision, Refusal, Refused
from qcy.kernel.text import clean

from .access import can_change, can_move, can_write, stream_of
from .enums import ArticleKind
from .models import Article, Publication
from .queries import held_notices
from .text import clean_text, clean_title
from .workflow import ARTICLE

LONGEST_TITLE, LONGEST_BODY, LONGEST_REASON = 80, 20_000, 300

STALE = Refusal(
    "stale",
    why="您打开以后，别人改过这篇内容。",
    fix="您写的还在下面，请对照别人的改动后再保存。",
)
NO_TITLE = Refusal("title", why="还没有写标题。", fix="请用一句话写清是什么事。")
LONG_TITLE = Refusal("title", why=f"标题最多 {LONGEST_TITLE} 个字。", fix="请精简标题，细节写进正文。")
NO_BODY = Refusal("body", why="还没有写正文。", fix="请写清是什么事、从什么时候起、找谁问。")
LONG_BODY = Refusal("body", why=f"正文最多 {LONGEST_BODY} 个字。", fix="请分成几篇。")
UNKNOWN_KIND = Refusal("kind", why="还没有选类别。", fix="请从列表里选一个。")
NO_WINDOW = Refusal("shown_from", why="停机与停办要写起止时间。", fix="请填从几时到几时。")
BACKWARDS = Refusal("shown_until", why="结束时间早于开始时间。", fix="请核对两个时间。")
OVER = Refusal("shown_until", why="结束时间已经过了，发布后谁也看不到。", fix="请先改结束时间。")
NO_REASON = Refusal("reason_missing", why="还没有写退回的原因。", fix="请写清哪里要改、怎么改。")


@dataclass(frozen=True)
class Words:
    """What an author types; cleaned and judged before it is stored."""

    kind: str
    title: str
    body: str
    shown_from: datetime | None = None
    shown_until: datetime | None = None


def cleaned(words: Words) -> Words:
    title, body = clean_title(words.title), clean_text(words.body)
    checks = (
        (words.kind not in ArticleKind.values, UNKNOWN_KIND),
        (not title, NO_TITLE),
        (len(title) > LONGEST_TITLE, LONG_TITLE),
        (not body, NO_BODY),
        (len(body) > LONGEST_BODY, LONG_BODY),
        (words.kind == ArticleKind.OUTAGE and not (words.shown_from and words.shown_until), NO_WINDOW),
        (bool(words.shown_from and words.shown_until and words.shown_until <= words.shown_from), BACKWARDS),
    )
    for wrong, refusal in checks:
        if wrong:
            raise Refused(refusal)
    return Words(words.kind, title, body, words.shown_from, words.shown_until)


@transaction.atomic
def create_article(*, actor: Actor, node: Node, words: Words, now: datetime) -> Article:
    allow(can_write(actor, node, words.kind))
    article = Article(node=node, author_id=actor.me, author_desk=actor.desk_at(node.pk), saved_at=now)
    _write(article, cleaned(words))
    article.save(force_insert=True)
    record(article, "article.write", now, actor.me)
    return article


@transaction.atomic
def save_article(*, actor: Actor, article_id: UUID, words: Words, version: int, now: datetime) -> Article:
    """Only a draft is written on, and only by somebody who has seen what stands there."""
    article = _held(actor, article_id)
    allow(can_change(actor, article))
    if article.version != version:
        raise Refused(STALE)
    wanted = cleaned(words)
    allow(can_write(actor, article.node, wanted.kind))
    _write(article, wanted)
    article.author_id, article.author_desk = actor.me, actor.desk_at(article.node_id)
    article.saved_at, article.version = now, article.version + 1
    article.save()
    record(article, "article.write", now, actor.me)
    return article


@transaction.atomic
def move_article(
    *, actor: Actor, article_id: UUID, command: str, version: int, reason: str = "", now: datetime
) -> Article:
    """One step of the table."""
    article = _held(actor, article_id)
    if article.version != version:
        raise Refused(STALE)
    allow(can_move(actor, article, command))
    words = clean(reason).strip()[:LONGEST_REASON]
    if ARTICLE.move(command).needs_reason and not words:
        raise Refused(NO_REASON)
    step(article, command, desk=actor.desk_at(article.node_id), reason=words, by=actor.me, now=now)
    return article


def step(
    article: Article, command: str, *, desk: str, reason: str = "", by: UUID | None, now: datetime
) -> None:
    target = ARTICLE.move(command).target
    assert target is not None
    if command == "publish":
        _publish(article, desk, now)
    elif command == "withdraw":
        _withdraw(article, now)
    if command in ("return", "submit"):
        article.returned_because = reason
    article.state, article.version = target, article.version + 1
    article.save()
    record(article, f"article.{command}", now, by)


def _held(actor: Actor, article_id: UUID) -> Article:
    found: Article = Article.objects.visible_to(actor).select_related("node").for_update().get(pk=article_id)
    return found


def _write(article: Article, words: Words) -> None:
    article.kind, article.title, article.body = words.kind, words.title, words.body
    article.shown_from, article.shown_until = words.shown_from, words.shown_until


def _publish(article: Article, desk: str, now: datetime) -> None:
    """A new row; the one before it is withdrawn in the same moment, so one text is in force."""
    if article.shown_until and article.shown_until <= now:
        raise Refused(OVER)
    _withdraw(article, now)
    Publication(
        article_id=article.pk,
        node=article.node,
        kind=article.kind,
        title=article.title,
        body=article.body,
        shown_from=article.shown_from or now,
        shown_until=article.shown_until,
        published_at=now,
        published_desk=desk,
        is_demo=article.is_demo,
    ).save(force_insert=True)
    held_notices.forget()


def _withdraw(article: Article, now: datetime) -> None:
    Publication.objects.filter(article_id=article.pk, withdrawn_at=None).update(withdrawn_at=now)
    held_notices.forget()


def allow(decision: Decision) -> None:
    if decision.reason:
        raise Refused(decision.reason)


def record(article: Article, type: str, now: datetime, by: UUID | None) -> None:
    payload: Mapping[str, Any] = {"article": str(article.pk), "version": article.version}
    record_audit(
        stream=stream_of(article),
        type=type,
        now=now,
        actor_id=by,
        node_id=article.node_id,
        payload=payload,
    )
