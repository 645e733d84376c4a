from __future__ import annotations

from django.db import models
from django.db.models import Q

from qcy.foundation.database.models import Row
from qcy.foundation.database.rules import AnyOf, ByNode, GlobalRead
from qcy.foundation.nodes.models import Node

from .enums import ArticleKind, ArticleState


class Article(Row):
    """A text of a node while it is written and reviewed. What the public reads is a Publication."""

    scope = AnyOf(ByNode("node_id"))

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="articles")
    kind = models.CharField(max_length=12, choices=ArticleKind.choices)
    state = models.CharField(max_length=10, choices=ArticleState.choices, default=ArticleState.DRAFT)
    title = models.CharField(max_length=80)
    body = models.TextField()  # plain text: blank line = paragraph, "- " = list, "## " = heading
    shown_from = models.DateTimeField(null=True)  # an outage or a closure: when it begins
    shown_until = models.DateTimeField(null=True)  # expires by itself
    version = models.PositiveIntegerField(default=1)
    author_id = models.UUIDField()
    author_desk = models.CharField(max_length=20)
    saved_at = models.DateTimeField()
    returned_because = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)


class Publication(Row):
    """One published version of an article, as everybody may read it. It is never changed, only withdrawn."""

    scope = GlobalRead("published texts")

    article_id = models.UUIDField()
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="publications")
    kind = models.CharField(max_length=12, choices=ArticleKind.choices)
    title = models.CharField(max_length=80)
    body = models.TextField()
    shown_from = models.DateTimeField()
    shown_until = models.DateTimeField(null=True)
    published_at = models.DateTimeField()
    published_desk = models.CharField(max_length=20)
    withdrawn_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article_id"], condition=Q(withdrawn_at=None), name="one_publication_in_force"
            )
        ]
        indexes = [models.Index(fields=["node", "kind", "-published_at"], name="publication_of_node")]
