"""A matter as one node offers it: the frozen, typed picture every case is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qcy.engines.forms.definition import Form, read_form
from qcy.kernel.clock import Limit, WorkingDays, limit_from, limit_text

from .depth import FULLY_ONLINE, depth_text, level_of
from .enums import Applicant, Flow
from .fields import CONFIDENCE, GROUPS

UNKNOWN = "待运营方填写"


@dataclass(frozen=True)
class Sourced:
    """A published field with where it comes from. Confidence: T, SS, S, demo, node, none."""

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

    @property
    def depth(self) -> str:
        """Ⅳ 级（网上咨询、…）: the national set as people read it."""
        stored = self.field("online_depth").value
        return depth_text(str(stored)) if stored else UNKNOWN

    @property
    def is_fully_online(self) -> bool:
        stored = self.field("online_depth").value
        return bool(stored) and level_of(str(stored)) == FULLY_ONLINE

    def listed(self) -> list[tuple[str, list[tuple[str, Sourced]]]]:
        """The whole implementation list for the guide: groups of (label, field)."""
        return [(group, [(label, self._shown(name)) for name, label in fields]) for group, fields in GROUPS]

    def _shown(self, name: str) -> Sourced:
        found = self.field(name)
        return Sourced(self.depth, found.source, found.confidence) if name == "online_depth" else found

    @property
    def name(self) -> str:
        return str(self.resolved["item"]["name"])

    @property
    def item(self) -> Mapping[str, Any]:
        return dict(self.resolved["item"])

    @property
    def answer_by(self) -> WorkingDays:
        return _working_days("answer_by", self.field("answer_by").value)

    @property
    def standard(self) -> WorkingDays:
        """What the standard of the matter allows at most; a node may only be faster (C7)."""
        return _working_days("standard_limit", self.resolved["standard_limit"])

    @property
    def correction_limit(self) -> WorkingDays:
        """How long the firm has for a correction or for further papers."""
        return _working_days("correction_limit", self.resolved["correction_limit"])

    @property
    def follow_up_limit(self) -> WorkingDays:
        """How long papers promised at acceptance may follow (容缺受理)."""
        return _working_days("follow_up_limit", self.resolved["follow_up_limit"])

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

    @property
    def promised(self) -> WorkingDays:
        return _working_days("promised_limit", self.resolved["promised_limit"])

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
        """`leads_to`: what a grant leads to, as the notice says it; `before`, `after`: what happens elsewhere."""
        return {"leads_to": "", "before": "", "after": "", **self.resolved.get("result", {})}

    @property
    def one_per_year(self) -> bool:
        return bool(self.resolved.get("one_open_case_per_year"))


def _working_days(name: str, spec: Any) -> WorkingDays:
    """ValueError with the sentence for whoever edits it, if the limit is of another unit or none."""
    limit = limit_from(spec) if isinstance(spec, Mapping) else None
    if not isinstance(limit, WorkingDays):
        raise ValueError(f"{name} 须以工作日计，当前为{limit_text(limit) if limit else '空'}。")
    return limit
