"""What the public reads. A text that has run out is gone the moment it is read: no job has to remember it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from qcy.foundation.database.held import Held
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.nodes.queries import node_of
from qcy.kernel.local_time import SHANGHAI, local_day

from .enums import ArticleKind
from .models import Publication

HELD_SECONDS = 10
NEWS_KINDS = (ArticleKind.ANNOUNCEMENT, ArticleKind.OUTAGE, ArticleKind.GUIDE, ArticleKind.NEWS)


def in_force(now: datetime) -> Q:
    """Published, not withdrawn, not expired. An outage is announced before it begins."""
    begun = Q(shown_from__lte=now) | Q(kind=ArticleKind.OUTAGE)
    lasting = Q(shown_until=None) | Q(shown_until__gt=now)
    return begun & lasting & Q(withdrawn_at=None, published_at__lte=now)


def of_node(node: Node) -> Q:
    """A node shows its own texts and the hub's."""
    hub = node_of("")
    return Q(node_id__in={node.pk, hub.pk if hub else node.pk})


def announcements(node: Node, now: datetime, kind: str = "") -> QuerySet[Publication]:
    """Texts of the node and of the hub, newest first; `kind` narrows them."""
    kinds = (kind,) if kind in NEWS_KINDS else NEWS_KINDS
    found: QuerySet[Publication] = Publication.objects.filter(in_force(now), of_node(node), kind__in=kinds)
    return found.select_related("node").defer("body").order_by("-published_at", "-id")


def publication_of(node: Node, article_id: UUID, now: datetime) -> Publication | None:
    """The text behind a link, also after it has expired (the page says so), never once withdrawn."""
    found = Publication.objects.filter(of_node(node), article_id=article_id, withdrawn_at=None)
    begun = Q(shown_from__lte=now) | Q(kind=ArticleKind.OUTAGE)
    text: Publication | None = (
        found.filter(begun, kind__in=NEWS_KINDS, published_at__lte=now).select_related("node").first()
    )
    return text


def help_pages(now: datetime) -> list[Publication]:
    """In the order they were written in: a new version of a page keeps its place."""
    found = Publication.objects.filter(in_force(now), kind=ArticleKind.HELP, node__kind=NodeKind.HUB)
    return list(found.order_by("article_id"))


def _read_notices() -> tuple[Publication, ...]:
    found = Publication.objects.filter(kind=ArticleKind.OUTAGE, withdrawn_at=None)
    return tuple(found.select_related("node").defer("body").order_by("shown_from", "id"))


held_notices: Held[tuple[Publication, ...]] = Held(_read_notices, HELD_SECONDS)


def notices_today(node: Node, now: datetime) -> tuple[Publication, ...]:
    """Outages and closures of this day, of the node and of the hub. No query while the list is held."""
    tomorrow = datetime.combine(local_day(now) + timedelta(days=1), time(), SHANGHAI)
    return tuple(
        notice
        for notice in held_notices()
        if (notice.node_id == node.pk or notice.node.kind == NodeKind.HUB)
        and notice.shown_from < tomorrow
        and (notice.shown_until is None or notice.shown_until > now)
    )


def expired(publication: Publication, now: datetime) -> bool:
    return publication.shown_until is not None and publication.shown_until <= now


def public_version(article_id: UUID) -> Publication | None:
    """What everybody reads of this article right now, while a further version is being written."""
    found: Publication | None = Publication.objects.filter(article_id=article_id, withdrawn_at=None).first()
    return found


def public_ids(article_ids: list[UUID]) -> set[UUID]:
    """Which of these articles everybody can read right now, in whatever state their next version is."""
    found = Publication.objects.filter(article_id__in=article_ids, withdrawn_at=None)
    return set(found.values_list("article_id", flat=True))
