"""内容: what the node writes for the public, from the first draft to withdrawing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.content.editor import TONES, editor_of, kinds_for, reader_of
from qcy.delivery.console.shell import shell
from qcy.delivery.web.errors import STATUS_OF
from qcy.delivery.web.gates import staff, writes
from qcy.delivery.web.request import moment_of, posted_number
from qcy.delivery.web.sentences import told
from qcy.domains.content.enums import ArticleState
from qcy.domains.content.models import Article
from qcy.domains.content.queries import public_ids
from qcy.domains.content.services import Words, create_article, move_article, save_article
from qcy.domains.content.text import blocks, clean_title
from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.queries import active_nodes
from qcy.kernel.local_time import SHANGHAI
from qcy.kernel.refusals import Refusal, Refused

PER_PAGE = 20
DONE = {
    "submit": "已送审，由节点负责人发布。",
    "return": "已退回给起草人。",
    "publish": "已发布，公众现在就能看到。",
    "withdraw": "已撤下，公众看不到了。",
    "revise": "可以修改了。改好再送审，发布以前公众看到的还是原来那一版。",
}


@dataclass(frozen=True)
class Typed:
    """What stands in the editor: the stored text, or what somebody has just typed."""

    kind: str = ""
    title: str = ""
    body: str = ""
    shown_from: str = ""
    shown_until: str = ""


@staff
def articles(request: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    found = Article.objects.visible_to(request.actor).select_related("node").defer("body")
    if state in ArticleState.values:
        found = found.filter(state=state)
    page = Paginator(found.order_by("-saved_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    shown = public_ids([article.pk for article in page.object_list])
    context = {
        "page": page,
        "rows": [(a, TONES[ArticleState(a.state)], a.pk in shown) for a in page.object_list],
        "chips": _chips(state),
        "state": state,
        "path": request.get_full_path(),
        **shell(request),
    }
    return render(request, "console/content/articles.html", context)


def _chips(state: str) -> list[tuple[str, str, bool]]:
    here = reverse("console_content")
    chosen = [(_(str(s.label)), f"{here}?state={s.value}", s.value == state) for s in ArticleState]
    return [(_("全部"), here, state not in ArticleState.values), *chosen]


@staff
def new(request: Any) -> HttpResponse:
    node = own_node(request)
    if request.method != "POST":
        return _editor(request, node, Typed(kind=kinds_for(node)[0][0]))
    typed = typed_in(request)
    if request.POST.get("action") == "preview":
        return _editor(request, node, typed)
    try:
        article = create_article(actor=request.actor, node=node, words=words_of(typed), now=request.now)
        return _saved(request, article)
    except Refused as refused:
        return _editor(request, node, typed, refusal=refused.refusal)


@staff
def article(request: Any, article_id: UUID) -> HttpResponse:
    held = Article.objects.visible_to(request.actor).select_related("node").get(pk=article_id)
    if request.method != "POST":
        return _page(request, held)
    typed, version = typed_in(request), posted_number(request, "version")
    if request.POST.get("action") == "preview":
        return _editor(request, held.node, typed, held=held, version=version)
    try:
        details = {"article_id": held.pk, "words": words_of(typed), "version": version}
        return _saved(request, save_article(actor=request.actor, now=request.now, **details))
    except Refused as refused:
        # after a conflict the next save goes over what is shown beside; any other mistake keeps the version
        seen = None if refused.refusal.code == "stale" else version
        return _editor(request, held.node, typed, held=held, version=seen, refusal=refused.refusal)


def _saved(request: Any, article: Article) -> HttpResponse:
    """Saved in any case; sending it on is a second step that may be refused by itself."""
    said = _("已保存。")
    if request.POST.get("action") == "submit":
        details = {"article_id": article.pk, "version": article.version, "command": "submit"}
        move_article(actor=request.actor, now=request.now, **details)
        said = _(DONE["submit"])
    messages.success(request, said)
    return HttpResponseRedirect(reverse("console_article", args=[article.pk]))


@staff
@writes(back="../")
def move(request: Any, article_id: UUID, command: str) -> HttpResponse:
    if command not in DONE:
        raise Http404
    try:
        move_article(
            actor=request.actor,
            article_id=article_id,
            command=command,
            version=posted_number(request, "version"),
            reason=request.POST.get("reason", ""),
            now=request.now,
        )
    except Refused as refused:
        held = Article.objects.visible_to(request.actor).select_related("node").get(pk=article_id)
        return _page(request, held, refusal=refused.refusal)
    messages.success(request, _(DONE[command]))
    return HttpResponseRedirect(reverse("console_article", args=[article_id]))


@staff
@writes(back="../")
def preview(request: Any) -> HttpResponse:
    """The right-hand side while somebody types; nothing is stored."""
    typed = typed_in(request)
    context = {"title": clean_title(typed.title), "blocks": blocks(typed.body)}
    return render(request, "console/content/preview.html", context)


def _page(request: Any, held: Article, refusal: Refusal | None = None) -> HttpResponse:
    if held.state == ArticleState.DRAFT:
        return _editor(request, held.node, stored(held), held=held, refusal=refusal)
    context = {**reader_of(request.actor, held), **_said(refusal), **shell(request)}
    return render(request, "console/content/article.html", context, status=_status(refusal))


def _editor(
    request: Any,
    node: Node,
    typed: Typed,
    *,
    held: Article | None = None,
    version: int | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    context = {
        **editor_of(request.actor, node, typed, held),
        "version": version or (held.version if held else 0),
        "theirs": held if refusal and refusal.code == "stale" else None,
        "their_blocks": blocks(held.body) if held else (),
        **_said(refusal),
        **shell(request),
    }
    return render(request, "console/content/editor.html", context, status=_status(refusal))


def _said(refusal: Refusal | None) -> dict[str, str]:
    return {"refused": told(refusal) if refusal else "", "wrong": refusal.code if refusal else ""}


def _status(refusal: Refusal | None) -> int:
    return STATUS_OF.get(refusal.code, 422) if refusal else 200


def own_node(request: Any) -> Node:
    """Where this person sits; who sits at several nodes writes for the one they have chosen."""
    mine = {m.node_id for m in request.actor.mandates}
    nodes = [n for n in active_nodes() if n.pk in mine]
    wanted = request.POST.get("node") or request.GET.get("node", "")
    found = next((n for n in nodes if n.slug == wanted), nodes[0] if nodes else None)
    if found is None:
        raise Http404
    return found


def typed_in(request: Any) -> Typed:
    return Typed(**{name: request.POST.get(name, "") for name in Typed.__dataclass_fields__})


def stored(article: Article) -> Typed:
    return Typed(
        article.kind, article.title, article.body, _field(article.shown_from), _field(article.shown_until)
    )


def words_of(typed: Typed) -> Words:
    begins, ends = moment_of(typed.shown_from), moment_of(typed.shown_until)
    return Words(typed.kind, typed.title, typed.body, begins, ends)


def _field(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" if moment else ""
