"""What is wrong with a matter, in the sentences its editor needs. One rule, one small function, one table.

Source of the cross-field rules: field guide 2.4. A contradiction is an error and blocks publishing; something
that is merely not known yet, or a field nobody knows, is a warning and blocks nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from qcy.kernel.clock import Limit, WorkingDays, limit_from
from qcy.kernel.refusals import Refused

from .definition import MatterDefinition
from .depth import FULLY_ONLINE, level_of, stages_of
from .documents import Document, complete, unknown_fields
from .enums import Applicant, Category, MatterLevel
from .fields import CONFIDENCE, LABELS, NAMES


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    rule: str
    severity: Severity
    say: str


class Matter:
    """A completed matter file (see `documents.complete`) as the rules ask it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.edition: Mapping[str, Any] = document["edition"]
        self.definition = MatterDefinition(
            {**self.edition, "item": document["item"], "form": document["form"]}
        )

    def text(self, name: str) -> str:
        value = self.edition["fields"][name]["value"]
        return "" if value is None else str(value)

    def limit(self, name: str) -> Limit:
        return limit_from(self.edition[name])

    @property
    def visits(self) -> int | None:
        given = self.text("visits")
        return int(given) if given.isdecimal() else None

    @property
    def level(self) -> str:
        return level_of(self.text("online_depth"))

    @property
    def immediate(self) -> bool:
        return "即办" in self.text("handling")


Rule = Callable[[Matter], Iterator[str]]


def _instant(m: Matter) -> Iterator[str]:
    if m.immediate and m.definition.promised.count > 1:
        yield f"办件类型写的是即办件，承诺时限却是 {m.definition.promised_text}。请改为承诺件，或者把时限改为 1 个工作日。"


def _promised(m: Matter) -> Iterator[str]:
    if m.definition.promised.count > 1 and "承诺" not in m.text("handling"):
        yield f"承诺时限是 {m.definition.promised_text}，办件类型应写“承诺件”。"


LONGEST_WAIT = 60  # working days
_RESULT_TYPES = (("批", "审批办结"), ("证", "出证办结"), ("书", "出文办结"), ("文", "出文办结"))


def _result_type(m: Matter) -> Iterator[str]:
    name, kind = m.text("result_name"), m.text("result_type")
    wanted = next((way for ending, way in _RESULT_TYPES if name.endswith(ending)), "")
    if "批复" in name or "批文" in name:
        wanted = "审批办结"
    if kind and wanted and kind != wanted:
        yield f"结果名称是“{name}”，结果类型应为“{wanted}”，现在写的是“{kind}”。"


def _result_sample(m: Matter) -> Iterator[str]:
    missing = [LABELS[n] for n in ("result_type", "result_sample") if not m.text(n)]
    if m.text("result_name") and missing:
        yield f"写了结果名称，还缺{'、'.join(missing)}。请补上，办事人才知道拿到的是什么。"


def _visit_reason(m: Matter) -> Iterator[str]:
    if m.visits and not m.text("visit_reason"):
        yield f"要到现场 {m.visits} 次，没有写必须到现场的原因。请写明原因，或者改为 0 次。"


def _no_visit_no_reason(m: Matter) -> Iterator[str]:
    if m.visits == 0 and m.text("visit_reason"):
        yield "到现场次数是 0，却写了必须到现场的原因。请删去原因，或者改正次数。"


def _by_post(m: Matter) -> Iterator[str]:
    if m.visits == 0 and m.text("is_online") == "否" and m.text("courier") != "是":
        yield "不能网办，又写到现场 0 次：请开通快递收件，或者改正次数。"


def _fully_online(m: Matter) -> Iterator[str]:
    if m.level == FULLY_ONLINE and m.visits:
        yield f"网办深度是 Ⅳ 级（全程网办），到现场次数却是 {m.visits}。请改正其中一项。"


def _depth_known(m: Matter) -> Iterator[str]:
    try:
        stages_of(m.text("online_depth"))
    except ValueError as fault:
        yield f"{fault}请按国家编码填写，例如 1^2^4。"


def _online_depth(m: Matter) -> Iterator[str]:
    if m.text("is_online") == "是" and m.level in ("Ⅰ", "Ⅱ"):
        yield f"写的是可以网办，网办深度却只有 {m.level} 级，没有网上受理（4）。请改正其中一项。"


def _free_is_not_paid(m: Matter) -> Iterator[str]:
    if m.text("fee") == "不收费" and m.text("online_payment") == "是":
        yield "写的是不收费，却支持网上支付。请改正其中一项。"


def _fee_basis(m: Matter) -> Iterator[str]:
    if m.text("fee") not in ("", "不收费") and not m.text("fee_basis"):
        yield "写了收费，没有写收费依据。请写明依据的文件和条款。"


def _two_phones(m: Matter) -> Iterator[str]:
    if m.text("consult") and m.text("consult") == m.text("complaint"):
        yield "咨询和监督投诉写的是同一个电话。监督投诉应由另外的人接听，请改正。"


def _address(m: Matter) -> Iterator[str]:
    flow = m.text("window_flow")
    if flow and not any(mark in flow for mark in ("窗口", "室", "号")):
        yield "窗口办理流程没有写到窗口或者房间号。请写明几号窗口，省得企业到了再问。"


def _hours(m: Matter) -> Iterator[str]:
    hours = m.text("appointment_hours")
    if hours and "工作日" not in hours:
        yield "办理时间没有写“工作日”。请写成“工作日 9:00–17:00”这样的形式。"


_TOPICS = (
    ("topic_natural_person", Applicant.PERSON, "自然人主题"),
    ("topic_legal_person", Applicant.FIRM, "法人主题"),
)


def _topics(m: Matter) -> Iterator[str]:
    for name, applicant, label in _TOPICS:
        others = {Applicant.INSTITUTION} if applicant is Applicant.FIRM else set()
        if m.text(name) and not m.definition.applicants & ({applicant} | others):
            yield f"服务对象里没有{applicant.label}，却写了{label}分类。请改正其中一项。"


def _applicant_text(m: Matter) -> Iterator[str]:
    said = m.text("applicants")
    if missing := [a.label for a in sorted(m.definition.applicants) if said and a.label not in said]:
        yield f"服务对象写的是“{said}”，没有包括 {'、'.join(missing)}。请改成一致。"


def _licence_flow(m: Matter) -> Iterator[str]:
    if "许可" in m.text("matter_type") and not (m.edition["questions"] and m.edition["steps"]):
        yield "行政许可事项至少要有一条常见问答和办理环节表。请补上。"


def _steps(m: Matter) -> Iterator[str]:
    total, promised = sum(int(s["days"]) for s in m.edition["steps"]), m.definition.promised.count
    if total > promised:
        yield f"各环节共 {total} 个工作日，超过承诺时限 {promised} 个工作日，请调整。"


def _legal(m: Matter) -> Iterator[str]:
    legal = m.definition.legal
    if isinstance(legal, WorkingDays) and m.definition.promised.count > legal.count:
        yield f"承诺时限比法定时限长（法定 {legal.count} 个工作日），请缩短承诺时限。"


def _tighter(m: Matter) -> Iterator[str]:
    if m.definition.promised.count > m.definition.standard.count:
        yield f"承诺时限比标准长（标准 {m.definition.standard.count} 个工作日），节点只能缩短。"


def _limits(m: Matter) -> Iterator[str]:
    """Reading a limit of another unit raises the sentence; what is left to say is about its length."""
    counts = (m.definition.answer_by.count, m.definition.correction_limit.count)
    if max(counts) > LONGEST_WAIT:
        yield f"受理或者补正的期限超过 {LONGEST_WAIT} 个工作日，请核对是不是多写了一位。"


def _follow_up(m: Matter) -> Iterator[str]:
    if m.definition.follow_up_limit.count > m.definition.promised.count:
        yield "容缺材料后补的期限比承诺时限长，请缩短。"
    if m.definition.longest_extension < 0:
        yield "延期的天数不能是负数。"


def _materials(m: Matter) -> Iterator[str]:
    names = set(m.definition.form.by_name)
    for material in m.edition["materials"]:
        if material["field"] not in names:
            yield f"材料“{material['name']}”在表单里没有对应的上传项。"


def _sentences(m: Matter) -> Iterator[str]:
    names = set(m.definition.form.by_name)
    for name in m.edition["sentences"]:
        if name not in names:
            yield f"常用语写给了表单里没有的 {name}。"


def _sources(m: Matter) -> Iterator[str]:
    for name, field in m.edition["fields"].items():
        if field["confidence"] not in CONFIDENCE:
            yield f"“{LABELS[name]}”的可信程度写的是 {field['confidence']}，请从 {'、'.join(CONFIDENCE)} 中选。"
        elif field["confidence"] in ("T", "SS", "S") and not field["source"]:
            yield f"“{LABELS[name]}”标了有来源，却没有写来源。请写文号和条款，或者标为演示设定。"


def _person(m: Matter) -> Iterator[str]:
    if m.definition.for_persons and "applicant_name" not in m.definition.form.by_name:
        yield "申请人是个人的事项，表单里要有“申请人姓名”（applicant_name）。"
    if m.definition.for_persons and m.definition.one_per_year:
        yield "申请人是个人的事项不能限一年一次：平台只按企业核对。"


def _unknown(m: Matter) -> Iterator[str]:
    for name in unknown_fields(m.document.get("written", {})):
        near = difflib.get_close_matches(name, NAMES, 1)
        hint = f"是不是想写 {near[0]}（{LABELS[near[0]]}）？" if near else "请核对字段名。"
        yield f"清单里没有“{name}”这个字段，它不会显示出来。{hint}"


def _steps_named(m: Matter) -> Iterator[str]:
    if not m.edition["steps"]:
        yield "没有写办理环节。请至少写一个环节和天数。"


def _readable(m: Matter) -> Iterator[str]:
    if not m.edition["conditions"]:
        yield "没有写受理条件，指南里“我能办吗”会显示待运营方填写。"


E, W = Severity.ERROR, Severity.WARNING
RULES: tuple[tuple[str, Severity, Rule], ...] = (
    ("depth_known", E, _depth_known),  # first: others read the depth
    ("limit", E, _limits),
    ("instant", E, _instant),
    ("promised", E, _promised),
    ("result_type", E, _result_type),
    ("result_sample", W, _result_sample),
    ("visit_reason", E, _visit_reason),
    ("no_visit_no_reason", E, _no_visit_no_reason),
    ("by_post", E, _by_post),
    ("fully_online", E, _fully_online),
    ("online_depth", E, _online_depth),
    ("free_is_not_paid", E, _free_is_not_paid),
    ("fee_basis", E, _fee_basis),
    ("two_phones", E, _two_phones),
    ("address", W, _address),
    ("hours", E, _hours),
    ("topics", E, _topics),
    ("applicant_text", E, _applicant_text),
    ("licence_flow", E, _licence_flow),
    ("steps", E, _steps),
    ("steps_named", E, _steps_named),
    ("legal", E, _legal),
    ("tighter", E, _tighter),
    ("follow_up", E, _follow_up),
    ("materials", E, _materials),
    ("sentences", E, _sentences),
    ("sources", E, _sources),
    ("person", E, _person),
    ("unknown_field", W, _unknown),
    ("conditions", W, _readable),
)
_CHOICES = (("category", Category), ("level", MatterLevel))


def lint(written: Document) -> list[Finding]:
    """Everything wrong with a matter file as it is written, errors first."""
    try:
        document = complete(written) | {"written": written}
        found = [*_choices(document), *lint_complete(document)]
    except Refused as refused:
        found = [Finding("unreadable", E, str(refused.refusal))]
    except KeyError as fault:
        found = [Finding("missing", E, f"缺少 {fault.args[0]}，请补上。")]
    except (TypeError, AttributeError, ValueError) as fault:
        found = [Finding("unreadable", E, f"有一处写法读不出来：{fault}。请对照样例改正。")]
    return sorted(found, key=lambda finding: finding.severity)


def lint_complete(document: Document) -> list[Finding]:
    """The rules on a completed document. A limit that cannot be read hides the rules that rest on it."""
    matter, found = Matter(document), []
    for name, severity, rule in RULES:
        try:
            found += [Finding(name, severity, say) for say in rule(matter)]
        except (KeyError, ValueError) as fault:
            missing = f"缺少 {fault.args[0]}" if isinstance(fault, KeyError) else str(fault)
            found.append(Finding("limit", E, f"时限没有写对：{missing}"))
    return list(dict.fromkeys(found))


def errors_of(resolved: Mapping[str, Any]) -> list[str]:
    """What keeps a resolved matter (edition, overrides and form in one) from being published."""
    document = {"item": resolved["item"], "edition": resolved, "form": resolved["form"]}
    return [f.say for f in lint_complete(document) if f.severity is E]


def _choices(document: Document) -> Iterator[Finding]:
    for name, choices in _CHOICES:
        if document["item"].get(name) not in choices.values:
            offered = "、".join(f"{value}（{label}）" for value, label in choices.choices)
            yield Finding(name, E, f"{name} 写的是“{document['item'].get(name, '')}”，请从 {offered} 中选。")
