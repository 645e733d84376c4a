"""Twelve people and one firm's papers: what the matrix of addresses and viewers (T1) is asked with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client

from qcy.delivery.portal.accounts.contact import EMAIL, PHONE, Way
from qcy.demo.build import PASSWORD
from qcy.demo.story import SMALL_PDF, files_of, values_of
from qcy.domains.content.seeds import load_content
from qcy.domains.content.services import Words, create_article, move_article
from qcy.engines.casework import defects, services
from qcy.engines.casework.filing import draft_fingerprint
from qcy.engines.casework.models import Case, DefectSheet
from qcy.engines.casework.window import begin_at_window
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import save_section
from qcy.engines.ratings.models import RatingDuty
from qcy.engines.ratings.services import file_complaint, rate_case
from qcy.engines.ratings.voice import answer_complaint
from qcy.engines.register.merging import merge_organisations
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import store_upload
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.parties.actor import VISITOR, Actor, actor_for
from qcy.foundation.parties.enums import ContactKind, MembershipRole, MembershipState, PersonKind
from qcy.foundation.parties.members import invite_member, take_up_invitation
from qcy.foundation.parties.models import Membership, Organisation, Person
from qcy.foundation.parties.sealed import seal
from qcy.foundation.parties.services import claim_organisation, open_account, prove_contact
from qcy.insight.services import load_figures
from tests.engines.tables import firms, upload, xlsx
from tests.world import FIRMS, NOW, TODAY, World, seed

STRANGER, CLAIMED, AGENT = "13900000001", "13900000002", "13900000003"
AT_WINDOW = FIRMS[3]
SMALL_TABLE = xlsx(
    ["统一社会信用代码", "营业收入(2025)(万元)"], [[FIRMS[0].code, 4820], [FIRMS[0].code, "不详"]]
)
CODE = "246810"  # typed on the page that changes one's phone
FOLLOWS = {  # stage -> the one it is reached from
    "draft": "",
    "window": "draft",
    "window_filed": "window",
    "unchecked": "draft",
    "filed": "draft",
    "gathering": "filed",
    "correcting": "gathering",
    "accepted": "filed",
    "suspended": "accepted",
    "delivered": "accepted",
    "rated": "delivered",
}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in the block never happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Cast:
    """`ids` names every object an address or a form of the matrix is filled with."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, Any] = {}
        self.viewers: dict[str, Actor | None] = {"visitor": None}
        with unscoped("test"):
            self._firms()
        self._public()
        self._register()
        self.world.work()

    # --- who ---------------------------------------------------------------------------------------
    def _firms(self) -> None:
        owner, other = self._verified(0), self._verified(1)
        draft = self.world.draft(0)
        self.viewers |= {"stranger": self._person(STRANGER), "other_firm": other}
        self.viewers["claimed"] = self._claimed()
        self.viewers["agent"] = self._invited(owner, AGENT)
        self.viewers["owner"] = owner
        desks = {
            "clerk": "经办人 01",
            "reviewer": "审核人 01",
            "decider": "审定人 01",
            "manager": "节点负责人",
        }
        desks |= {"hub_clerk": "总窗口经办人 01", "hub_manager": "总窗口负责人"}
        self.viewers |= {viewer: self.world.desk(desk) for viewer, desk in desks.items()}
        self._name_papers(owner, draft)

    def _verified(self, number: int) -> Actor:
        person, firm = self.world.person(number), FIRMS[number]
        Organisation.objects.filter(code=firm.code).update(name=firm.name)
        Membership.objects.filter(person=person).update(state=MembershipState.VERIFIED, verified_at=NOW)
        return actor_for(person, TODAY)

    def _person(self, phone: str) -> Actor:
        person = open_account(kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=phone, now=NOW)
        prove_contact(person=person, kind=ContactKind.PHONE, value=phone, now=NOW)
        return actor_for(person, TODAY)

    def _claimed(self) -> Actor:
        actor = self._person(CLAIMED)
        claim_organisation(actor=actor, code=FIRMS[0].code, name="冒名", now=NOW)
        return actor_for(Person.objects.get(pk=actor.me), TODAY)

    def _invited(self, owner: Actor, phone: str) -> Actor:
        actor, invitation = self._person(phone), self._invite(owner, phone)
        take_up_invitation(actor=actor, invitation_id=invitation.pk, now=NOW)
        return actor_for(Person.objects.get(pk=actor.me), TODAY)

    def _invite(self, owner: Actor, phone: str) -> Any:
        firm, until = owner.memberships[0].organisation_id, TODAY + timedelta(days=30)
        details = {"role": MembershipRole.AGENT, "until": until, "now": NOW}
        return invite_member(actor=owner, organisation_id=firm, phone=phone, **details)

    def _register(self) -> None:
        """A table that waits to be confirmed, a firm with two codes, and two codes that were merged."""
        batch = upload(self.world, SMALL_TABLE, actor=self.actor("manager"))
        double, kept, merged = firms([901, 902, 903])
        self.ids |= {"batch": batch.pk, "double_code": double.code}
        details = {"kept_id": kept.pk, "merged_id": merged.pk, "reason": "换照后旧代码停用", "now": NOW}
        hub = self.world.node("XX")
        merge = self.world.do(merge_organisations, self.actor("hub_manager"), node=hub, **details)
        self.ids["merge"] = merge.pk

    # --- what --------------------------------------------------------------------------------------
    def _name_papers(self, owner: Actor, draft: Draft) -> None:
        firm = owner.memberships[0].organisation_id
        held = Membership.objects.filter(organisation=firm)
        self.ids |= {
            "firm": firm,
            "firm_code": FIRMS[0].code,
            "firm_name": FIRMS[0].name,
            "new_code": FIRMS[5].code,
            "draft": draft.pk,
            "seen": draft_fingerprint(draft),
            "draft_file": StoredFile.objects.filter(draft_id=draft.pk, field="licence").get().pk,
            "owner_membership": held.get(person_id=owner.me).pk,
            "agent_membership": held.get(person_id=self.actor("agent").me).pk,
            "invitation": self._invite(owner, STRANGER).pk,
            "clerk_person": self.actor("clerk").me,
            "clerk2_person": self.world.clerk2.me,
            "matter": self.world.adoption().pk,
            "hub_matter": self.world.adoption("XX").pk,
            "password": PASSWORD,
            "code": CODE,
        }

    def _public(self) -> None:
        row = OutboxRow(topic="message.wanted", payload={}, row_scope={}, run_after=NOW, state=RowState.DEAD)
        with unscoped("test"):
            row.save()
        details = {"node": self.world.node(), "text": "窗口没有人", "contact": "13800009999", "page": "/"}
        complaint = self.world.do(file_complaint, VISITOR, now=NOW, **details)
        with unscoped("test"):
            load_figures(seed("figures/2021-11"), now=NOW)
            load_content(seed("content/help"), now=NOW)
        self._texts()
        self._answered()
        self.ids |= {"row": row.pk, "complaint": complaint.pk}

    def _texts(self) -> None:
        """A draft of the clerk, a text under review, a published one."""
        clerk, node = self.actor("clerk"), self.world.node()
        words = Words("announcement", "受理时间调整", "从下周起，窗口 9 点开始受理。")
        way = (("submit", clerk), ("publish", self.actor("manager")))
        for steps, name in enumerate(("article", "reviewed", "public_text")):
            text = self.world.do(create_article, clerk, node=node, words=words, now=NOW)
            for command, actor in way[:steps]:
                details = {"article_id": text.pk, "command": command, "version": text.version, "now": NOW}
                text = self.world.do(move_article, actor, **details)
            self.ids |= {name: text.pk, f"{name}_version": text.version}

    def _answered(self) -> None:
        """A complaint whose writer agrees to see it published, answered by the clerk."""
        details = {"node": self.world.node(), "text": "排队太久", "contact": "", "page": "/"}
        answered = self.world.do(file_complaint, VISITOR, may_publish=True, now=NOW, **details)
        words = {"complaint_id": answered.pk, "text": "已增开一个窗口。", "now": NOW}
        self.world.do(answer_complaint, self.actor("clerk"), **words)
        self.ids |= {"answered": answered.pk, "answered_number": answered.number}

    # --- how far -----------------------------------------------------------------------------------
    def reach(self, stage: str) -> None:
        """Take the papers to this stage through the real services, each step after the one before it."""
        if FOLLOWS[stage]:
            self.reach(FOLLOWS[stage])
            getattr(self, f"_{stage}")()
            self.world.work()
            with unscoped("test"):
                self._name_case()

    def _name_case(self) -> None:
        if case := Case.objects.filter(draft_id=self.ids["draft"]).first():
            papers = Document.objects.filter(case_id=case.pk).order_by("issued_at", "id")
            for paper in papers:
                self._as_if_rendered(paper)
            file = StoredFile.objects.filter(case_id=case.pk, field="licence").get()
            self.ids |= {"case": case.pk, "version": case.version, "file": file.pk}
            self.ids |= {"receipt": papers[0].pk, "verification": papers[0].verification_code}

    def _as_if_rendered(self, paper: Document) -> None:
        """The matrix is about who may have a PDF, not about what stands in it."""
        paper.pdf_path.parent.mkdir(parents=True, exist_ok=True)
        paper.pdf_path.write_bytes(SMALL_PDF)
        Document.objects.filter(pk=paper.pk).update(pdf_sha256="0" * 64)

    def _filed(self) -> None:
        with unscoped("test"):
            draft = Draft.objects.with_form().get(pk=self.ids["draft"])
        self.world.submit(draft)

    def _unchecked(self) -> None:
        self._filed()
        with unscoped("test"):
            mine = Membership.objects.filter(pk=self.ids["owner_membership"])
            mine.update(state=MembershipState.CLAIMED)

    def _gathering(self) -> None:
        words = {"field": "rd", "problem": "与辅助账不一致", "todo": "请核对", "may_follow": False}
        self._act("clerk", defects.add_defect, **words)
        with unscoped("test"):
            self.ids["defect"] = DefectSheet.objects.get(case=self.ids["case"]).defects[0]["id"]

    def _correcting(self) -> None:
        self._act("clerk", defects.send_defects, version=self.ids["version"], remember=False)

    def _accepted(self) -> None:
        self._act("clerk", services.accept_case, version=self.ids["version"])

    def _suspended(self) -> None:
        more = {"procedure": "现场核查", "reason": "现场核查需要五天", "version": self.ids["version"]}
        self._act("reviewer", services.suspend_case, **more)

    def _delivered(self) -> None:
        self._act("decider", services.grant_case, opinion="", version=self.ids["version"])

    def _rated(self) -> None:
        self._act("owner", rate_case, level=2, comment="回复太慢")
        with unscoped("test"):
            self.ids["duty"] = RatingDuty.objects.get(case=self.ids["case"]).pk

    def _act(self, viewer: str, service: Any, **details: Any) -> None:
        self.world.do(service, self.actor(viewer), case_id=self.ids["case"], now=NOW, **details)

    def _window(self) -> None:
        clerk, firm = self.actor("clerk"), AT_WINDOW
        details = {"code": firm.code, "name": firm.name, "phone": firm.phone, "now": NOW}
        draft = self.world.do(begin_at_window, clerk, adoption=self.world.adoption(), **details)
        for key, values in values_of(firm).items():
            what = {"draft_id": draft.pk, "section": key, "values": values, "version": 0, "now": NOW}
            self.world.do(save_section, clerk, **what)
        for name in files_of(firm):
            self._take_in(clerk, draft, name)
        with unscoped("test"):
            draft.refresh_from_db()
        self.ids |= {"window_draft": draft.pk, "window_seen": draft_fingerprint(draft)}

    def _take_in(self, clerk: Actor, draft: Draft, name: str) -> None:
        where = {"draft_id": draft.pk, "organisation_id": draft.organisation_id, "window_id": draft.window_id}
        paper = {"name": f"{name}.pdf", "chunks": [SMALL_PDF], "kinds": ("pdf",), "most_bytes": 10**6}
        self.world.do(store_upload, clerk, field=name, now=NOW, **where, **paper)

    def _window_filed(self) -> None:
        from qcy.engines.casework.filing import submit_case

        details = {"draft_id": self.ids["window_draft"], "seen": self.ids["window_seen"], "now": NOW}
        self.ids["window_case"] = self.world.do(submit_case, self.actor("clerk"), **details)

    # --- browsers ----------------------------------------------------------------------------------
    def actor(self, viewer: str) -> Actor:
        return self.viewers[viewer] or VISITOR


def session_of(actor: Actor) -> str:
    """A stored session: signed in, a new phone waiting for its code, a complaint just handed in."""
    session = Client().session
    session["complaint"] = "TS-FX-20260708-0001"
    for way, value in ((PHONE, "13900001111"), (EMAIL, "new@example.com")):
        session[way.kept] = _waiting(way, value)
    if actor.person_id:
        with unscoped("test"):
            person = Person.objects.get(pk=actor.person_id)
        session[SESSION_KEY] = str(actor.person_id)
        session[BACKEND_SESSION_KEY] = "qcy.delivery.web.accounts.EmailPasswordBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _waiting(way: Way, value: str) -> dict[str, Any]:
    until = (NOW + timedelta(minutes=5)).isoformat()
    return {"value": seal(value), "code": make_password(CODE), "until": until, "tries": 5}


def browser(session_key: str) -> Client:
    """A fresh browser with this session; a fault becomes its page (500)."""
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = session_key
    return client
