"""The rest of the demo world: every matter at every node, in every state a case can be in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from qcy.engines.casework import services
from qcy.engines.casework.defects import add_defect, send_defects
from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.engines.casework.models import Case
from qcy.engines.casework.sweeps import act_on_time
from qcy.engines.catalogue.enums import Flow
from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import FactValue, start_draft
from qcy.foundation.files.services import store_upload
from qcy.foundation.parties.actor import Actor, actor_for
from qcy.foundation.parties.models import Membership, Person
from qcy.foundation.parties.services import verify_membership
from qcy.kernel.calendar import Calendar
from qcy.kernel.local_time import SHANGHAI

from .aftermath import SILENT, work_everything_off
from .answers import answers_for, uploads_for
from .plan import DemoFirm, back
from .story import SMALL_PDF
from .turns import do

CASES = 240
ENDINGS = (  # weights; sums to CASES
    ["submitted"] * 48
    + ["accepted"] * 62
    + ["ended"] * 74
    + ["refused"] * 8
    + ["not_accepted"] * 10
    + ["withdrawn"] * 10
    + ["correcting"] * 12
    + ["suspended"] * 6
    + ["terminated"] * 4
    + ["revoked"] * 3
    + ["lapsed"] * 3
)
AGES = {  # ending -> (working days ago it was filed, then how many days to the next step)
    "submitted": ((0, 4), 0),
    "accepted": ((1, 6), 1),
    "correcting": ((2, 8), 1),
    "suspended": ((4, 8), 1),
    "lapsed": ((24, 28), 1),
}
OTHERWISE = ((6, 20), 1)
NEEDS_DECISION = frozenset({"refused", "revoked"})
WORDS = {
    "answer": "演示答复：已经联系您，材料齐全，接下来由对口单位与您约定时间。",
    "refer": "演示转办：已转主管单位，凭办件编号可以查询，约 5 个工作日答复。",
    "refuse": "演示理由：申报的数与证明材料不一致，不符合所申请的条款。",
    "refuse_intake": "演示理由：不属于本节点的办理范围，请到注册地所在的节点申请。",
    "suspend": "演示理由：需要到现场核实，约 5 个工作日。",
    "terminate": "演示理由：申请单位书面说明不再需要办理。",
    "revoke": "演示理由：复核发现材料不实，按规定撤销。",
}


@dataclass(frozen=True)
class WideCase:
    firm: DemoFirm
    adoption: Adoption
    ending: str
    filed: date
    next: date


def plan_wide(
    seed: int, today: date, calendar: Calendar, firms: Sequence[DemoFirm], offered: Sequence[Adoption]
) -> list[WideCase]:
    """Every adoption is used about as often; decided endings go to matters that are decided."""
    dice = random.Random(seed + 3)  # noqa: S311 - a story, not a secret
    endings = list(ENDINGS)
    dice.shuffle(endings)
    decided = [a for a in offered if a.definition.flow == Flow.DECISION and not a.definition.one_per_year]
    plain = [a for a in offered if not a.definition.one_per_year]
    found = []
    for number, ending in enumerate(endings):
        among = decided if ending in NEEDS_DECISION else plain
        adoption = among[(number * 7) % len(among)]
        (least, most), step = AGES.get(ending, OTHERWISE)
        filed = back(calendar, today, dice.randint(least, most))
        found.append(
            WideCase(
                firms[number % len(firms)], adoption, ending, filed, _later(calendar, filed, step, today)
            )
        )
    return sorted(found, key=lambda case: (case.filed, case.firm.index, case.adoption.item.code))


def _later(calendar: Calendar, day: date, working_days: int, today: date) -> date:
    days: Iterator[date] = calendar.working_days_after(day)
    for _ in range(working_days):
        day = next(days)
    return min(day, today)


class WideStory:
    """`people` by firm code, `desks` by node code and role; actors are looked up once."""

    def __init__(
        self, today: date, people: Mapping[str, Person], desks: Mapping[tuple[str, str], Person]
    ) -> None:
        self.today = today
        self.firms = {code: actor_for(person, today) for code, person in people.items()}
        self.desks = {key: actor_for(person, today) for key, person in desks.items()}

    def tell(self, plan: WideCase) -> None:
        filed = _at(plan.filed, 10)
        case_id = self._file(plan, filed)
        Case.objects.filter(pk=case_id).update(is_demo=True)
        last = self._handle(plan, case_id, filed)
        work_everything_off(last, SILENT)
        self._afterwards(plan, case_id, last)

    def _file(self, plan: WideCase, now: datetime) -> UUID:
        actor, adoption = self.firms[plan.firm.code], plan.adoption
        person_only = adoption.definition.for_persons
        answers = answers_for(adoption.definition.form, plan.firm)
        draft: Draft = do(
            start_draft,
            actor,
            organisation_id=None if person_only else actor.memberships[0].organisation_id,
            node=adoption.node,
            edition=adoption.edition.form,
            subject_id=adoption.pk,
            title=adoption.item.name,
            now=now - timedelta(minutes=20),
            prefill=_known(answers, plan.filed),
        )
        self._upload(
            draft, actor, uploads_for(adoption.definition.form, answers), now - timedelta(minutes=10)
        )
        draft.refresh_from_db()
        return do(submit_case, actor, draft_id=draft.pk, seen=draft_fingerprint(draft), now=now)

    def _upload(self, draft: Draft, actor: Actor, fields: Iterable[str], now: datetime) -> None:
        for field in fields:
            do(
                store_upload,
                actor,
                draft_id=draft.pk,
                organisation_id=draft.organisation_id,
                field=field,
                name=f"演示材料-{field}.pdf",
                chunks=[SMALL_PDF],
                kinds=("pdf",),
                most_bytes=1_000_000,
                now=now,
            )

    def _handle(self, plan: WideCase, case_id: UUID, filed: datetime) -> datetime:
        """The steps to the ending; returns when the last one was taken."""
        now = filed if plan.ending == "submitted" else max(filed, _at(plan.next, 15))
        if plan.ending in ("submitted",):
            return filed
        if plan.ending == "withdrawn":
            self._do("withdraw_case", self.firms[plan.firm.code], case_id, now)
        elif plan.ending == "not_accepted":
            self._do("refuse_intake", self._desk(plan, "clerk"), case_id, now, reason=WORDS["refuse_intake"])
        elif plan.ending in ("correcting", "lapsed"):
            self._ask(plan, case_id, now)
        else:
            self._accept(plan, case_id, now)
            now += timedelta(hours=1)
            self._end(plan, case_id, now)
        return now

    def _ask(self, plan: WideCase, case_id: UUID, now: datetime) -> None:
        clerk = self._desk(plan, "clerk")
        line = {"field": "contact_phone", "problem": "电话打不通。", "todo": "请改成能接通的号码。"}
        if plan.adoption.definition.for_persons:
            line["field"] = "names"
        do(add_defect, clerk, case_id=case_id, may_follow=False, now=now, **line)
        do(send_defects, clerk, case_id=case_id, version=_version(case_id), remember=False, now=now)

    def _accept(self, plan: WideCase, case_id: UUID, now: datetime) -> None:
        clerk = self._desk(plan, "clerk")
        if not plan.adoption.definition.for_persons:
            claim = Membership.objects.get(organisation__code=plan.firm.code)
            if not claim.is_verified:
                do(verify_membership, clerk, membership_id=claim.pk, name=plan.firm.name, now=now)
        self._do("accept_case", clerk, case_id, now)

    def _end(self, plan: WideCase, case_id: UUID, now: datetime) -> None:
        decider, manager = self._desk(plan, "decider"), self._desk(plan, "node_manager")
        if plan.ending in ("ended", "revoked"):
            self._finish(plan, case_id, decider, now)
        elif plan.ending == "refused":
            self._do("refuse_case", decider, case_id, now, reason=WORDS["refuse"])
        elif plan.ending == "suspended":
            procedure = plan.adoption.definition.special_procedures[0]
            self._do("suspend_case", decider, case_id, now, reason=WORDS["suspend"], procedure=procedure)
        elif plan.ending == "terminated":
            self._do("terminate_case", manager, case_id, now, reason=WORDS["terminate"])

    def _finish(self, plan: WideCase, case_id: UUID, decider: Actor, now: datetime) -> None:
        service, words = {
            Flow.DECISION: ("grant_case", {"opinion": ""}),
            Flow.ANSWER: ("answer_case", {"reason": WORDS["answer"]}),
            Flow.REFERRAL: ("refer_case", {"reason": WORDS["refer"]}),
        }[plan.adoption.definition.flow]
        self._do(service, decider, case_id, now, **words)

    def _afterwards(self, plan: WideCase, case_id: UUID, last: datetime) -> None:
        if plan.ending == "revoked":
            later = last + timedelta(hours=3)
            self._do(
                "revoke_result", self._desk(plan, "node_manager"), case_id, later, reason=WORDS["revoke"]
            )
            work_everything_off(later, SILENT)
        elif plan.ending == "lapsed":
            today = _at(self.today, 8)
            act_on_time({"case": str(case_id)}, today)
            work_everything_off(today, SILENT)

    def _do(self, service: str, actor: Actor, case_id: UUID, now: datetime, **more: Any) -> None:
        act: Callable[..., Any] = getattr(services, service)
        do(act, actor, case_id=case_id, version=_version(case_id), now=now, **more)

    def _desk(self, plan: WideCase, role: str) -> Actor:
        return self.desks[(plan.adoption.node.code, role)]


def _known(answers: Mapping[str, Mapping[str, Any]], day: date) -> dict[str, FactValue]:
    """All of it known beforehand: one step instead of one for each section of the form."""
    typed = {name: value for part in answers.values() for name, value in part.items()}
    return {name: FactValue(value, "演示档案", day.isoformat()) for name, value in typed.items()}


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _version(case_id: UUID) -> int:
    return int(Case.objects.values_list("version", flat=True).get(pk=case_id))
