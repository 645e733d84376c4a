"""A matter as one node offers it: the frozen, typed picture every case is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qcy.engines.forms.definition import Form, read_form
from qcy.kernel.clock import Limit, WorkingDays, limit_from, limit_text

from .enums import Applicant, Flow
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
    def standard(self) -> WorkingDays:
        """What the standard of the matter allows at most; a node may only be faster (C7)."""
        return self._working_days("standard_limit")

    @property
    def correction_limit(self) -> WorkingDays:
        """How long the firm has for a correction or for further papers."""
        return self._working_days("correction_limit")

    @property
    def follow_up_limit(self) -> WorkingDays:
        """How long papers promised at acceptance may follow (容缺受理)."""
        return self._working_days("follow_up_limit")

    @property
    def longest_extension(self) -> int:
        return int(self.resolved["longest_extension"])

    @property
    def deemed_acceptance(self) -> bool:
        return bool(self.resolved["deemed_acceptance"])

    @property
    def special_procedures(self) -> list[str]:
        return list(self.resolved["special_procedures"])

    @property
    def retention_years(self) -> int:
        return int(self.resolved["retention_years"])

    @cached_property
    def may_follow(self) -> frozenset[str]:
        """Fields whose paper may be handed in after acceptance."""
        return frozenset(m["field"] for m in self.resolved["materials"] if m.get("may_follow"))

    def sentences(self, field: str) -> list[Mapping[str, str]]:
        return list(self.resolved["sentences"].get(field, ()))

    def _working_days(self, name: str) -> WorkingDays:
        limit = limit_from(self.resolved[name])
        if not isinstance(limit, WorkingDays):
            raise ValueError(f"{name} 须以工作日计，当前为{limit_text(limit)}。")
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
    def flow(self) -> Flow:
        return Flow(self.resolved.get("flow", Flow.DECISION))

    @property
    def applicants(self) -> frozenset[Applicant]:
        """Who may apply (服务对象)."""
        return frozenset(Applicant(a) for a in self.resolved.get("applicants", (Applicant.FIRM,)))

    @property
    def for_persons(self) -> bool:
        return self.applicants == {Applicant.PERSON}

    @property
    def result(self) -> Mapping[str, str]:
        """`leads_to`: what a grant leads to, as the notice says it."""
        return {"leads_to": "", **self.resolved.get("result", {})}

    @property
    def one_per_year(self) -> bool:
        return bool(self.resolved.get("one_open_case_per_year"))


def problems_of_definition(resolved: Mapping[str, Any]) -> list[str]:
    """What keeps a matter from being published: sentences for whoever edits it."""
    definition = MatterDefinition(resolved)
    try:
        limits = _limit_problems(definition)
    except (KeyError, ValueError) as fault:  # an unreadable limit hides what depends on it
        missing = f"缺少 {fault.args[0]}" if isinstance(fault, KeyError) else str(fault)
        limits = [f"时限没有写对：{missing}。"]
    return [*limits, *_material_problems(definition), *_sentence_problems(definition)]


def _limit_problems(definition: MatterDefinition) -> list[str]:
    found = []
    steps = sum(step["days"] for step in definition.steps)
    if steps > definition.promised.count:
        found.append(
            f"各环节共 {steps} 个工作日，超过承诺时限 {definition.promised.count} 个工作日，请调整。"
        )
    if definition.promised.count > definition.standard.count:
        found.append(f"承诺时限比标准长（标准 {definition.standard.count} 个工作日），节点只能缩短。")
    if definition.follow_up_limit.count > definition.promised.count:
        found.append("容缺材料后补的期限比承诺时限长，请缩短。")
    if definition.longest_extension < 0 or definition.correction_limit.count < 1:
        found.append("延期和补正的天数不能是负数。")
    legal = definition.legal
    if isinstance(legal, WorkingDays) and definition.promised.count > legal.count:
        found.append(f"承诺时限比法定时限长（法定 {legal.count} 个工作日），请缩短承诺时限。")
    return found


def _material_problems(definition: MatterDefinition) -> list[str]:
    names = set(definition.form.by_name)
    orphans = [m["name"] for m in definition.resolved["materials"] if m["field"] not in names]
    return [f"材料“{name}”在表单里没有对应的上传项。" for name in orphans]


def _sentence_problems(definition: MatterDefinition) -> list[str]:
    names = set(definition.form.by_name)
    return [f"常用语写给了表单里没有的 {n}。" for n in definition.resolved["sentences"] if n not in names]
