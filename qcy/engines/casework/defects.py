"""The correction letter while it is written: every defect gathered first, then all told at one time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from qcy.foundation.audit.services import record_audit
from qcy.foundation.parties.actor import Actor
from qcy.kernel.ids import new_id
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from . import refusals
from .enums import CaseStatus, RecordKind
from .models import Case, CaseRecord, DefectSheet, StandardSentence
from .recording import record_reference, state_of
from .services import perform
from .workflow import CASE

LONGEST_LINE = 300
MOST_DEFECTS = 40
COMMAND_IN = {CaseStatus.SUBMITTED: "ask_correction", CaseStatus.ACCEPTED: "ask_supplement"}

PROBLEM_MISSING = Refusal("problem_missing", why="还没有写哪里不对。", fix="请写清现在是什么样、依据是什么。")
TODO_MISSING = Refusal("todo_missing", why="还没有写请企业怎么做。", fix="请写清改哪个数、补哪份材料。")
TOO_MANY = Refusal("too_many", why=f"一份通知最多列 {MOST_DEFECTS} 处。", fix="请把相近的问题合成一处。")
SAID_ALREADY = Refusal("said_already", why="这一处已经列在通知里了。", fix="请核对下面的清单。")
UNKNOWN_FIELD = Refusal("unknown_field", why="所选的内容不在申请表里。", fix="请重新选择。")


@transaction.atomic
def add_defect(
    *, actor: Actor, case_id: UUID, field: str, problem: str, todo: str, may_follow: bool, now: datetime
) -> DefectSheet:
    """Write down one defect; nothing is sent yet. `field` "" concerns the file as a whole."""
    case = _case_to_correct(actor, case_id)
    definition = case.adoption.definition
    if field and field not in definition.form.by_name:
        raise Refused(UNKNOWN_FIELD)
    sheet = _sheet(case, now)
    if len(sheet.defects) >= MOST_DEFECTS:
        raise Refused(TOO_MANY)
    wanted = _line(problem, PROBLEM_MISSING)
    if any((d["field"], d["problem"]) == (field, wanted) for d in sheet.defects):
        raise Refused(SAID_ALREADY)
    sheet.defects.append(
        {
            "id": new_id().hex[-8:],
            "field": field,
            "label": definition.form.by_name[field].label if field else "申请整体",
            "problem": wanted,
            "todo": _line(todo, TODO_MISSING),
            "may_follow": may_follow and field in definition.may_follow and not case.accepted_on,
        }
    )
    return _keep(sheet, actor, now)


@transaction.atomic
def remove_defect(*, actor: Actor, case_id: UUID, defect_id: str, now: datetime) -> DefectSheet:
    sheet = _sheet(_case_to_correct(actor, case_id), now)
    sheet.defects = [d for d in sheet.defects if d["id"] != defect_id]
    return _keep(sheet, actor, now)


@transaction.atomic
def send_defects(*, actor: Actor, case_id: UUID, version: int, remember: bool, now: datetime) -> Case:
    """One letter with everything (行政许可法 art. 32); afterwards nothing can be added."""
    case = _case_to_correct(actor, case_id)
    listed = list(_sheet(case, now).defects)
    record = CaseRecord(case=case, kind=RecordKind.DEFECTS, body={"defects": listed}, at=now)
    payload = {
        "defects": [{name: d[name] for name in ("id", "field", "may_follow")} for d in listed],
        "list": record_reference(record),
    }
    command = COMMAND_IN[CaseStatus(case.status)]
    done = perform(actor, case_id, command, now, version=version, payload=payload, records=[record])
    DefectSheet.objects.filter(case=case).delete()
    if remember:
        _remember(case, listed)
    return done


def may_ask(case: Case, done: Any) -> bool:
    """The one letter of this stage has not been sent yet. `done`: names of commands given so far."""
    command = COMMAND_IN.get(CaseStatus(case.status))
    return command is not None and command not in done


def sentences_for(actor: Actor, case: Case) -> list[dict[str, str]]:
    """Sentences to choose from: those of the matter, then the node's own, the most used first."""
    definition = case.adoption.definition
    standard = [
        {"field": name, "problem": s["problem"], "todo": s["todo"]}
        for name in definition.form.by_name
        for s in definition.sentences(name)
    ]
    own = StandardSentence.objects.visible_to(actor).filter(
        node_id=case.node_id, item_code=definition.item["code"]
    )
    return standard + [_sentence(s) for s in own.order_by("-used", "id")[:30]]


def _sentence(kept: StandardSentence) -> dict[str, str]:
    problem, _, todo = kept.text.partition("\n")
    return {"field": kept.field, "problem": problem, "todo": todo}


def _case_to_correct(actor: Actor, case_id: UUID) -> Case:
    case: Case = Case.objects.visible_to(actor).for_update().with_names().get(pk=case_id)
    command = COMMAND_IN.get(CaseStatus(case.status))
    if command is None:
        raise Refused(refusals.not_now(CaseStatus(case.status)))
    if not CASE.move(command).roles & actor.roles_at(case.responsible_node_id):
        raise Refused(refusals.needs_role(CASE.move(command).roles))
    if command in state_of(case).done_by:
        raise Refused(refusals.ONLY_ONCE[command])
    return case


def _sheet(case: Case, now: datetime) -> DefectSheet:
    found = DefectSheet.objects.filter(case=case).first()
    return found or DefectSheet(case=case, node_id=case.node_id, defects=[], saved_at=now)


def _keep(sheet: DefectSheet, actor: Actor, now: datetime) -> DefectSheet:
    sheet.saved_at = now
    sheet.save()
    record_audit(
        stream=f"notes:{sheet.case_id}",
        type="defects.drafted",
        now=now,
        actor_id=actor.person_id,
        node_id=sheet.node_id,
        payload={"count": len(sheet.defects)},
    )
    return sheet


def _line(text: str, missing: Refusal) -> str:
    text = " ".join(clean(text).split())
    if not text:
        raise Refused(missing)
    if len(text) > LONGEST_LINE:
        why = f"这一处写了 {len(text)} 个字，最多 {LONGEST_LINE} 个。"
        raise Refused(Refusal("line_too_long", why=why, fix="请精简后再添加。"))
    return text


def _remember(case: Case, listed: list[dict[str, Any]]) -> None:
    code = case.adoption.definition.item["code"]
    for defect in listed:
        text = f"{defect['problem']}\n{defect['todo']}"  # two lines of at most LONGEST_LINE each
        key = {"node_id": case.node_id, "item_code": code, "field": defect["field"], "text": text}
        if not StandardSentence.objects.filter(**key).update(used=F("used") + 1):
            StandardSentence(**key).save(force_insert=True)
