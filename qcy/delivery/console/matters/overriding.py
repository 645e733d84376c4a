"""The form in which a node says what it does differently from the standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from qcy.engines.catalogue.models import Adoption, AdoptionMode
from qcy.engines.catalogue.overrides import FIELDS
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .typed import shown

BLANK_STEPS = 2
MOST_STEPS = 12
LONGEST = 200


def values_of(adoption: Adoption) -> dict[str, Any]:
    """As it is published now: the node's own words, blank where it says what the standard says."""
    own = adoption.overrides.get("fields", {})
    fields = {
        name: shown(own[name].get("value") if isinstance(own[name], Mapping) else own[name]) for name in own
    }
    limit = adoption.overrides.get("promised_limit")
    steps = [(step["name"], str(step["days"])) for step in adoption.overrides.get("steps", [])]
    return {
        "promised": str(limit["value"]) if limit else "",
        "steps": steps,
        "mode": adoption.mode,
        "fields": fields,
    }


def posted(post: Mapping[str, str]) -> dict[str, Any]:
    steps = [(_said(post, f"step-{n}-name"), _said(post, f"step-{n}-days")) for n in range(MOST_STEPS)]
    mode = post.get("mode", "")
    return {
        "promised": _said(post, "promised"),
        "steps": [step for step in steps if any(step)],
        "mode": mode if mode in AdoptionMode.values else AdoptionMode.FOLLOWING,
        "fields": {name: _said(post, name) for name in FIELDS if _said(post, name)},
    }


def overrides_from(values: Mapping[str, Any], adoption: Adoption) -> dict[str, Any]:
    """What is blank is not overridden. Refused names the place that is no number."""
    found: dict[str, Any] = {}
    if values["promised"]:
        days = _days(values["promised"], _("承诺时限"))
        found["promised_limit"] = {"unit": "working_day", "value": days}
    if values["steps"]:
        found["steps"] = [
            {"name": name or _("办理"), "days": _days(days, name or _("环节"))}
            for name, days in values["steps"]
        ]
    if values["fields"]:
        found["fields"] = {
            name: {"value": int(value) if value.isdecimal() and len(value) < 4 else value}
            for name, value in values["fields"].items()
        }
    if questions := adoption.overrides.get("questions"):
        found["questions"] = questions
    return found


def fields_of(adoption: Adoption, values: Mapping[str, Any]) -> list[dict[str, str]]:
    standard = adoption.edition.content
    rows = [
        {
            "name": "promised",
            "label": _("承诺时限（工作日）"),
            "value": values["promised"],
            "standard": shown(standard["promised_limit"]),
        }
    ]
    return rows + [
        {
            "name": name,
            "label": label,
            "value": values["fields"].get(name, ""),
            "standard": shown(standard["fields"][name]["value"]) or _("待运营方填写"),
        }
        for name, label in FIELDS.items()
    ]


def steps_of(values: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    filled = [*values["steps"], *[("", "")] * BLANK_STEPS][:MOST_STEPS]
    return [(number, name, days) for number, (name, days) in enumerate(filled)]


def _days(text: str, what: str) -> int:
    if not (text.isdecimal() and 0 < int(text[:6]) <= 999):
        why = _("{what}填的是“{text}”，不是天数。").format(what=what, text=text)
        raise Refused(Refusal("days", why=why, fix=_("请填 1 到 999 之间的整数。")))
    return int(text)


def _said(post: Mapping[str, str], name: str) -> str:
    return clean(str(post.get(name, ""))).strip()[:LONGEST]
