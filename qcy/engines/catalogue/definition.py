"""A matter as one node offers it: the frozen, typed picture every case is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qcy.engines.forms.definition import Form, read_form
from qcy.kernel.clock import Limit, WorkingDays, limit_from, limit_text

from .fields import CONFIDENCE, GROUPS

UNKNOWN = "待运营方填写"


@dataclass(frozen=True)
class Sourced:
    """A published field with where it comes from. Confidence: SS, S, demo, node, none."""

    value: Any
    source: str
    confidence: str

    @property
    def text(self) -> str:
        if isinstance(self.value, Mapping):
            return limit_text(limit_from(self.value))
        return str(self.value) if self.is_known else UNKNOWN

    @property
    def confidence_text(self) -> str:
        return CONFIDENCE[self.confidence]

    @property
    def is_known(self) -> bool:
        return self.value not in (None, "")


@dataclass(frozen=True)
class MatterDefinition:
    resolved: Mapping[str, Any]

    def field(self, name: str) -> Sourced:
        field = self.resolved["fields"].get(name) or {}
        return Sourced(field.get("value"), field.get("source", ""), field.get("confidence", "none"))

    def listed(self) -> list[tuple[str, list[tuple[str, Sourced]]]]:
        """The whole implementation list for the guide: groups of (label, field)."""
        return [(group, [(label, self.field(name)) for name, label in fields]) for group, fields in GROUPS]

    @property
    def name(self) -> str:
        return str(self.resolved["item"]["name"])

    @property
    def item(self) -> Mapping[str, Any]:
        return dict(self.resolved["item"])

    @property
    def answer_by(self) -> WorkingDays:
        limit = limit_from(self.field("answer_by").value)
        assert isinstance(limit, WorkingDays)
        return limit

    @property
    def promised(self) -> WorkingDays:
        limit = limit_from(self.resolved["promised_limit"])
        assert isinstance(limit, WorkingDays)
        return limit

    @property
    def promised_text(self) -> str:
        return limit_text(self.promised)

    @property
    def is_demo(self) -> bool:
        """The promise is a demo setting: everything that rests on it is marked 演示."""
        return self.resolved.get("promised_confidence") == "demo"

    @property
    def legal(self) -> Limit | None:
        """None where no statute sets one: shown as 无法定时限."""
        value = self.field("legal_limit").value
        return limit_from(value) if value else None

    @cached_property
    def form(self) -> Form:
        return read_form(self.resolved["form"])

    @property
    def steps(self) -> list[dict[str, Any]]:
        return list(self.resolved["steps"])

    @property
    def one_per_year(self) -> bool:
        return bool(self.resolved.get("one_open_case_per_year"))


def problems_of_definition(resolved: Mapping[str, Any]) -> list[str]:
    """What keeps a matter from being published: sentences for whoever edits it."""
    definition = MatterDefinition(resolved)
    return [*_limit_problems(definition), *_material_problems(definition)]


def _limit_problems(definition: MatterDefinition) -> list[str]:
    found = []
    steps = sum(step["days"] for step in definition.steps)
    if steps > definition.promised.count:
        found.append(
            f"各环节共 {steps} 个工作日，超过承诺时限 {definition.promised.count} 个工作日，请调整。"
        )
    legal = definition.legal
    if isinstance(legal, WorkingDays) and definition.promised.count > legal.count:
        found.append(f"承诺时限比法定时限长（法定 {legal.count} 个工作日），请缩短承诺时限。")
    return found


def _material_problems(definition: MatterDefinition) -> list[str]:
    names = set(definition.form.by_name)
    orphans = [m["name"] for m in definition.resolved["materials"] if m["field"] not in names]
    return [f"材料“{name}”在表单里没有对应的上传项。" for name in orphans]
