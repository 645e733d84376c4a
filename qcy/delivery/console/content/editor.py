"""What the pages of one text show: the fields, the steps that are open, the version that is public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qcy.domains.content.access import can_move
from qcy.domains.content.enums import ArticleKind, ArticleState
from qcy.domains.content.models import Article
from qcy.domains.content.queries import public_version
from qcy.domains.content.services import LONGEST_BODY, LONGEST_REASON, LONGEST_TITLE
from qcy.domains.content.text import blocks, clean_title
from qcy.domains.content.workflow import ARTICLE
from qcy.foundation.nodes.models import Node, NodeKind

TONES = {
    ArticleState.DRAFT: "",
    ArticleState.IN_REVIEW: "info",
    ArticleState.PUBLISHED: "ok",
    ArticleState.WITHDRAWN: "",
}
LABELS = {"return": "退回", "publish": "发布", "withdraw": "撤下", "revise": "修订", "submit": "送审"}


@dataclass(frozen=True)
class Action:
    """A step of the table that is open to this person, or shut with a sentence that says why."""

    command: str
    closed_because: str = ""

    @property
    def label(self) -> str:
        return _(LABELS[self.command])

    @property
    def needs_reason(self) -> bool:
        return ARTICLE.move(self.command).needs_reason


def actions_for(actor: Any, article: Article) -> list[Action]:
    """Steps of the table from here. Of those for other roles nothing is shown; a shut one says why."""
    roles = actor.roles_at(article.node_id)
    found = []
    for move in ARTICLE.allowed(ArticleState(article.state)):
        if move.target is not None and move.roles & roles:
            decision = can_move(actor, article, move.command)
            found.append(Action(move.command, str(decision.reason) if decision.reason else ""))
    return found


def kinds_for(node: Node) -> list[tuple[str, str]]:
    """Help pages are written at the hub."""
    return [
        (k.value, _(str(k.label))) for k in ArticleKind if k != ArticleKind.HELP or node.kind == NodeKind.HUB
    ]


def editor_of(actor: Any, node: Node, typed: Any, held: Article | None) -> dict[str, Any]:
    return {
        "node": node,
        "article": held,
        "typed": typed,
        "kinds": kinds_for(node),
        "steps": [a for a in actions_for(actor, held) if a.command != "submit"] if held else [],
        "title": clean_title(typed.title),
        "blocks": blocks(typed.body),
        "public": public_version(held.pk) if held else None,
        "longest_title": LONGEST_TITLE,
        "longest_body": LONGEST_BODY,
    }


def reader_of(actor: Any, article: Article) -> dict[str, Any]:
    return {
        "article": article,
        "tone": TONES[ArticleState(article.state)],
        "blocks": blocks(article.body),
        "steps": actions_for(actor, article),
        "public": public_version(article.pk),
        "longest_reason": LONGEST_REASON,
    }
