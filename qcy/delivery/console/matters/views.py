"""The matters of a node: what it offers, what it says differently, and, for who may, the next edition."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.format import limit_text
from qcy.delivery.web.gates import manager, writes
from qcy.delivery.web.sentences import told
from qcy.engines.catalogue import drafts
from qcy.engines.catalogue.differences import changes_between, differences_at, differences_of
from qcy.engines.catalogue.documents import complete
from qcy.engines.catalogue.enums import Category
from qcy.engines.catalogue.fields import CONFIDENCE
from qcy.engines.catalogue.files import as_book, as_yaml, document_of, read_file
from qcy.engines.catalogue.lint import Severity, lint
from qcy.engines.catalogue.models import Adoption, AdoptionMode, EditionDraft, Item
from qcy.engines.catalogue.queries import offered_at
from qcy.foundation.nodes.models import Node, NodeKind
from qcy.foundation.nodes.queries import active_nodes
from qcy.kernel.refusals import Refused

from . import overriding, typed

FORMATS = {
    "yaml": (as_yaml, "application/yaml"),
    "xlsx": (as_book, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def node_of(request: Any) -> Node:
    """The node this manager leads; with several, the one named in the address."""
    led = [n for n in active_nodes() if n.pk in request.actor.managed_nodes]
    wanted = request.GET.get("node", "")
    found = next((n for n in led if n.slug == wanted), led[0] if led and not wanted else None)
    if found is None:
        raise Http404
    return found


@manager
def matters(request: Any) -> HttpResponse:
    node = node_of(request)
    offered = list(offered_at(node))
    differences = differences_at(node)
    held = {a.item_id for a in offered}
    waiting = EditionDraft.objects.visible_to(request.actor).filter(node=node).order_by("-saved_at")
    context = {
        "rows": [_row(a, node, len(differences.get(a.pk, ()))) for a in sorted(offered, key=_place)],
        "not_offered": Item.objects.filter(owner=None).exclude(pk__in=held).order_by("position", "code"),
        "drafts": list(waiting),
        "is_hub": node.kind == NodeKind.HUB,
        "n": node,
        **shell(request),
    }
    return render(request, "console/matters/list.html", context)


def _place(adoption: Adoption) -> tuple[int, int, str]:
    order = list(Category).index(Category(adoption.item.category))
    return order, adoption.item.position, adoption.item.code


def _row(adoption: Adoption, node: Node, differences: int) -> dict[str, Any]:
    owner = None if node.kind == NodeKind.HUB else node.pk
    return {
        "adoption": adoption,
        "category": _(str(Category(adoption.item.category).label)),
        "differences": differences,
        "promised": limit_text(adoption.definition.promised),
        "mode": _(str(AdoptionMode(adoption.mode).label)),
        "may_edit": adoption.item.owner_id == owner,
    }


@manager
def matter(request: Any, code: str) -> HttpResponse:
    """What this node says differently: preview and publish are two buttons of one form."""
    node = node_of(request)
    adoption = get_object_or_404(offered_at(node).select_related("edition__form"), item__code=code)
    if request.method != "POST":
        return _override_page(request, adoption, overriding.values_of(adoption))
    values = overriding.posted(request.POST)
    try:
        wanted = overriding.overrides_from(values, adoption)
        drafts.override(
            actor=request.actor, adoption=adoption, overrides=wanted, mode=values["mode"], now=request.now
        )
    except Refused as refused:
        return _override_page(request, adoption, values, refused=told(refused.refusal), status=422)
    messages.success(
        request, _("“{name}”已按本节点的内容发布，在办件不受影响。").format(name=adoption.item.name)
    )
    return HttpResponseRedirect(reverse("console_matters"))


def _override_page(
    request: Any, adoption: Adoption, values: dict[str, Any], *, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "adoption": adoption,
        "fields": overriding.fields_of(adoption, values),
        "steps": overriding.steps_of(values),
        "mode": values["mode"],
        "modes": AdoptionMode.choices,
        "differences": differences_of(adoption),
        "refused": refused,
        **shell(request),
    }
    return render(request, "console/matters/override.html", context, status=status)


@manager
@writes(back="../")
def stop(request: Any, code: str) -> HttpResponse:
    adoption = get_object_or_404(offered_at(node_of(request)), item__code=code)
    drafts.stop(
        actor=request.actor, adoption=adoption, reason=request.POST.get("reason", ""), now=request.now
    )
    messages.success(request, _("“{name}”已停办，企业的草稿都保留。").format(name=adoption.item.name))
    return HttpResponseRedirect(reverse("console_matters"))


@manager
def edit(request: Any, code: str) -> HttpResponse:
    """The next edition. Everything typed is kept, faulty or not; only a sound one can be published."""
    node = node_of(request)
    item = Item.objects.filter(code=code).first()
    drafts.check_editor(request.actor, node, item)
    held = EditionDraft.objects.visible_to(request.actor).filter(node=node, item_code=code).first()
    if item is None and held is None:
        raise Http404
    document = held.document if held else drafts.starting_point(item)
    version = held.version if held else 0
    if request.method != "POST":
        return _edit_page(request, item, document, version)
    document = typed.document_from(request.POST, document)
    return _save_or_publish(request, node, item, document, version)


def _save_or_publish(
    request: Any, node: Node, item: Item | None, document: dict[str, Any], version: int
) -> HttpResponse:
    code = document["item"]["code"]
    seen = request.POST.get("version", "")
    try:
        if seen != str(version):
            raise Refused(drafts.STALE)
        draft = drafts.save_draft(
            actor=request.actor, node=node, document=document, version=version, now=request.now
        )
        version = draft.version
        if request.POST.get("action") == "publish":
            drafts.publish_draft(actor=request.actor, node=node, code=code, version=version, now=request.now)
            messages.success(request, _("新版已发布，跟随标准的节点从施行日起采用。"))
            return HttpResponseRedirect(reverse("console_matters"))
    except Refused as refused:
        return _edit_page(request, item, document, version, refused=told(refused.refusal), status=422)
    messages.success(request, _("草稿已保存。"))
    return HttpResponseRedirect(reverse("console_edit_matter", args=[code]))


def _edit_page(
    request: Any, item: Item | None, document: Any, version: int, *, refused: str = "", status: int = 200
) -> HttpResponse:
    findings = lint(document)
    context = {
        "document": document,
        "version": version,
        "errors": [f.say for f in findings if f.severity is Severity.ERROR],
        "warnings": [f.say for f in findings if f.severity is Severity.WARNING],
        "changes": _changes(item, document) if item else (),
        "lists": typed.rows_of(document),
        "groups": typed.field_groups(document),
        "plain": typed.plain_fields(document),
        "aliases": "、".join(document["item"].get("aliases", ())),
        "confidence": CONFIDENCE.items(),
        "refused": refused,
        **shell(request),
    }
    return render(request, "console/matters/edit.html", context, status=status)


def _changes(item: Item, document: Any) -> list[Any]:
    try:
        after = complete(document)["edition"]
        return changes_between(drafts.latest_edition(item).content, after)
    except (KeyError, TypeError, ValueError, Refused):
        return []  # too faulty to be compared; the findings say what is wrong


@manager
def upload(request: Any) -> HttpResponse:
    """A matter from a file: shown first, kept as a draft, published from the editor like any other."""
    node = node_of(request)
    if request.method != "POST" or "file" not in request.FILES:
        refused = _("请先选择文件。") if request.method == "POST" else ""
        return render(
            request,
            "console/matters/upload.html",
            {"refused": refused, **shell(request)},
            status=422 if refused else 200,
        )
    file = request.FILES["file"]
    try:
        document = drafts.editable(read_file(file.name, file.read()))
        code = str(document["item"]["code"])
        held = EditionDraft.objects.visible_to(request.actor).filter(node=node, item_code=code).first()
        drafts.save_draft(
            actor=request.actor,
            node=node,
            document=document,
            version=held.version if held else 0,
            now=request.now,
        )
    except (Refused, KeyError, TypeError, ValueError) as fault:
        said = str(getattr(fault, "refusal", "")) or _("文件里的写法读不出来。请用导出的文件修改后再导入。")
        return render(request, "console/matters/upload.html", {"refused": said, **shell(request)}, status=422)
    messages.success(request, _("已读入为草稿，核对后再发布。"))
    return HttpResponseRedirect(reverse("console_edit_matter", args=[code]))


@manager
def export(request: Any, code: str, format: str) -> HttpResponse:
    item = get_object_or_404(Item, code=code)
    if format not in FORMATS:
        raise Http404
    write, kind = FORMATS[format]
    response = HttpResponse(write(document_of(drafts.latest_edition(item))), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{item.code}.{format}"'
    return response
