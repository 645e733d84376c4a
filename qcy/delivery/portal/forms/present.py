"""Turns a form definition and what was typed into the field components of one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.components.types import FieldView, FileView, Step
from qcy.delivery.components.types import Problem as ProblemView
from qcy.delivery.web.format import file_size
from qcy.delivery.web.sentences import sentence
from qcy.engines.casework.corrections import AskedDefect, Correction
from qcy.engines.forms.definition import Field, FieldKind, Form, Section
from qcy.engines.forms.models import Draft
from qcy.engines.forms.validation import Problem, filled_rows, problems_in, shown
from qcy.foundation.files.enums import FileState
from qcy.foundation.files.inspect import KIND_NAMES
from qcy.foundation.files.models import StoredFile

Values = Mapping[str, Any]
SUFFIXES = {"pdf": ".pdf", "jpg": ".jpg,.jpeg", "png": ".png", "xlsx": ".xlsx", "docx": ".docx"}
FILE_TONES = {FileState.CLEAN: "ok", FileState.REJECTED: "bad"}
MOST_RADIOS = 6  # a longer choice becomes a list
AUTOCOMPLETE = {"contact_name": "name", "contact_phone": "tel", "address": "street-address"}


@dataclass(frozen=True)
class Row:
    index: int
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class Question:
    """One field of a step, or a repeat group of rows, with the condition it hangs on."""

    field: FieldView | None
    rows: tuple[Row, ...] = ()
    name: str = ""
    label: str = ""
    error: str = ""
    can_add: bool = False
    when_field: str = ""
    when_values: str = ""
    hidden: bool = False
    asked: AskedDefect | None = None  # what a correction letter says about it

    @property
    def key(self) -> str:
        return self.field.id if self.field else f"f-{self.name}"


@dataclass(frozen=True)
class Page:
    draft: Draft
    section: Section
    questions: tuple[Question, ...]
    problems: tuple[ProblemView, ...]
    steps: tuple[Step, ...]
    previous: Section | None
    following: Section | None

    @property
    def has_questions(self) -> bool:
        return any(q.field is None or q.field.kind != "file" for q in self.questions)

    @property
    def has_files(self) -> bool:
        return any(q.field is not None and q.field.kind == "file" for q in self.questions)


def anchor(name: str) -> str:
    return f"f-{name}"


def page_of(
    draft: Draft,
    section: Section,
    values: Values,
    files: Sequence[StoredFile],
    found: Sequence[Problem],
    extra_row: str = "",
    asked: Correction | None = None,
) -> Page:
    errors = {problem.field: sentence(problem.text) for problem in found}
    form, position = draft.form, draft.form.position(section.key)
    return Page(
        draft=draft,
        section=section,
        questions=tuple(
            replace(
                _question(f, draft, values, files, errors, extra_row),
                asked=asked.of_field(f.name) if asked else None,
            )
            for f in section.fields
        ),
        problems=tuple(ProblemView(anchor(p.field), sentence(p.text)) for p in found),
        steps=steps_of(draft, files, section),
        previous=form.sections[position - 1] if position else None,
        following=form.sections[position + 1] if position + 1 < len(form.sections) else None,
    )


def steps_of(draft: Draft, files: Sequence[StoredFile], current: Section) -> tuple[Step, ...]:
    values, counts = draft.values(), count_files(files)
    return tuple(
        Step(
            s.title,
            _step_state(draft, s, current, values, counts),
            reverse("draft_section", args=[draft.pk, s.key]),
        )
        for s in draft.form.sections
    )


def _step_state(
    draft: Draft, section: Section, current: Section, values: Values, counts: Mapping[str, int]
) -> Any:
    if section.key == current.key:
        return "current"
    touched = draft.version_of(section.key) > 0
    return "done" if touched and not problems_in(section, values, counts) else ""


def count_files(files: Sequence[StoredFile]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for file in files:
        if file.state not in (FileState.REMOVED, FileState.REJECTED):
            counts[file.field] = counts.get(file.field, 0) + 1
    return counts


def _question(
    field: Field,
    draft: Draft,
    values: Values,
    files: Sequence[StoredFile],
    errors: Mapping[str, str],
    extra_row: str,
) -> Question:
    condition = {
        "when_field": field.when.field if field.when else "",
        "when_values": " ".join(field.when.values) if field.when else "",
        "hidden": not field.asked(values),
    }
    if field.kind is FieldKind.GROUP:
        rows = _rows(field, values, errors, extra=extra_row == field.name)
        return Question(
            None,
            rows=rows,
            name=field.name,
            label=field.label,
            error=errors.get(field.name, ""),
            can_add=len(rows) < field.most_rows,
            **condition,
        )
    if field.kind is FieldKind.FILE:
        return Question(_file_view(field, draft, files, errors.get(field.name, "")), **condition)
    typed = str(values.get(field.name, "") or "")
    view = field_view(field, field.name, typed, errors.get(field.name, ""))
    known = draft.source_of(field.name, typed)
    if known:
        view = replace(view, source=known["source"], date=known["date"])
    return Question(view, **condition)


def _rows(group: Field, values: Values, errors: Mapping[str, str], *, extra: bool) -> tuple[Row, ...]:
    kept = [dict(row) for _, row in filled_rows(values.get(group.name) or [])] or [{}]
    if extra and kept != [{}]:
        kept.append({})
    return tuple(_row(group, index, row, errors) for index, row in enumerate(kept[: group.most_rows]))


def _row(group: Field, index: int, row: Values, errors: Mapping[str, str]) -> Row:
    names = [(part, f"{group.name}-{index}-{part.name}") for part in group.fields]
    views = (
        field_view(part, name, str(row.get(part.name, "") or ""), errors.get(name, ""))
        for part, name in names
    )
    return Row(index, _("第 {n} 件").format(n=index + 1), tuple(views))


def field_view(field: Field, name: str, value: str, error: str) -> FieldView:
    kinds = {FieldKind.PHONE: "text"}
    if field.kind is FieldKind.CHOICE and len(field.options) > MOST_RADIOS:
        kinds[FieldKind.CHOICE] = "select"
    return FieldView(
        name=name,
        id=anchor(name),
        label=field.label,
        hint=field.hint,
        kind=kinds.get(field.kind, field.kind.value),
        value=value,
        unit=field.unit,
        error=error,
        required=field.required,
        options=field.options,
        inputmode="tel" if field.kind is FieldKind.PHONE else "",
        maxlength=field.longest + 100 if field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT) else None,
        autocomplete=AUTOCOMPLETE.get(field.name, ""),
    )


def _file_view(field: Field, draft: Draft, files: Sequence[StoredFile], error: str) -> FieldView:
    kept = [f for f in files if f.field == field.name and f.state != FileState.REMOVED]
    allowed = "、".join(KIND_NAMES[kind] for kind in field.file_kinds)
    hint = field.hint + _("{kinds}，每个 {size} MB 以内。").format(
        kinds=allowed, size=field.most_bytes // 1024 // 1024
    )
    return FieldView(
        name=f"file-{field.name}",
        id=anchor(field.name),
        label=field.label,
        hint=hint,
        kind="file",
        error=error,
        required=field.required,
        accept=",".join(SUFFIXES[kind] for kind in field.file_kinds),
        url_upload=reverse("draft_upload", args=[draft.pk, field.name]),
        max_bytes=field.most_bytes,
        files=tuple(_uploaded(draft, f) for f in kept),
    )


def _uploaded(draft: Draft, file: StoredFile) -> FileView:
    state = file.reason or _("申请时已交" if file.case_id else str(FileState(file.state).label))
    return FileView(
        id=str(file.pk),
        name=file.name,
        size_text=file_size(file.size),
        state_text=state,
        tone=FILE_TONES.get(FileState(file.state), ""),
        pending=file.state == FileState.QUARANTINED,
        url_remove="" if file.case_id else reverse("draft_remove_file", args=[draft.pk, file.pk]),
    )


def typed_values(section: Section, posted: Any) -> dict[str, Any]:
    """What was typed in one step, as text; rows of a repeat group in order."""
    values: dict[str, Any] = {}
    for field in section.fields:
        if field.kind is FieldKind.GROUP:
            values[field.name] = _typed_rows(field, posted)
        elif field.kind is not FieldKind.FILE:
            values[field.name] = posted.get(field.name, "")
    return values


def _typed_rows(group: Field, posted: Any) -> list[dict[str, str]]:
    rows = [
        {part.name: posted.get(f"{group.name}-{index}-{part.name}", "") for part in group.fields}
        for index in range(group.most_rows)
    ]
    return [dict(row) for _, row in filled_rows(rows)]


@dataclass(frozen=True)
class Summary:
    title: str
    url: str
    pairs: tuple[tuple[str, str], ...]


def summary_of(draft: Draft, files: Sequence[StoredFile]) -> list[Summary]:
    """Everything once more before it is submitted."""
    return [
        Summary(
            s.title,
            reverse("draft_section", args=[draft.pk, s.key]),
            tuple(answers_of(s, draft.values(), files)),
        )
        for s in draft.form.sections
    ]


def answers_of(section: Section, values: Values, files: Sequence[StoredFile]) -> list[tuple[str, str]]:
    pairs = []
    for field in section.fields:
        if field.asked(values):
            missing = _("还没有上传") if field.kind is FieldKind.FILE else _("还没有填")
            pairs.append((field.label, _answer(field, values, files) or missing))
    return pairs


def _answer(field: Field, values: Values, files: Sequence[StoredFile]) -> str:
    if field.kind is FieldKind.FILE:
        return "、".join(f.name for f in files if f.field == field.name and f.state != FileState.REMOVED)
    if field.kind is FieldKind.GROUP:
        rows = filled_rows(values.get(field.name) or [])
        parts = field.fields
        return "；".join("，".join(shown(p, str(row.get(p.name, ""))) for p in parts) for _, row in rows)
    return shown(field, str(values.get(field.name, "") or ""))


def section_or_none(form: Form, key: str) -> Section | None:
    return next((s for s in form.sections if s.key == key), None)
