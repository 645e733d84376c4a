"""Answers as JSON (for machines and for replay) and as lines of text (for a terminal)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from .decide import Answer
from .explain import Explanation
from .facts import Told
from .feel.durations import Months
from .findings import Finding, Line
from .outcomes.compare import OpenText
from .outcomes.diagrams import Branch
from .outcomes.terms import Term
from .packs.model import DRAFT
from .sentences import decimal_text
from .vectors import as_expected, spelled

FORMAT = 1
"""Shape of a stored decision; raised when its fields change meaning."""


def record(answer: Answer, told: Mapping[str, Told], language: str = "zh") -> dict[str, Any]:
    """Everything a decision was made of and said: enough to replay it and to explain it again."""
    version = answer.version
    return {
        "format": FORMAT,
        "policy": answer.pack.policy,
        "version": version.id if version else None,
        "fingerprint": version.fingerprint if version else None,
        "date": answer.on.isoformat(),
        "application": answer.kind,
        "facts": {name: _told(value) for name, value in sorted(told.items())},
        "answer": as_expected(answer),
        "provisional": answer.provisional,
        "draft_allowed": version is not None and version.status == DRAFT and answer.firm is not None,
        "explanation": explanation(answer, told, language) if answer.firm else None,
    }


def explanation(answer: Answer, told: Mapping[str, Told], language: str = "zh") -> dict[str, Any]:
    found = Explanation(answer, told, language)
    assert answer.version
    return {
        "clauses": [plain(finding) for finding in found.findings],
        "points": [plain(group) for group in found.groups],
        "amounts": {
            amount.id: [plain(line) for line in found.calculation(amount)]
            for amount in answer.version.amounts
            if amount.id in answer.amounts
        },
    }


def plain(value: Any) -> Any:
    """Only what JSON knows; exact numbers become their decimal text, what is not known yet becomes null."""
    if is_dataclass(value) and not isinstance(value, (Branch, Term, Months, type)):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, (Branch, Term, OpenText)):
        return None
    if isinstance(value, Fraction):
        return (
            spelled(value) if (value * 10**6).denominator == 1 else f"{value.numerator}/{value.denominator}"
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"P{value.days}D"
    return f"P{value.count}M" if isinstance(value, Months) else value


def _told(told: Told) -> Any:
    if not (told.source or told.on or told.grade):
        return _scalar(told.value)
    return {name: _scalar(part) for name, part in vars(told).items() if part not in ("", None)}


VERDICTS = {"qualifies": "符合", "fails": "不符合", "unknown": "还不能确定", "manual": "等待评审"}
_STATES = {"met": "✓", "unmet": "✗", "unknown": "?", "manual": "…"}


def lines(answer: Answer, told: Mapping[str, Told]) -> Iterator[str]:
    """The answer as a person reads it in a terminal."""
    version = answer.version
    title = f"{answer.pack.title}（{version.id}）" if version else answer.pack.title
    yield f"{title}：{VERDICTS[answer.verdict]}" + ("（规则待核，仅供参考）" if answer.provisional else "")
    if version is None:
        yield "  申请日不在这项政策的适用期内。"
    if not answer.firm:
        return
    found = Explanation(answer, told)
    for finding in found.findings:
        yield from _finding_lines(finding, found)
    for group in found.groups:
        yield f"  {group.title}：{_points(group.points)} 分" + (
            f"（满分 {group.highest}）" if group.highest else ""
        )
    yield from _open_lines(answer, found)
    for amount in version.amounts if version else ():
        if amount.id in answer.amounts:
            yield from _calculation_lines(found.calculation(amount))
    yield from (f"  类别：{name}" for name in answer.categories)


def _finding_lines(finding: Finding, all_of: Explanation) -> Iterator[str]:
    route = f"（按“{finding.by_route}”途径）" if finding.by_route else ""
    yield f"  {_STATES[finding.state]} {finding.title}{route}  {finding.source}"
    said = all_of.speaker.value
    for measured in finding.measured if finding.state == "unmet" else ():
        if measured.distance is not None:
            found, threshold = (said(value, measured.of) for value in (measured.found, measured.threshold))
            asked = all_of.speaker.words.compare[measured.op].format("", threshold)
            yield f"      {measured.says}现为 {found}，应{asked}"
    for change in finding.changes:
        name = all_of.speaker.name(change.fact)
        now, needed = said(change.now, change.fact), said(change.needed, change.fact)
        yield f"      {name}由 {now} 变为 {needed} 即可满足"
    if finding.state == "unmet" and finding.unmet:
        yield f"      {finding.unmet}"


def _open_lines(answer: Answer, found: Explanation) -> Iterator[str]:
    for words, names in (("填写后即可确定", answer.undecided_by), ("由评审或其他平台给出", answer.judged_by)):
        if names:
            yield f"  {words}：{'、'.join(found.speaker.name(name) for name in names)}"


def _points(points: Any) -> str:
    return (
        f"{decimal_text(points[0])} 到 {decimal_text(points[1])}"
        if isinstance(points, tuple)
        else decimal_text(points)
    )


def _calculation_lines(calculation: Sequence[Line]) -> Iterator[str]:
    """The steps as bare numbers: some are ratios. The amount itself in 万元."""
    for line in (step for step in calculation[:-1] if step.says != calculation[-1].says):
        yield f"  {line.title}：{line.says} ＝ {'还缺数据' if line.value is None else decimal_text(line.value)}"
    yield f"  {calculation[-1].title}：{calculation[-1].says} ＝ {_money(calculation[-1].value)}"


def _money(value: Any) -> str:
    return "还缺数据" if value is None else f"{decimal_text(value)} 万元"


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
