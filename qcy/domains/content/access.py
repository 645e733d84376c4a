from __future__ import annotations

from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Decision, Refusal

from .enums import ArticleKind, ArticleState
from .models import Article
from .workflow import ARTICLE, STAFF

NOT_STAFF = Refusal("not_your_role", why="这是别的节点的内容。", fix="请在自己的节点起草。")
NOT_NOW = Refusal("not_now", why="这篇内容现在不能做这个操作。", fix="请查看它的最新状态。")
IN_REVIEW = Refusal("not_now", why="这篇内容已经送审，不能再改。", fix="请先由节点负责人退回。")
PUBLIC = Refusal("not_now", why="这篇内容已经定稿，不能直接改。", fix="请先点“修订”，改好再送审。")
NEEDS_MANAGER = Refusal(
    "needs_manager", why="发布、退回和撤下由节点负责人办理。", fix="请送审，或告诉节点负责人。"
)
OWN_TEXT = Refusal(
    "same_person", why="您写过这一稿，不能由自己发布。", fix="请由本节点的另一位负责人审核发布。"
)
HELP_IS_THE_HUBS = Refusal(
    "not_your_role", why="使用帮助由总窗口统一编写。", fix="本节点的说明请用“办事指引”。"
)


def can_write(actor: Actor, node: Node, kind: str) -> Decision:
    if not STAFF & actor.roles_at(node.pk):
        return Decision.no(NOT_STAFF)
    if kind == ArticleKind.HELP and node.kind != NodeKind.HUB:
        return Decision.no(HELP_IS_THE_HUBS)
    return Decision.yes()


def can_change(actor: Actor, article: Article) -> Decision:
    if article.state == ArticleState.IN_REVIEW:
        return Decision.no(IN_REVIEW)
    if article.state != ArticleState.DRAFT:
        return Decision.no(PUBLIC)
    return can_write(actor, article.node, article.kind)


def can_move(actor: Actor, article: Article, command: str) -> Decision:
    move = ARTICLE.move(command)
    if article.state not in move.sources:
        return Decision.no(NOT_NOW)
    if not move.roles & actor.roles_at(article.node_id):
        return Decision.no(NOT_STAFF if move.roles == STAFF else NEEDS_MANAGER)
    if move.not_by and wrote(actor, article):
        return Decision.no(OWN_TEXT)
    return Decision.yes()


def wrote(actor: Actor, article: Article) -> bool:
    """Any word of this draft since it was last published: not only the last hand that saved it."""
    said = AuditEvent.objects.visible_to(actor).filter(stream=stream_of(article))
    last = said.filter(type="article.publish").order_by("-seq").values_list("seq", flat=True).first()
    saved = said.filter(type="article.write", actor_id=actor.person_id, seq__gt=last or 0)
    return bool(saved.exists())


def stream_of(article: Article) -> str:
    return f"article:{article.pk}"
