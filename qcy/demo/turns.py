"""The turns a demo case may take: a correction, further papers, a special procedure, an extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from qcy.engines.casework.corrections import answer_defect, correction_for, submit_correction
from qcy.engines.casework.defects import add_defect, send_defects
from qcy.engines.casework.filing import draft_fingerprint
from qcy.engines.casework.models import Case
from qcy.engines.casework.services import extend_case, remark_on_case, suspend_case
from qcy.foundation.database.scope import scope
from qcy.foundation.parties.actor import Actor

DEFECTS = (
    ("rd", "填报的研发费用合计比辅助账合计数多 3.20 万元。", "请核对后改填报数，或者重新上传辅助账。"),
    ("evidence", "佐证材料缺少职工人数的证明。", "请补上社保缴纳证明或全年平均人数说明。"),
    ("cover", "封面没有加盖公章。", "请盖章后重新上传。"),
)


@dataclass(frozen=True)
class Turn:
    case_id: UUID
    desk: Actor
    manager: Actor
    firm: Actor
    now: datetime

    @property
    def version(self) -> int:
        return int(Case.objects.values_list("version", flat=True).get(pk=self.case_id))


def do(service: Callable[..., Any], actor: Actor, **details: Any) -> Any:
    """Every step runs in the scope of whoever takes it, exactly as in a request."""
    with scope(actor.scope):
        return service(actor=actor, **details)


def ask(turn: Turn) -> None:
    for field, problem, todo in DEFECTS:
        line = {"field": field, "problem": problem, "todo": todo, "may_follow": field == "cover"}
        do(add_defect, turn.desk, case_id=turn.case_id, now=turn.now, **line)
    details = {"case_id": turn.case_id, "version": turn.version, "remember": True}
    do(send_defects, turn.desk, now=turn.now, **details)


def ask_and_talk(turn: Turn) -> None:
    ask(turn)
    asked, answered = turn.now + timedelta(hours=1), turn.now + timedelta(hours=2)
    question = "第 1 处相差的 3.20 万元是试制材料费，也要从研发费用里扣除吗？"
    do(remark_on_case, turn.firm, case_id=turn.case_id, text=question, now=asked)
    reply = "以辅助账为准：没有归集进辅助账的，请从填报数里扣除。"
    do(remark_on_case, turn.desk, case_id=turn.case_id, text=reply, now=answered)


def ask_and_answer(turn: Turn) -> None:
    ask(turn)
    later = turn.now + timedelta(hours=5)
    case = Case.objects.with_names().get(pk=turn.case_id)
    for field, *_ in DEFECTS:
        with scope(turn.firm.scope):
            found = correction_for(turn.firm, case)
        assert found
        defect = found.of_field(field)
        assert defect
        reply = {"reply": "与申报表一致，说明见佐证材料。", "promise": field == "cover"}
        do(answer_defect, turn.firm, case_id=turn.case_id, defect_id=defect.id, now=later, **reply)
    with scope(turn.firm.scope):
        found = correction_for(turn.firm, case)
    assert found and found.draft
    seen = draft_fingerprint(found.draft)
    do(submit_correction, turn.firm, draft_id=found.draft.pk, seen=seen, now=later)


def suspend(turn: Turn) -> None:
    details = {"procedure": "现场核查", "reason": "需要到经营地址核实研发场地和人员，约 5 个工作日。"}
    do(suspend_case, turn.desk, case_id=turn.case_id, version=turn.version, now=turn.now, **details)


def extend(turn: Turn) -> None:
    details = {"days": 3, "reason": "申报集中，属地核实需要更多时间。"}
    do(extend_case, turn.manager, case_id=turn.case_id, version=turn.version, now=turn.now, **details)


TURNS: Mapping[str, Callable[[Turn], None]] = {
    "correcting": ask,
    "corrected": ask_and_answer,
    "supplementing": ask_and_talk,
    "suspended": suspend,
    "extended": extend,
}
