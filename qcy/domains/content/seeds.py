"""Help pages and demo texts from files (`seeds/content/*.yaml`). Loading a file again changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from qcy.foundation.nodes.models import Node
from qcy.kernel.local_time import SHANGHAI, local_day
from qcy.kernel.refusals import Refusal, Refused

from .enums import ArticleState
from .models import Article
from .services import Words, cleaned, record, step

PLATFORM = UUID(int=0)  # nobody's id: whoever edits such a text becomes its author
DESK = "平台"
MOMENT = re.compile(r"([+-]\d{1,3}) (\d{2}):(\d{2})")  # "-2 09:00": two days ago at nine
FIX = "请对照 seeds/content 里的样例改正后再载入。"


@transaction.atomic
def load_content(document: Mapping[str, Any], *, now: datetime) -> int:
    """Publish the texts of a file; returns how many were new or have changed.

    A text of the file whose wording has changed replaces the one loaded before, unless people of the
    node have since made it their own.
    """
    rows = document.get("texts")
    if not isinstance(rows, list) or not rows:
        raise _refused("这个文件里没有 texts 列表。")
    return sum(_load(row, bool(document.get("demo")), now) for row in rows)


def _load(row: Any, is_demo: bool, now: datetime) -> int:
    if not isinstance(row, Mapping) or not {"node", "kind", "title", "body"} <= set(row):
        raise _refused("有一篇内容缺少 node、kind、title 或 body。")
    node = Node.objects.filter(code=row["node"]).first()
    if node is None:
        raise _refused(f"节点 {row['node']} 还没有载入。")
    words = cleaned(_words(row, now))
    held = Article.objects.filter(node=node, kind=words.kind, title=words.title).first()
    if held is not None and (held.author_id != PLATFORM or held.body == words.body):
        return 0
    article = held or Article(node=node, author_id=PLATFORM, author_desk=DESK, is_demo=is_demo, saved_at=now)
    _publish(article, words, _moment(row.get("published"), now) or now)
    return 1


def _words(row: Mapping[str, Any], now: datetime) -> Words:
    return Words(
        kind=str(row["kind"]),
        title=str(row["title"]),
        body=str(row["body"]),
        shown_from=_moment(row.get("from"), now),
        shown_until=_moment(row.get("until"), now),
    )


def _publish(article: Article, words: Words, at: datetime) -> None:
    """The platform's own texts come from a reviewed file: they need no second reader here."""
    for name in ("kind", "title", "body", "shown_from", "shown_until"):
        setattr(article, name, getattr(words, name))
    article.state, article.saved_at = ArticleState.DRAFT, at
    article.save()
    record(article, "article.write", at, None)
    for command in ("submit", "publish"):
        step(article, command, desk=DESK, by=None, now=at)


def _moment(text: Any, now: datetime) -> datetime | None:
    """A day counted from today, so that demo texts are always recent."""
    if text is None:
        return None
    found = MOMENT.fullmatch(str(text))
    if found is None:
        raise _refused(f"时间写的是“{text}”，应当像 -2 09:00。")
    days, hour, minute = (int(part) for part in found.groups())
    return datetime.combine(local_day(now) + timedelta(days=days), time(hour, minute), SHANGHAI)


def _refused(why: str) -> Refused:
    return Refused(Refusal("content_file", why=why, fix=FIX))
