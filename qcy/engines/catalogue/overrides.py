"""What a node may say differently from the standard: a whitelist, and only in the applicant's favour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qcy.kernel.clock import limit_from, limit_text
from qcy.kernel.refusals import Refusal, Refused

Content = Mapping[str, Any]

PLAIN = ("promised_limit", "promised_confidence", "steps", "questions")  # questions are added, not replaced
FIELDS = {  # fields of the implementation list that only the node can know, or may only improve
    "consult": "咨询方式",
    "complaint": "监督投诉方式",
    "implementing_body": "实施主体",
    "implementing_body_code": "实施主体编码",
    "implementation_code": "实施编码",
    "local_implementation_code": "地方实施编码",
    "in_hall": "是否进驻大厅",
    "appointment_hours": "办理时间",
    "window_flow": "窗口办理流程",
    "courier": "是否支持快递",
    "visits": "到办事现场次数",
    "fee": "是否收费",
}


def check_overrides(content: Content, overrides: Content) -> None:
    """Refused with one sentence per override that is not allowed or makes things worse than the standard."""
    unknown = set(overrides) - {*PLAIN, "fields"} | set(overrides.get("fields", {})) - set(FIELDS)
    problems = [f"这些内容节点不能改：{'、'.join(sorted(unknown))}。"] if unknown else []
    problems += [say for name, worse in _WORSE.items() if (say := worse(content, overrides))]
    if problems:
        fix = "节点可以改承诺时限、环节、咨询投诉方式、办理时间和地点，只能比标准更快、更省。"
        raise Refused(Refusal("override_not_allowed", why="".join(problems), fix=fix))


def with_overrides(content: Content, overrides: Content) -> dict[str, Any]:
    merged = {**content, **{k: v for k, v in overrides.items() if k in PLAIN}}
    merged["questions"] = [*content["questions"], *overrides.get("questions", ())]
    merged["fields"] = {**content["fields"]}
    for name, value in overrides.get("fields", {}).items():
        given = value if isinstance(value, Mapping) else {"value": value}
        merged["fields"][name] = {"source": "", "confidence": "node", **given}
    return merged


def _slower(content: Content, overrides: Content) -> str:
    if "promised_limit" not in overrides:
        return ""
    here, standard = limit_from(overrides["promised_limit"]), limit_from(content["standard_limit"])
    if type(here) is not type(standard) or here.count > standard.count:
        return f"承诺时限比标准长（标准 {limit_text(standard)}，填的是 {limit_text(here)}），节点只能缩短。"
    return ""


def _more_visits(content: Content, overrides: Content) -> str:
    here, standard = _field(overrides, "visits"), _field(content, "visits")
    if here is not None and standard is not None and int(here) > int(standard):
        return f"到现场次数比标准多（标准 {standard} 次，填的是 {here} 次），节点只能减少。"
    return ""


def _dearer(content: Content, overrides: Content) -> str:
    here, standard = _field(overrides, "fee"), _field(content, "fee")
    if here not in (None, "不收费") and here != standard:
        return "收费不能由节点增加，只能免收。"
    return ""


def _field(content: Content, name: str) -> Any:
    given = content.get("fields", {}).get(name)
    return given.get("value") if isinstance(given, Mapping) else given


_WORSE: Mapping[str, Callable[[Content, Content], str]] = {
    "promised_limit": _slower,
    "visits": _more_visits,
    "fee": _dearer,
}
