"""公开数据: every published number with what it counts, where it comes from and what it was corrected to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from qcy.delivery.web.gates import public
from qcy.delivery.web.spreadsheets import csv_response
from qcy.insight.queries import FigureView, ValueView, all_figures, figure_of, figures_by_theme

HEADER = (
    "指标代码",
    "指标",
    "主题",
    "数值",
    "单位",
    "口径",
    "分子",
    "分母",
    "期间起",
    "截至",
    "截至（原文）",
    "对比口径",
    "对比（原文）",
    "定义版本",
    "定义",
    "不是",
    "说明",
    "来源",
    "来源日期",
    "核定人",
    "另有刊载的数",
    "已更正为",
    "更正原因",
)


@public
def figures(request: Any) -> HttpResponse:
    themes = figures_by_theme()
    shown = [figure for theme in themes for figure in theme.figures]
    context = {
        "themes": themes,
        "count": len(shown),
        "conflicts": [figure for figure in shown if figure.rivals],
    }
    return render(request, "portal/figures/figures.html", context)


@public
def figure(request: Any, code: str) -> HttpResponse:
    found = figure_of(code)
    if found is None:
        raise Http404
    return render(request, "portal/figures/figure.html", {"figure": found})


@public
def table(request: Any) -> HttpResponse:
    rows = (row for found in all_figures() for row in _rows(found))
    return csv_response("figures.csv", HEADER, rows)


def _rows(figure: FigureView) -> Iterator[tuple[Any, ...]]:
    for value in figure.values:
        definition = next(d for d in figure.definitions if d.version == value.definition_version)
        yield (
            figure.code,
            figure.name,
            figure.theme,
            value.value,
            figure.unit,
            figure.measure.label,
            value.numerator,
            value.denominator,
            value.period_from,
            value.as_of,
            value.as_of_text,
            value.comparison.label,
            value.comparison_text,
            definition.version,
            definition.text,
            definition.not_meant,
            value.note,
            value.source,
            value.source_date,
            value.approver_text,
            _at_odds(figure, value),
            *_correction(figure, value),
        )


def _at_odds(figure: FigureView, value: ValueView) -> str:
    """The other numbers printed for the same thing: both rows name each other."""
    others = [v for v in (figure.value, *figure.rivals) if v.id != value.id]
    mine = value.id in {v.id for v in (figure.value, *figure.rivals)}
    return "；".join(f"{v.text}（{v.source}）" for v in others) if mine else ""


def _correction(figure: FigureView, value: ValueView) -> tuple[str, str]:
    right = next((v for v in figure.values if v.id == value.corrected_by), None)
    made = next((c for c in figure.corrections if right and c.right_id == right.id), None)
    return (right.text if right else "", made.reason if made else "")
