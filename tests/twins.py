"""Three firms of the same shape, each with its own word in everything it or anybody writes about it (T2, T3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from qcy.demo.build import STAFF
from qcy.demo.plan import DemoFirm
from qcy.demo.story import SMALL_PDF, files_of, values_of
from qcy.engines.casework import defects, services
from qcy.engines.casework.corrections import answer_defect, start_correction, submit_correction
from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.engines.casework.models import Case, CaseRecord, DefectSheet
from qcy.engines.casework.personal import unmask
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import save_section
from qcy.engines.ratings.duties import handle_duty
from qcy.engines.ratings.models import Complaint, RatingDuty
from qcy.engines.ratings.services import file_complaint, rate_case
from qcy.engines.register.enums import Grade
from qcy.engines.register.models import Fact
from qcy.engines.register.services import record_fact
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.handlers import render_document
from qcy.foundation.documents.models import Document
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import store_upload
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.outbox.worker import Handlers
from qcy.foundation.parties.actor import Actor, actor_for
from qcy.foundation.parties.enums import ContactKind, MembershipRole, PersonKind
from qcy.foundation.parties.members import invite_member, take_up_invitation
from qcy.foundation.parties.models import Invitation, Membership, Person, PersonContact
from qcy.foundation.parties.sealed import lookup, seal
from qcy.foundation.parties.services import (
    claim_organisation,
    open_account,
    prove_contact,
    verify_membership,
)
from qcy.wiring import HANDLERS
from tests.engines.tables import upload, xlsx
from tests.world import FIRMS, NOW, TODAY, World

ROLES = ("clerk", "decider", "node_manager")
TAILS = {"owner": "72", "agent": "83", "invited": "94", "contact": "05"}
# everything but the PDFs, which the walk renders itself: mail and text messages included
SPEAKING: Handlers = {
    topic: tuple(h for h in handlers if h is not render_document) for topic, handlers in HANDLERS.items()
}
BY_FIRM = (Case, Draft, StoredFile, Membership, Invitation, Fact)


class Texts:
    """Stands for a provider of text messages; keeps what it was handed."""

    sent: ClassVar[list[tuple[str, str]]] = []

    def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))


class Tenant:
    """One firm at one node. Built by the same steps as its twins; only the word, the digits and the ids differ."""

    def __init__(self, world: World, letter: str, node: str) -> None:
        self.world, self.node = world, node
        self.word = f"ZQ{letter}TWIN{letter}"
        digit = str("ABC".index(letter) + 1)
        self.phones = {who: f"1395{digit * 3}{digit}{tail}{digit}" for who, tail in TAILS.items()}
        self.firm = self._firm(20 + int(digit))
        self.desks = {role: self._desk(role) for role in ROLES}
        self.ids: dict[str, Any] = {}
        self.owner = self._founder()
        self._first_case()
        self._after_the_decision()
        self._second_case()
        self._people_and_voice()
        self._record()
        self._name_everything()

    def say(self, text: str) -> str:
        return f"{text} {self.word}"

    def _firm(self, number: int) -> DemoFirm:
        words = {"name": f"演示{self.word}企业", "contact": f"联系{self.word}", "phone": self.phones["owner"]}
        return replace(FIRMS[number], patents=2, **words)

    # --- who ---------------------------------------------------------------------------------------
    def _desk(self, role: str) -> Actor:
        name = next(desk for node, held, desk, _ in STAFF if (node, held) == (self.node, role))
        return self.world.desk(name)

    def _person(self, who: str) -> Actor:
        what = {"kind": ContactKind.PHONE, "value": self.phones[who], "now": NOW}
        with unscoped("test"):
            person = open_account(
                kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=self.phones[who], now=NOW
            )
            prove_contact(person=person, **what)
            return actor_for(person, TODAY)

    def _again(self, actor: Actor) -> Actor:
        with unscoped("test"):
            return actor_for(Person.objects.get(pk=actor.me), TODAY)

    def _founder(self) -> Actor:
        actor = self._person("owner")
        self.world.do(claim_organisation, actor, code=self.firm.code, name=self.firm.name, now=NOW)
        address = f"{self.word}@demo.invalid"
        what = {
            "kind": ContactKind.EMAIL,
            "sealed": seal(address),
            "lookup": lookup(ContactKind.EMAIL, address),
        }
        with unscoped("test"):
            PersonContact(person_id=actor.me, verified_at=NOW, **what).save(force_insert=True)
        return self._again(actor)

    def _agent(self) -> Actor:
        actor = self._person("agent")
        with unscoped("test"):
            invitation = self._invite("agent")
            take_up_invitation(actor=actor, invitation_id=invitation.pk, now=NOW)
        return self._again(actor)

    def _invite(self, who: str) -> Invitation:
        until = TODAY + timedelta(days=30)
        details = {"role": MembershipRole.AGENT, "until": until, "now": NOW, "phone": self.phones[who]}
        firm = self.owner.memberships[0].organisation_id
        return self.world.do(invite_member, self.owner, organisation_id=firm, **details)

    # --- what --------------------------------------------------------------------------------------
    def _values(self) -> dict[str, dict[str, Any]]:
        values = values_of(self.firm)
        values["firm"] |= {"address": self.say("地址"), "product": self.say("产品")}
        for row in values["results"]["ip"]:
            row |= {"name": self.say(row["name"]), "number": f"{self.word}{row['number']}"}
        return values

    def _draft(self) -> Draft:
        draft = self.world.empty_draft(self.owner, self.node)
        for key, values in self._values().items():
            what = {"draft_id": draft.pk, "section": key, "values": values, "version": 0, "now": NOW}
            self.world.do(save_section, self.owner, **what)
        for name in files_of(self.firm):
            self._upload(draft, name)
        return self._fresh(draft)

    def _fresh(self, draft: Draft) -> Draft:
        with unscoped("test"):
            return Draft.objects.with_form().get(pk=draft.pk)

    def _upload(self, draft: Draft, name: str) -> None:
        where = {"draft_id": draft.pk, "organisation_id": draft.organisation_id, "field": name, "now": NOW}
        paper = {"name": f"{name}-{self.word}.pdf", "chunks": [SMALL_PDF], "kinds": ("pdf",)}
        self.world.do(store_upload, self.owner, most_bytes=10**6, **where, **paper)

    def _file(self) -> Case:
        draft = self._draft()
        details = {"draft_id": draft.pk, "seen": draft_fingerprint(draft), "now": NOW}
        case_id = self.world.do(submit_case, self.owner, **details)
        self.world.work(SPEAKING)
        return self.world.reload(case_id)

    def _act(self, who: str, service: Any, case: Case, **details: Any) -> Case:
        actor = self.owner if who == "owner" else self.desks[who]
        self.world.do(service, actor, case_id=case.pk, now=NOW, **details)
        self.world.work(SPEAKING)
        return self.world.reload(case)

    def _defect(self, case: Case) -> None:
        words = {"field": "rd", "problem": self.say("不一致"), "todo": self.say("请核对")}
        self._act("clerk", defects.add_defect, case, may_follow=False, **words)

    # --- the story ---------------------------------------------------------------------------------
    def _first_case(self) -> None:
        """Filed, corrected, talked about, decided against."""
        case = self._file()
        with unscoped("test"):
            claim = Membership.objects.get(person_id=self.owner.me)
        what = {"membership_id": claim.pk, "name": self.firm.name, "now": NOW}
        self.world.do(verify_membership, self.desks["clerk"], **what)
        self.owner = self._again(self.owner)
        self._defect(case)
        self._act("clerk", defects.send_defects, case, version=case.version, remember=True)
        case = self._correct(case)
        case = self._act("clerk", services.accept_case, case, version=case.version)
        self._talk(case)
        extended = {"days": 2, "reason": self.say("等专家意见"), "version": case.version}
        case = self._act("node_manager", services.extend_case, case, **extended)
        refused = {"reason": self.say("研发投入不足"), "version": case.version}
        self.closed = self._act("decider", services.refuse_case, case, **refused)

    def _correct(self, case: Case) -> Case:
        draft = self.world.do(start_correction, self.owner, case_id=case.pk, now=NOW)
        with unscoped("test"):
            [line] = CaseRecord.objects.get(case=case, kind="defects").body["defects"]
        reply = {"defect_id": line["id"], "reply": self.say("没有错"), "promise": False}
        self._act("owner", answer_defect, case, **reply)
        seen = draft_fingerprint(self._fresh(draft))
        self.world.do(submit_correction, self.owner, draft_id=draft.pk, seen=seen, now=NOW)
        self.world.work(SPEAKING)
        return self.world.reload(case)

    def _talk(self, case: Case) -> None:
        self._act("clerk", services.remark_on_case, case, text=self.say("请补一张"))
        self._act("owner", services.remark_on_case, case, text=self.say("几时有结果"))
        self._act("clerk", services.add_note, case, text=self.say("便签"))
        self._act("clerk", unmask, case, field="contact_phone", reason=self.say("电话核实"))

    def _after_the_decision(self) -> None:
        self._act("owner", rate_case, self.closed, level=2, comment=self.say("太慢"))
        with unscoped("test"):
            self.duty = RatingDuty.objects.get(case=self.closed)
        step = {"command": "call_back", "text": self.say("已回访"), "version": 1, "now": NOW}
        self.world.do(handle_duty, self.desks["clerk"], duty_id=self.duty.pk, **step)

    def _second_case(self) -> None:
        """Waiting on a desk, with a letter half written; and one more draft nobody has sent."""
        case = self._file()
        me = self.desks["clerk"].me
        case = self._act("clerk", services.assign_case, case, person_id=me, version=case.version)
        self._act("owner", services.remark_on_case, case, text=self.say("很急"))
        self._defect(case)
        self.open, self.draft = self.world.reload(case), self._draft()

    def _people_and_voice(self) -> None:
        self.agent = self._agent()
        with unscoped("test"):
            self.invitation = self._invite("invited")
        words = {"text": self.say("没有人"), "contact": self.phones["contact"], "page": f"/{self.word}"}
        self.complaint = self.world.do(
            file_complaint, self.owner, node=self.world.node(self.node), now=NOW, **words
        )
        dead = {"row_scope": self.owner.scope.as_json(), "run_after": NOW, "state": RowState.DEAD}
        self.row = OutboxRow(topic="message.wanted", payload={"body": self.word}, **dead)
        with unscoped("test"):
            self.row.save()
        self.world.work(SPEAKING)

    def _record(self) -> None:
        """A fact, and a table that waits to be confirmed."""
        manager, node = self.desks["node_manager"], self.world.node(self.node).pk
        fact = {"name": "reg_city", "fiscal_year": None, "value": self.say("西安"), "grade": Grade.B}
        firm = self.owner.memberships[0].organisation_id
        about = {"organisation_id": firm, "source": self.say("年报"), "as_of": TODAY, "now": NOW}
        self.world.do(record_fact, manager, node_id=node, **fact, **about)
        table = xlsx(["统一社会信用代码", "注册地市"], [[self.firm.code, self.say("宝鸡")], [self.word, ""]])
        self.batch = upload(self.world, table, actor=manager, name=f"{self.word}.xlsx")

    # --- what it is known by -----------------------------------------------------------------------
    def _name_everything(self) -> None:
        with unscoped("test"):
            firm = self.owner.memberships[0].organisation_id
            held = Membership.objects.filter(organisation=firm)
            paper = Document.objects.filter(case_id=self.closed.pk).order_by("issued_at", "id")[0]
            self.ids = {
                "firm": firm,
                "owner_membership": held.get(person_id=self.owner.me).pk,
                "agent_membership": held.get(person_id=self.agent.me).pk,
                "invitation": self.invitation.pk,
                "draft": self.draft.pk,
                "window_draft": self.draft.pk,
                "seen": draft_fingerprint(self.draft),
                "window_seen": draft_fingerprint(self.draft),
                "draft_file": StoredFile.objects.get(draft_id=self.draft.pk, field="licence").pk,
                "receipt": paper.pk,
                "verification": paper.verification_code,
                "duty": self.duty.pk,
                "complaint": self.complaint.pk,
                "row": self.row.pk,
                "batch": self.batch.pk,
                "clerk_person": self.desks["clerk"].me,
                "clerk2_person": self.desks["decider"].me,
                "matter": self.world.adoption(self.node).pk,
                "defect": DefectSheet.objects.get(case=self.open).defects[0]["id"],
            }

    def filled(self, case: Case) -> dict[str, Any]:
        """The names tests/matrix.yaml uses, for one of the two cases."""
        with unscoped("test"):
            file = StoredFile.objects.filter(case_id=case.pk, field="licence").first()
        return self.ids | {"case": case.pk, "window_case": case.pk, "version": case.version, "file": file.pk}

    def words(self) -> frozenset[str]:
        """What people typed: the firm's word, its code, its phones in full and masked."""
        masked = {f"{p[:3]}****{p[-4:]}" for p in self.phones.values()}
        return frozenset({self.word, self.firm.code, *self.phones.values(), *masked})

    def marks(self) -> frozenset[str]:
        """Words, numbers and ids that may stand nowhere outside this tenant."""
        firm, people = self.ids["firm"], (self.owner.me, self.agent.me)
        with unscoped("test"):
            cases = dict(Case.objects.filter(organisation_id=firm).values_list("pk", "number"))
            found = [m.objects.filter(organisation_id=firm) for m in BY_FIRM]
            found += [
                Document.objects.filter(case_id__in=cases),
                Complaint.objects.filter(person_id__in=people),
            ]
            keys = {str(pk) for rows in found for pk in rows.values_list("pk", flat=True)}
        return (
            self.words()
            | keys
            | set(cases.values())
            | {str(i) for i in (*people, firm, self.duty.pk, self.batch.pk)}
        )
