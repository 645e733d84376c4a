"""Fills any form of the catalogue in for a demo firm: believable by kind of field, the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from qcy.engines.forms.definition import Field, FieldKind, Form

from .plan import DemoFirm

DAY = date(2026, 6, 15)
MONEY, MORE_MONEY = "200.00", "800.00"  # the second where the form says another field may not exceed this one


def answers_for(form: Form, firm: DemoFirm) -> dict[str, dict[str, Any]]:
    """Section -> field -> what somebody would type."""
    larger = {check.right for section in form.sections for check in section.checks}
    return {
        section.key: {f.name: value for f in section.fields if (value := _typed(f, firm, f.name in larger))}
        for section in form.sections
    }


def uploads_for(form: Form, answers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Every paper that is asked for and has to be there."""
    values = {name: value for part in answers.values() for name, value in part.items()}
    return (f.name for f in form.fields() if f.kind is FieldKind.FILE and f.required and f.asked(values))


_KNOWN = {
    "contact_name": lambda firm: firm.contact,
    "applicant_name": lambda firm: firm.contact,
    "contact_phone": lambda firm: firm.phone,
    "headcount": lambda firm: str(firm.headcount),
    "tech_staff": lambda firm: str(firm.tech_staff),
}


def _typed(field: Field, firm: DemoFirm, larger: bool) -> Any:
    if field.name in _KNOWN:
        return _KNOWN[field.name](firm)
    match field.kind:
        case FieldKind.FILE | FieldKind.GROUP:
            return ""
        case FieldKind.CHOICE:
            return field.options[firm.index % len(field.options)][0]
        case FieldKind.YESNO:
            return field.options[-1][0]
        case FieldKind.MONEY:
            return MORE_MONEY if larger else MONEY
        case FieldKind.COUNT:
            return str(max(field.least or 0, 800 if larger else 20))
        case FieldKind.DATE:
            return max(field.earliest or "", min(DAY.isoformat(), field.latest or "9999"))
        case FieldKind.PHONE:
            return firm.phone
        case _:
            return field.example or f"演示内容（{field.label}）"
