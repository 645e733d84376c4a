"""A form as typed, immutable data: sections, fields, conditions, one repeat group, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

MEGABYTE = 1024 * 1024


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    PHONE = "phone"
    COUNT = "count"
    MONEY = "money"  # typed in 万元, kept in fen
    DATE = "date"
    CHOICE = "choice"
    YESNO = "yesno"
    GROUP = "group"
    FILE = "file"


@dataclass(frozen=True)
class Condition:
    """Shown and required only while another field of the form has one of these values."""

    field: str
    values: tuple[str, ...]

    def holds(self, values: Mapping[str, Any]) -> bool:
        return values.get(self.field) in self.values


@dataclass(frozen=True)
class AtMost:
    """`left` may not exceed `right`, once both are filled."""

    left: str
    right: str
    say: str


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    kind: FieldKind
    ask: str = ""  # the imperative used in the error summary: 填写…，选择…，上传…
    hint: str = ""
    example: str = ""
    unit: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    when: Condition | None = None
    longest: int = 120
    earliest: str = ""  # ISO dates
    latest: str = ""
    least: int | None = None
    most: int | None = None
    fields: tuple[Field, ...] = ()  # of a repeat group
    most_rows: int = 0
    file_kinds: tuple[str, ...] = ()
    most_bytes: int = 0
    carries: bool = False  # stays true from year to year: offered again in a later application

    def asked(self, values: Mapping[str, Any]) -> bool:
        return self.when is None or self.when.holds(values)


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    checks: tuple[AtMost, ...] = ()


@dataclass(frozen=True)
class Form:
    code: str
    version: int
    sections: tuple[Section, ...]
    promise: str  # what the applicant confirms at submission

    def section(self, key: str) -> Section:
        return next(s for s in self.sections if s.key == key)

    def position(self, key: str) -> int:
        return [s.key for s in self.sections].index(key)

    def fields(self) -> Iterator[Field]:
        for section in self.sections:
            yield from section.fields

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields()}


def read_form(document: Mapping[str, Any]) -> Form:
    """Build a form from its YAML or JSON; KeyError or ValueError name what is missing."""
    form = Form(
        code=document["code"],
        version=int(document["version"]),
        sections=tuple(_section(s) for s in document["sections"]),
        promise=document["promise"],
    )
    _check_names(form)
    return form


def _section(document: Mapping[str, Any]) -> Section:
    return Section(
        key=document["key"],
        title=document["title"],
        intro=document.get("intro", ""),
        fields=tuple(_field(f) for f in document["fields"]),
        checks=tuple(AtMost(c["left"], c["at_most"], c["say"]) for c in document.get("checks", ())),
    )


def _field(document: Mapping[str, Any]) -> Field:
    plain = {
        name: document[name]
        for name in (
            "ask",
            "hint",
            "example",
            "unit",
            "required",
            "longest",
            "earliest",
            "latest",
            "least",
            "most",
            "most_rows",
            "carries",
        )
        if name in document
    }
    return Field(
        name=document["name"],
        label=document["label"],
        kind=FieldKind(document["kind"]),
        options=tuple((o["value"], o["label"]) for o in document.get("options", ())),
        when=_condition(document.get("when")),
        fields=tuple(_field(f) for f in document.get("fields", ())),
        file_kinds=tuple(document.get("file_kinds", ())),
        most_bytes=int(document.get("most_megabytes", 0)) * MEGABYTE,
        **plain,
    )


def _condition(document: Mapping[str, Any] | None) -> Condition | None:
    return Condition(document["field"], tuple(document["in"])) if document else None


def _check_names(form: Form) -> None:
    names = [field.name for field in form.fields()]
    for field in form.fields():
        if names.count(field.name) > 1:
            raise ValueError(f"字段 {field.name} 出现了两次")
        if field.when and field.when.field not in names:
            raise ValueError(f"字段 {field.name} 的条件引用了不存在的 {field.when.field}")
    for section in form.sections:
        for check in section.checks:
            if check.left not in names or check.right not in names:
                raise ValueError(f"第 {section.key} 节的核对引用了不存在的字段")
