"""Tables into the register: upload, look at what would change, confirm, watch, put the refused rows right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Kpi, Problem
from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import manager, writes
from qcy.delivery.web.request import day_of, posted_id
from qcy.delivery.web.sentences import told
from qcy.engines.register.enums import Grade, ImportKind, ImportState, Verdict
from qcy.engines.register.importing import (
    MOST_BYTES,
    Statement,
    cancel_import,
    confirm_import,
    start_import,
)
from qcy.engines.register.models import ImportBatch, ImportRow
from qcy.engines.register.queries import refused_table, told_values
from qcy.engines.register.sheets import MOST_ROWS, template
from qcy.foundation.files.inspect import too_large
from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.queries import active_nodes
from qcy.kernel.refusals import Refusal, Refused

PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = ("kind", "source", "as_of", "grade", "node")
NO_FILE = Refusal("file_missing", why="还没有选择文件。", fix="请选择一个 .xlsx 文件。")
FIELD_OF = {"source_missing": "source", "day": "as_of", "as_of_future": "as_of", "choice": "kind"}
TONES: Mapping[str, str] = {
    ImportState.READING: "info",
    ImportState.PREVIEW: "warn",
    ImportState.RUNNING: "info",
    ImportState.DONE: "ok",
    ImportState.CANCELLED: "",
    ImportState.UNREADABLE: "bad",
}
VERDICT_TONES: Mapping[str, str] = {
    Verdict.NEW: "ok",
    Verdict.CHANGED: "info",
    Verdict.UNCHANGED: "",
    Verdict.REFUSED: "warn",
}


@dataclass(frozen=True)
class Listed:
    batch: ImportBatch
    tone: str
    taken: int  # rows that are or would be written
    refused: int


@manager
def imports(request: Any) -> HttpResponse:
    if request.method != "POST":
        return _list_page(request, {}, {})
    typed = {name: request.POST.get(name, "") for name in NAMES}
    try:
        batch = _start(request, typed)
    except Refused as refused:
        code = refused.refusal.code
        field = FIELD_OF.get(code, "file" if code.startswith("file_") else "")
        if not field:
            raise
        return _list_page(request, typed, {field: told(refused.refusal)})
    return HttpResponseRedirect(reverse("console_import", args=[batch.pk]))


def _start(request: Any, typed: dict[str, str]) -> ImportBatch:
    file = request.FILES.get("file")
    if file is None:
        stopped = getattr(request, "upload_stopped_at", 0)
        raise Refused(too_large(_("这个文件"), stopped, MOST_BYTES) if stopped else NO_FILE)
    return start_import(
        actor=request.actor,
        node_id=posted_id(request, "node", _nodes(request)[0].pk),
        says=Statement(typed["kind"], typed["source"], day_of(typed["as_of"]), typed["grade"]),
        name=file.name,
        chunks=file.chunks(),
        now=request.now,
    )


def _list_page(request: Any, typed: dict[str, str], errors: dict[str, str]) -> HttpResponse:
    found = (
        ImportBatch.objects.visible_to(request.actor).select_related("node").order_by("-started_at", "-id")
    )
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    context = {
        "rows": [_listed(batch) for batch in page.object_list],
        "page": page,
        "path": request.get_full_path(),
        "fields": _fields(request, typed, errors),
        "problems": [Problem(field, text) for field, text in errors.items()],
        "kinds": [(kind.value, _(str(kind.label))) for kind in ImportKind],
        **shell(request),
    }
    return render(request, "console/imports/list.html", context, status=422 if errors else 200)


def _listed(batch: ImportBatch) -> Listed:
    counts = batch.counts
    taken = counts.get(Verdict.NEW, 0) + counts.get(Verdict.CHANGED, 0)
    return Listed(batch, TONES[batch.state], taken, counts.get(Verdict.REFUSED, 0))


def _fields(request: Any, typed: dict[str, str], errors: dict[str, str]) -> list[FieldView]:
    nodes = _nodes(request)
    wanted = [
        FieldView(name="kind", id="kind", label=_("导入什么"), kind="choice",
                  value=typed.get("kind") or ImportKind.FACTS.value,
                  options=tuple((k.value, _(str(k.label))) for k in ImportKind), error=errors.get("kind", "")),
        FieldView(name="file", id="file", label=_("表格文件"), kind="file", accept=".xlsx", max_bytes=MOST_BYTES,
                  hint=_("只收 .xlsx，最大 20 MB、{n} 行；只读第一个工作表。").format(n=f"{MOST_ROWS:,}"),
                  error=errors.get("file", "")),
        FieldView(name="source", id="source", label=_("数据来源"), maxlength=120, value=typed.get("source", ""),
                  hint=_("例如：2025 年度企业统计年报。会显示在每个数据旁边。"), error=errors.get("source", "")),
        FieldView(name="as_of", id="as_of", label=_("数据截至"), kind="date", value=typed.get("as_of", ""),
                  error=errors.get("as_of", "")),
        FieldView(name="grade", id="grade", label=_("可信等级"), kind="select",
                  value=typed.get("grade") or Grade.B.value,
                  options=tuple((g.value, f"{g.value} {_(str(g.label))}") for g in Grade)),
    ]  # fmt: skip
    if len(nodes) > 1:
        options = tuple((str(node.pk), node.name) for node in nodes)
        wanted.append(FieldView(name="node", id="node", label=_("节点"), kind="select", options=options,
                                value=typed.get("node") or options[0][0]))  # fmt: skip
    return wanted


def _nodes(request: Any) -> list[Node]:
    return [node for node in active_nodes() if node.pk in request.actor.managed_nodes]


@manager
def batch(request: Any, batch_id: UUID) -> HttpResponse:
    """The preview and the progress; a page that is waiting asks for its middle part again."""
    held = ImportBatch.objects.visible_to(request.actor).select_related("node").get(pk=batch_id)
    waiting = held.state in (ImportState.READING, ImportState.RUNNING)
    context = {"batch": held, "waiting": waiting, "tone": TONES[held.state], "listed": _listed(held)}
    if request.htmx and waiting:
        return render(request, "console/imports/progress.html", context)
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in Verdict.values else ""
    context |= _rows(request, held, verdict)
    context |= {"tiles": _tiles(held, verdict), "verdict": verdict, "path": request.get_full_path()}
    if request.htmx:
        return render(request, "console/imports/result.html", context)
    return render(request, "console/imports/batch.html", context | shell(request))


def _rows(request: Any, held: ImportBatch, verdict: str) -> dict[str, Any]:
    if held.state in (ImportState.READING, ImportState.UNREADABLE):
        return {"rows": [], "page": None}
    found = ImportRow.objects.visible_to(request.actor).filter(batch=held).order_by("line")
    page = Paginator(found.filter(verdict=verdict) if verdict else found, PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [(row, VERDICT_TONES[row.verdict], told_values(row)) for row in page.object_list]
    return {"rows": rows, "page": page}


def _tiles(held: ImportBatch, chosen: str) -> list[Kpi]:
    place = reverse("console_import", args=[held.pk])
    tiles = [Kpi(_("全部"), f"{sum(held.counts.values()):,}", _("行"), url=place, current=not chosen)]
    for verdict in Verdict:
        count, tone = held.counts.get(verdict, 0), VERDICT_TONES[verdict]
        url = f"{place}?{urlencode({'verdict': verdict.value})}"
        tiles.append(
            Kpi(_(str(verdict.label)), f"{count:,}", _("行"), url=url, current=chosen == verdict, tone=tone)
        )
    return tiles


@manager
@writes(back="../")
def confirm(request: Any, batch_id: UUID) -> HttpResponse:
    confirm_import(actor=request.actor, batch_id=batch_id, now=request.now)
    messages.success(request, _("已开始导入，可以离开这一页，导完会在列表里显示。"))
    return HttpResponseRedirect(reverse("console_import", args=[batch_id]))


@manager
@writes(back="../")
def cancel(request: Any, batch_id: UUID) -> HttpResponse:
    cancel_import(actor=request.actor, batch_id=batch_id, now=request.now)
    messages.success(request, _("已放弃，没有写入任何数据。"))
    return HttpResponseRedirect(reverse("console_imports"))


@manager
def refused(request: Any, batch_id: UUID) -> HttpResponse:
    held = ImportBatch.objects.visible_to(request.actor).get(pk=batch_id)
    return _download(refused_table(request.actor, held), f"未导入的行-{held.started_at:%Y%m%d}.xlsx")


@manager
def blank(request: Any, kind: str) -> HttpResponse:
    if kind not in ImportKind.values:
        raise Http404
    return _download(template(ImportKind(kind)), f"导入模板-{ImportKind(kind).label}.xlsx")


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {"X-Content-Type-Options": "nosniff"}
    response = HttpResponse(content, content_type=XLSX, headers=headers)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
