"""公开数据 in the console: what stands in public, and putting another value in the place of a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, Problem
from qcy.delivery.console.shell import shell
from qcy.delivery.web.errors import STATUS_OF
from qcy.delivery.web.gates import operator, writes
from qcy.delivery.web.request import day_of, posted_id
from qcy.delivery.web.sentences import told
from qcy.insight.document import LONGEST, Source
from qcy.insight.models import Figure
from qcy.insight.queries import FigureView, ValueView, figure_of, figures_by_theme
from qcy.insight.services import LONGEST_REASON, NO_REASON, correct_value
from qcy.insight.typed import number_of
from qcy.kernel.refusals import Refusal, Refused

NAMES = ("value", "reason", "source", "source_date", "approver")
NO_SOURCE = Refusal("source_missing", why="还没有写来源。", fix="请写更正后的数出自哪里。")
NO_APPROVER = Refusal("approver_missing", why="还没有写核定人。", fix="请写核定这个数的单位或岗位。")
FIELD_OF = {"same_value": "value"}


@operator
def figures(request: Any) -> HttpResponse:
    return render(request, "console/figures/list.html", {"themes": figures_by_theme(), **shell(request)})


@operator
def figure(request: Any, code: str) -> HttpResponse:
    found = _found(code)
    wrong = _value_of(found, request.GET.get("value", ""))
    return _page(request, found, wrong, _as_it_stands(wrong), {})


@operator
@writes(back="../")
def correct(request: Any, code: str) -> HttpResponse:
    found = _found(code)
    wrong = _value_of(found, str(posted_id(request, "wrong", default=found.value.id)))
    typed = {name: request.POST.get(name, "").strip() for name in NAMES}
    read, errors = _read(code, typed)
    if errors:
        return _page(request, found, wrong, typed, errors)
    try:
        made = correct_value(actor=request.actor, wrong_id=wrong.id, now=request.now, **read)
    except Refused as refused:
        field = FIELD_OF.get(refused.refusal.code, "")
        status = STATUS_OF.get(refused.refusal.code, 422)
        return _page(request, _found(code), wrong, typed, {field: told(refused.refusal)}, status)
    right = next(v for v in _found(code).values if v.id == made.right_id)
    said = _("{wrong} 已更正为 {right} {unit}，现在公众看到的是新的数。")
    messages.success(request, said.format(wrong=wrong.text, right=right.text, unit=found.unit))
    return HttpResponseRedirect(reverse("console_figure", args=[code]))


def _found(code: str) -> FigureView:
    found = figure_of(code)
    if found is None:
        raise Http404
    return found


def _value_of(found: FigureView, wanted: str) -> ValueView:
    """The value to be put right: the one in force, or the rival or older one named in the address."""
    if not wanted:
        return found.value
    value = next((v for v in found.values if str(v.id) == wanted), None)
    if value is None:
        raise Http404
    return value


def _as_it_stands(value: ValueView) -> dict[str, str]:
    """The source is most often the same: only what differs is typed."""
    return {"source": value.source, "source_date": value.source_date.isoformat()}


def _read(code: str, typed: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Every mistake is told at once, each at its field."""
    decimals = Figure.objects.get(code=code).decimals
    readers: dict[str, Callable[[str], Any]] = {
        "value": lambda text: number_of(text, decimals),
        "reason": lambda text: _words(text, NO_REASON, LONGEST_REASON),
        "source": lambda text: _words(text, NO_SOURCE, LONGEST["source"]),
        "source_date": day_of,
        "approver": lambda text: _words(text, NO_APPROVER, LONGEST["approver"]),
    }
    read: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, reader in readers.items():
        try:
            read[name] = reader(typed[name])
        except Refused as refused:
            errors[name] = told(refused.refusal)
    if not errors:
        read["source"] = Source(read["source"], read.pop("source_date"))
    return read, errors


def _words(text: str, missing: Refusal, most: int) -> str:
    if not text:
        raise Refused(missing)
    return text[:most]


def _page(
    request: Any,
    found: FigureView,
    wrong: ValueView,
    typed: dict[str, str],
    errors: dict[str, str],
    status: int = 422,
) -> HttpResponse:
    context = {
        "figure": found,
        "wrong": wrong,
        "fields": _fields(found, typed, errors),
        "problems": [Problem(field, text) for field, text in errors.items() if field],
        "refused": errors.get("", ""),
        **shell(request),
    }
    return render(request, "console/figures/figure.html", context, status=status if errors else 200)


def _fields(found: FigureView, typed: dict[str, str], errors: dict[str, str]) -> list[FieldView]:
    def asked(name: str, label: str, hint: str = "", **more: Any) -> FieldView:
        value, error = typed.get(name, ""), errors.get(name, "")
        return FieldView(name=name, id=name, label=label, hint=hint, value=value, error=error, **more)

    return [
        asked("value", _("更正后的数"), _("只写数字，不用写单位。"), kind="money", unit=found.unit, maxlength=30),
        asked("reason", _("更正的原因"), _("错在哪里、依据是什么。会公开，请不要写姓名和电话。"),
              kind="long_text", maxlength=LONGEST_REASON),
        asked("source", _("来源"), _("更正后的数出自哪里。"), maxlength=LONGEST["source"]),
        asked("source_date", _("来源的日期"), kind="date"),
        asked("approver", _("核定人"), _("写单位或岗位，会公开。"), maxlength=LONGEST["approver"]),
    ]  # fmt: skip
