"""A small world for tests: two nodes, their desks, two firms; every step through the real services."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from qcy.demo.aftermath import WITHOUT_PDF
from qcy.demo.answers import answers_for, uploads_for
from qcy.demo.build import STAFF, load_reference
from qcy.demo.plan import make_firms
from qcy.demo.story import SMALL_PDF, files_of, values_of
from qcy.engines.casework import services
from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.engines.casework.models import Case
from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import save_section, start_draft
from qcy.foundation.database.scope import scope, unscoped
from qcy.foundation.files.services import store_upload
from qcy.foundation.nodes.models import Node
from qcy.foundation.outbox.worker import Handlers, work_off
from qcy.foundation.parties.actor import Actor, actor_for
from qcy.foundation.parties.enums import ContactKind, PersonKind
from qcy.foundation.parties.models import Membership, Person
from qcy.foundation.parties.services import claim_organisation, open_account, prove_contact, verify_membership
from qcy.kernel.refusals import Refusal, Refused

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 7, 8, 6, 32, tzinfo=UTC)  # 14:32 in Shanghai, a Wednesday inside the window
TODAY = date(2026, 7, 8)
FIRMS = make_firms(20260708)


def seed(name: str) -> dict[str, Any]:
    """A reference file by its path below seeds/."""
    return yaml.safe_load((ROOT / "seeds" / f"{name}.yaml").read_text("utf-8"))


def build_base() -> None:
    """Committed once per test run: calendars, nodes, the matter, the desks."""
    with unscoped("test base"):
        load_reference(TODAY, NOW - timedelta(days=31))
        while work_off(WITHOUT_PDF, NOW - timedelta(days=31)):
            pass


@dataclass
class World:
    now: datetime = NOW
    actors: dict[str, Actor] = field(default_factory=dict)

    # --- who ---------------------------------------------------------------------------------------
    def desk(self, name: str) -> Actor:
        email = next(email for _, _, desk, email in STAFF if desk == name)
        with unscoped("test"):
            from qcy.foundation.parties.services import find_by_contact

            person = find_by_contact(ContactKind.EMAIL, email)
            assert person
            return actor_for(person, TODAY)

    @property
    def clerk(self) -> Actor:
        return self.desk("经办人 01")

    @property
    def clerk2(self) -> Actor:
        return self.desk("经办人 02")

    @property
    def decider(self) -> Actor:
        return self.desk("审定人 01")

    @property
    def manager(self) -> Actor:
        return self.desk("节点负责人")

    @property
    def hub_clerk(self) -> Actor:
        return self.desk("总窗口经办人 01")

    def person(self, number: int = 0) -> Person:
        firm = FIRMS[number]
        with unscoped("test"):
            person = open_account(
                kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=firm.phone, now=self.now
            )
            prove_contact(person=person, kind=ContactKind.PHONE, value=firm.phone, now=self.now)
            claim_organisation(actor=actor_for(person, TODAY), code=firm.code, name=firm.name, now=self.now)
        return person

    def firm(self, number: int = 0) -> Actor:
        """A founder who has claimed firm `number`."""
        with unscoped("test"):
            return actor_for(self.person(number), TODAY)

    # --- what --------------------------------------------------------------------------------------
    def adoption(self, node: str = "FX", matter: str = "tsme") -> Adoption:
        return Adoption.objects.select_related("node", "item", "edition__form").get(
            node__code=node, item__code=matter, is_current=True
        )

    def node(self, code: str = "FX") -> Node:
        return Node.objects.get(code=code)

    def empty_draft(self, actor: Actor, node: str = "FX") -> Draft:
        adoption = self.adoption(node)
        return self.do(
            start_draft,
            actor,
            organisation_id=actor.memberships[0].organisation_id,
            node=adoption.node,
            edition=adoption.edition.form,
            subject_id=adoption.pk,
            title=adoption.item.name,
            now=self.now,
        )

    def draft(self, number: int = 0, node: str = "FX") -> Draft:
        """Complete, ready to submit."""
        actor = self.firm(number)
        draft = self.empty_draft(actor, node)
        for key, values in values_of(FIRMS[number]).items():
            self.do(
                save_section, actor, draft_id=draft.pk, section=key, values=values, version=0, now=self.now
            )
        for name in files_of(FIRMS[number]):
            self.upload(actor, draft, name)
        with scope(actor.scope):
            draft.refresh_from_db()
        return draft

    def draft_of(self, matter: str, number: int = 0, node: str = "FX") -> Draft:
        """Complete, of any matter; where persons apply, in this founder's own name."""
        actor, adoption = self.firm(number), self.adoption(node, matter)
        held = None if adoption.definition.for_persons else actor.memberships[0].organisation_id
        draft = self.do(
            start_draft,
            actor,
            organisation_id=held,
            node=adoption.node,
            edition=adoption.edition.form,
            subject_id=adoption.pk,
            title=adoption.item.name,
            now=self.now,
        )
        answers = answers_for(adoption.definition.form, FIRMS[number])
        for key, values in answers.items():
            self.do(
                save_section, actor, draft_id=draft.pk, section=key, values=values, version=0, now=self.now
            )
        for name in uploads_for(adoption.definition.form, answers):
            self.upload(actor, draft, name)
        with scope(actor.scope):
            draft.refresh_from_db()
        return draft

    def upload(self, actor: Actor, draft: Draft, name: str) -> Any:
        return self.do(
            store_upload,
            actor,
            draft_id=draft.pk,
            organisation_id=draft.organisation_id,
            field=name,
            name=f"{name}.pdf",
            chunks=[SMALL_PDF],
            kinds=("pdf",),
            most_bytes=1_000_000,
            now=self.now,
        )

    def submit(self, draft: Draft, number: int = 0) -> UUID:
        actor = self.firm(number)
        return self.do(submit_case, actor, draft_id=draft.pk, seen=draft_fingerprint(draft), now=self.now)

    def case(
        self, number: int = 0, *, verified: bool = False, accepted_by: Actor | None = None, node: str = "FX"
    ) -> Case:
        case_id = self.submit(self.draft(number, node), number)
        if verified or accepted_by:
            self.verify(number, accepted_by or self.clerk)
        if accepted_by:
            self.do(services.accept_case, accepted_by, case_id=case_id, version=1, now=self.now)
        return self.reload(case_id)

    def decided(self, number: int = 0, *, granted: bool = True) -> Case:
        case = self.case(number, accepted_by=self.clerk)
        if granted:
            self.do(services.grant_case, self.decider, case_id=case.pk, opinion="", version=2, now=self.now)
        else:
            self.do(
                services.refuse_case,
                self.decider,
                case_id=case.pk,
                reason="研发投入不符合第六条",
                version=2,
                now=self.now,
            )
        return self.reload(case.pk)

    def delivered(self, number: int = 0, *, granted: bool = True) -> Case:
        case = self.decided(number, granted=granted)
        self.work()
        return self.reload(case.pk)

    def verify(self, number: int, clerk: Actor) -> None:
        with scope(clerk.scope):
            claim = Membership.objects.get(organisation__code=FIRMS[number].code)
            verify_membership(actor=clerk, membership_id=claim.pk, name=FIRMS[number].name, now=self.now)

    def reload(self, case: Any) -> Case:
        with unscoped("test"):
            return Case.objects.with_names().get(pk=getattr(case, "pk", case))

    # --- how ---------------------------------------------------------------------------------------
    def do(self, service: Any, actor: Actor, **details: Any) -> Any:
        with scope(actor.scope):
            return service(actor=actor, **details)

    def attempt(self, service: Any, actor: Actor, **details: Any) -> Refusal:
        """The refusal of a service that is expected to refuse."""
        try:
            self.do(service, actor, **details)
        except Refused as refused:
            return refused.refusal
        raise AssertionError(f"{service.__name__} did not refuse")

    def work(self, handlers: Handlers = WITHOUT_PDF) -> None:
        while work_off(handlers, self.now):
            pass


@contextmanager
def watched_tables() -> Any:
    """Yields a function that returns the rows of every table of ours: equal before and after means untouched."""
    from django.apps import apps

    def rows() -> dict[str, list[tuple[Any, ...]]]:
        with unscoped("test"):
            return {
                m._meta.label: sorted(map(str, m._default_manager.values_list()))
                for m in apps.get_models()
                if m.__module__.startswith("qcy.")
            }

    yield rows
