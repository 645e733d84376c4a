"""A matter file as it is written, and completed by the template of its flow: what is stored and hashed."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from qcy.kernel.refusals import Refusal, Refused

from .enums import Applicant, Flow
from .fields import NAMES

Document = Mapping[str, Any]
FILE_KINDS, MEGABYTES = ["pdf", "jpg", "png"], 20
PARTS = ("item", "edition")


@lru_cache
def templates() -> Document:
    """`seeds/catalogue/flows.yaml`: what is the same for every matter of a flow."""
    text = (Path(settings.QCY_SEEDS) / "catalogue" / "flows.yaml").read_text("utf-8")
    read: Document = plain(yaml.safe_load(text))
    return read


def complete(document: Document) -> dict[str, Any]:
    """{item, edition, form} with nothing left to guess. KeyError, ValueError or Refused say what is missing."""
    written = plain(document)
    if missing := [part for part in PARTS if not isinstance(written.get(part), Mapping)]:
        why = f"事项文件里没有 {'、'.join(missing)}。"
        raise Refused(Refusal("matter_incomplete", why=why, fix="请对照 seeds/catalogue 里的样例补上。"))
    _refuse_incomplete(written)
    edition = written["edition"]
    template = templates()[Flow(edition.get("flow", Flow.DECISION))]
    edition = {**deepcopy(template["edition"]), **edition}
    edition["fields"] = complete_fields({**template["edition"]["fields"], **edition.get("fields", {})})
    edition.setdefault("promised_limit", edition["standard_limit"])
    form = _form(written.get("form") or {}, written["item"]["code"], edition)
    return {"item": {**template["item"], **written["item"]}, "edition": edition, "form": form}


REQUIRED = (
    ("item", "code", "事项代码"),
    ("item", "name", "事项名称"),
    ("item", "category", "类别"),
    ("item", "level", "层级"),
    ("edition", "version", "版次"),
    ("edition", "effective_from", "施行日期"),
)


def _refuse_incomplete(written: Document) -> None:
    if missing := [label for part, key, label in REQUIRED if not written[part].get(key)]:
        why = f"事项文件里没有写{'、'.join(missing)}。"
        raise Refused(Refusal("matter_incomplete", why=why, fix="请补上。"))


def complete_fields(given: Document) -> dict[str, Any]:
    """Every field of the implementation list. One outside the list is kept aside: the lint warns of it."""
    blank = {"value": None, "source": "", "confidence": "none"}
    return {name: {**blank, **(given.get(name) or {})} for name in sorted(NAMES)}


def unknown_fields(document: Document) -> list[str]:
    return sorted(set(document.get("edition", {}).get("fields", {})) - NAMES)


def _form(written: Document, code: str, edition: Document) -> dict[str, Any]:
    """The matter's own questions between the applicant's and the papers, unless it brings those itself."""
    shared = templates()["form"]
    sections = deepcopy(list(written.get("sections", ())))
    keys = {section["key"] for section in sections}
    if not keys & {"firm", "person"}:
        who = "person" if list(edition["applicants"]) == [Applicant.PERSON] else "firm"
        sections.insert(0, deepcopy(shared[who]))
    if papers := _papers(sections, edition["materials"]):
        sections.append({**deepcopy(shared["papers"]), "fields": papers})
    return {
        "code": written.get("code", code),
        "version": written.get("version", edition["version"]),
        "promise": written.get("promise", shared["promise"]),
        "sections": [_with_file_defaults(section) for section in sections],
    }


def _papers(sections: list[Any], materials: list[Document]) -> list[dict[str, Any]]:
    """An upload for every material the form does not ask for by itself."""
    asked = {field["name"] for section in sections for field in section["fields"]}
    return [
        {"name": m["field"], "label": m["name"], "kind": "file", "hint": m["how"], "required": not m.get("optional")}
        for m in materials
        if m["field"] not in asked
    ]  # fmt: skip


def _with_file_defaults(section: Document) -> dict[str, Any]:
    fields = [
        {"file_kinds": FILE_KINDS, "most_megabytes": MEGABYTES, **field} if field["kind"] == "file" else field
        for field in section["fields"]
    ]
    return {**section, "fields": fields}


def plain(value: Any) -> Any:
    """YAML dates as text, so that the stored JSON is canonical."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
