"""Everything that was said and filed on one case, read at once: its events and its erasable texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from qcy.engines.forms.definition import Field, FieldKind
from qcy.engines.forms.validation import shown
from qcy.foundation.parties.sealed import mask_name, mask_phone
from qcy.kernel.money import format_wan

from .enums import EventType, RecordKind
from .models import Case, CaseEvent, CaseRecord
from .recording import state_from
from .state import CaseState

MASKED = {"contact_name": mask_name, "contact_phone": mask_phone}
REASONED = (EventType.NOT_ACCEPTED, EventType.REFUSED, EventType.TERMINATED, EventType.REVOKED)
ERASED = "（内容已按保存期限删除）"


@dataclass(frozen=True)
class Answer:
    label: str
    value: str
    masked: bool = False
    name: str = ""
    before: str = ""  # what stood there before the last correction


@dataclass(frozen=True)
class Remark:
    by_firm: bool
    desk: str
    at: datetime
    text: str


@dataclass(frozen=True)
class CaseFile:
    case: Case
    events: tuple[CaseEvent, ...]
    records: tuple[CaseRecord, ...]  # oldest first

    @cached_property
    def state(self) -> CaseState:
        return state_from(self.events)

    @property
    def reason(self) -> str:
        """Why it was not accepted or refused, for the page that shows it; "" when there is none."""
        told = [e for e in self.events if e.kind in REASONED and "reason" in e.payload]
        return self._text(told[-1]) if told else ""

    @property
    def remarks(self) -> list[Remark]:
        """What both sides said on the file, in order."""
        said = [e for e in self.events if e.kind == EventType.REMARKED]
        return [Remark(not e.payload["desk"], e.payload["desk"], e.at, self._text(e)) for e in said]

    def _text(self, event: CaseEvent) -> str:
        wanted = event.payload["reason"]["record"]
        record = next((r for r in self.records if str(r.pk) == wanted), None)
        return str(record.body.get("text", ERASED)) if record else ERASED

    @property
    def replies(self) -> list[Mapping[str, str]]:
        """How the firm answered each line of the latest letter."""
        given = self._bodies(RecordKind.REPLY)
        return list(given[-1].get("replies", ())) if given else []

    @property
    def defect_lines(self) -> dict[str, Mapping[str, Any]]:
        """Every line of every letter by id: ids are unique within a case."""
        return {
            line["id"]: line for body in self._bodies(RecordKind.DEFECTS) for line in body.get("defects", ())
        }

    def _bodies(self, kind: RecordKind) -> list[dict[str, Any]]:
        return [r.body for r in self.records if r.kind == kind]

    # ------------------------------------------------------------ the filed form
    @property
    def filed(self) -> dict[str, Any]:
        forms = self._bodies(RecordKind.FORM)
        return forms[-1] if forms else {}

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.case.adoption.definition.form.by_name

    def answers(self) -> list[Answer]:
        """The filed form as the applicant wrote it: canonical values with units."""
        return [
            _answer(self.fields[name], value) for name, value in self.filed.items() if name in self.fields
        ]

    def answers_by_section(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The same in the order of its sections, for paper."""
        sections = self.case.adoption.definition.form.sections
        return [
            (
                s.title,
                [(f.label, _answer(f, self.filed[f.name]).value) for f in s.fields if f.name in self.filed],
            )
            for s in sections
        ]

    def answers_for_staff(self) -> list[Answer]:
        """With personal data masked; what the last correction changed shows its earlier value."""
        forms = self._bodies(RecordKind.FORM)
        earlier = forms[-2] if len(forms) > 1 else {}
        return [
            _masked(self.fields[name], value, earlier.get(name, value))
            for name, value in self.filed.items()
            if name in self.fields
        ]


def file_of(case: Case) -> CaseFile:
    events = tuple(case.events.order_by("seq"))
    return CaseFile(case, events, tuple(CaseRecord.objects.filter(case=case).order_by("at", "id")))


def _masked(field: Field, value: Any, before: Any) -> Answer:
    if field.name in MASKED and value:
        return Answer(field.label, MASKED[field.name](str(value)), masked=True, name=field.name)
    return replace(_answer(field, value), before=_answer(field, before).value if before != value else "")


def _answer(field: Field, value: Any) -> Answer:
    if field.kind == FieldKind.GROUP:
        rows = ["，".join(_text(part, row.get(part.name)) for part in field.fields) for row in value]
        return Answer(field.label, "；".join(rows))
    return Answer(field.label, _text(field, value))


def _text(field: Field, value: Any) -> str:
    if value is None:
        return "未填"
    if field.kind == "money":
        return f"{format_wan(value)} 万元"
    return shown(field, str(value))
