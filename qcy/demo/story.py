"""Tells one demo case through the real services, at the times the plan names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.engines.casework.models import Case
from qcy.engines.casework.services import (
    accept_case,
    assign_case,
    grant_case,
    refuse_case,
    refuse_intake,
    withdraw_case,
)
from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import save_section, start_draft
from qcy.engines.ratings.services import file_complaint, rate_case
from qcy.foundation.files.services import store_upload
from qcy.foundation.parties.actor import VISITOR, Actor, actor_for
from qcy.foundation.parties.enums import ContactKind, MembershipState, PersonKind
from qcy.foundation.parties.models import Membership, Organisation, Person
from qcy.foundation.parties.services import claim_organisation, open_account, prove_contact, verify_membership
from qcy.kernel.local_time import SHANGHAI

from .aftermath import work_everything_off
from .plan import AFTER_ACCEPTANCE, BEFORE_ACCEPTANCE, FIELDS, DemoCase, DemoFirm
from .turns import TURNS, Turn, do

SMALL_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
REASONS_REFUSED = (
    "研发费用辅助账与申报的研发费用合计数不一致，无法认定研发投入。请核对后于下一年度重新申请。",
    "科技人员占职工总数的比例不足 10%，科技人员指标为 0 分，不符合办法第六条（五）。",
)
REASONS_NOT_ACCEPTED = (
    "佐证材料未加盖公章，研发费用辅助账缺少项目明细。请补齐后重新申请。",
    "经营地址不在本节点服务范围内，请到注册地所在节点申请。",
)


class Story:
    def __init__(self, seed: int, today: date, adoption: Adoption, staff: dict[str, Person]) -> None:
        self.dice = random.Random(seed + 2)  # noqa: S311
        self.today = today
        self.adoption = adoption
        self.staff = staff
        self.people: dict[str, Person] = {}
        self.known: dict[UUID, Actor] = {}  # looked up once, and again when their rights have changed

    def register(self, firm: DemoFirm) -> None:
        now = self._at(self.today - timedelta(days=40), 9)
        person = open_account(kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=firm.phone, now=now)
        prove_contact(person=person, kind=ContactKind.PHONE, value=firm.phone, now=now)
        self.people[firm.code] = person
        do(claim_organisation, self._actor(person), code=firm.code, name=firm.name, now=now)
        self.known.pop(person.pk)
        Organisation.objects.filter(code=firm.code).update(is_demo=True)

    def tell(self, plan: DemoCase) -> None:
        now = self._at(plan.submitted, self.dice.choice((9, 10, 11, 14, 15, 16)))
        case_id = self._file(plan.firm, now)
        Case.objects.filter(pk=case_id).update(is_demo=True)
        self._work_off(now)
        if plan.ending == "withdrawn":
            self._withdraw(plan, case_id)
        else:
            self._handle(plan, case_id, now)

    def _withdraw(self, plan: DemoCase, case_id: UUID) -> None:
        now = self._at(plan.decided or plan.submitted, 17)
        do(withdraw_case, self._applicant(plan.firm), case_id=case_id, version=1, now=now)
        self._work_off(now)

    def _handle(self, plan: DemoCase, case_id: UUID, filed: datetime) -> None:
        clerk = self._desk(self.dice.choice(("经办人 01", "经办人 02")))
        if plan.ending != "submitted" or plan.taken:
            self._assign(case_id, clerk, filed + timedelta(minutes=40))
        if plan.ending == "not_accepted":
            self._refuse_intake(plan, case_id, clerk)
        elif plan.ending in BEFORE_ACCEPTANCE:
            self._turn(plan, case_id, clerk)
        elif plan.ending != "submitted":
            self._accept_and_decide(plan, case_id, clerk)

    def _turn(self, plan: DemoCase, case_id: UUID, desk: Actor) -> None:
        assert plan.decided
        now = self._at(plan.decided, 10)
        TURNS[plan.ending](Turn(case_id, desk, self._desk("节点负责人"), self._applicant(plan.firm), now))
        self._work_off(now)

    def _refuse_intake(self, plan: DemoCase, case_id: UUID, clerk: Actor) -> None:
        now = self._at(plan.decided or plan.submitted, 17)
        reason = self.dice.choice(REASONS_NOT_ACCEPTED)
        do(refuse_intake, clerk, case_id=case_id, reason=reason, version=_version(case_id), now=now)
        self._work_off(now)

    def _accept_and_decide(self, plan: DemoCase, case_id: UUID, clerk: Actor) -> None:
        assert plan.accepted
        now = self._at(plan.accepted, 17)
        self._check_licence(plan.firm, clerk, now)
        do(accept_case, clerk, case_id=case_id, version=_version(case_id), now=now)
        self._work_off(now)
        decider = self._desk(self.dice.choice(("审定人 01", "审定人 02")))
        if plan.taken or plan.decided:
            self._assign(case_id, decider, now + timedelta(minutes=30))
        if plan.ending in AFTER_ACCEPTANCE:
            self._turn(plan, case_id, decider)
        elif plan.decided:
            self._decide(plan, case_id, decider, self._at(plan.decided, 17, 40))

    def _decide(self, plan: DemoCase, case_id: UUID, decider: Actor, now: datetime) -> None:
        version = _version(case_id)
        if plan.ending == "granted":
            do(grant_case, decider, case_id=case_id, opinion="", version=version, now=now)
        else:
            reason = self.dice.choice(REASONS_REFUSED)
            do(refuse_case, decider, case_id=case_id, reason=reason, version=version, now=now)
        self._work_off(now)
        if plan.rating:
            later = now + timedelta(hours=2)
            do(
                rate_case,
                self._applicant(plan.firm),
                case_id=case_id,
                level=plan.rating,
                comment="",
                now=later,
            )

    def leave_drafts(self, firms: list[DemoFirm]) -> None:
        """Two firms have begun and not finished; one visitor has complained."""
        now = self._at(self.today, 9)
        for firm in firms[-2:]:
            draft = self._start(firm, now)
            self._save(draft, self._applicant(firm), dict(list(values_of(firm).items())[:2]), now)
        text = "演示留言：研发费用辅助账的空白表在哪里下载？"
        file_complaint(
            actor=VISITOR,
            node=self.adoption.node,
            text=text,
            contact="",
            page="/n/fengxi/matters/tsme/",
            now=now,
        )

    def _file(self, firm: DemoFirm, now: datetime) -> UUID:
        actor = self._applicant(firm)
        started = now - timedelta(minutes=25)
        draft = self._start(firm, started)
        self._save(draft, actor, values_of(firm), started)
        for field in files_of(firm):
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
                now=started,
            )
        draft.refresh_from_db()
        return do(submit_case, actor, draft_id=draft.pk, seen=draft_fingerprint(draft), now=now)

    def _start(self, firm: DemoFirm, now: datetime) -> Draft:
        return do(
            start_draft,
            self._applicant(firm),
            organisation_id=Organisation.objects.get(code=firm.code).pk,
            node=self.adoption.node,
            edition=self.adoption.edition.form,
            subject_id=self.adoption.pk,
            title=self.adoption.item.name,
            now=now,
        )

    def _save(self, draft: Draft, actor: Actor, sections: Mapping[str, Any], now: datetime) -> None:
        for key, values in sections.items():
            do(save_section, actor, draft_id=draft.pk, section=key, values=values, version=0, now=now)

    def _check_licence(self, firm: DemoFirm, clerk: Actor, now: datetime) -> None:
        claim = Membership.objects.get(organisation__code=firm.code)
        if claim.state == MembershipState.CLAIMED:
            do(verify_membership, clerk, membership_id=claim.pk, name=firm.name, now=now)
            self.known.pop(claim.person_id, None)

    def _assign(self, case_id: UUID, actor: Actor, now: datetime) -> None:
        assert actor.person_id
        do(assign_case, actor, case_id=case_id, person_id=actor.person_id, version=_version(case_id), now=now)
        self._work_off(now)

    def _work_off(self, now: datetime) -> None:
        work_everything_off(now)

    def _applicant(self, firm: DemoFirm) -> Actor:
        return self._actor(self.people[firm.code])

    def _desk(self, desk: str) -> Actor:
        return self._actor(self.staff[desk])

    def _actor(self, person: Person) -> Actor:
        if person.pk not in self.known:
            self.known[person.pk] = actor_for(person, self.today)
        return self.known[person.pk]

    def _at(self, day: date, hour: int, minute: int | None = None) -> datetime:
        return datetime.combine(
            day, time(hour, self.dice.randint(0, 39) if minute is None else minute), SHANGHAI
        )


def _version(case_id: UUID) -> int:
    return int(Case.objects.values_list("version", flat=True).get(pk=case_id))


def files_of(firm: DemoFirm) -> Iterator[str]:
    yield from ("licence", "ledger", "evidence", "cover")
    if firm.patents:
        yield "ip_certificates"


def values_of(firm: DemoFirm) -> dict[str, dict[str, Any]]:
    return {
        "firm": {
            "contact_name": firm.contact,
            "contact_phone": firm.phone,
            "address": f"演示地址 {firm.index:02d} 号",
            "established": f"20{10 + firm.index % 14}-05-20",
            "levy": "audit",
            "product": f"{FIELDS[firm.index % len(FIELDS)]}领域的演示产品",
        },
        "staff": {"headcount": str(firm.headcount), "tech_staff": str(firm.tech_staff)},
        "research": {
            "sales": firm.sales,
            "assets": firm.assets,
            "costs": firm.costs,
            "rd": firm.rd,
            "projects": str(1 + firm.index % 5),
        },
        "results": {
            "has_ip": "yes" if firm.patents else "no",
            "direct_route": "none",
            **({"ip": _patents(firm)} if firm.patents else {}),
        },
        "promise": {},
    }


def _patents(firm: DemoFirm) -> list[dict[str, str]]:
    return [
        {
            "type": "utility",
            "name": f"演示实用新型 {firm.index:02d}-{n}",
            "number": f"演示{firm.index:02d}{n:02d}",
        }
        for n in range(1, firm.patents + 1)
    ]
