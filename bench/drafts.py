"""Complete drafts of many firms, made by the services a firm's clicks would call."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bench.harness import MOMENT, TODAY, cookies_of
from qcy.demo.plan import SUBJECT_LETTERS, DemoFirm, make_firms
from qcy.demo.story import SMALL_PDF, do, files_of, values_of
from qcy.engines.casework.filing import draft_fingerprint
from qcy.engines.catalogue.models import Adoption
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import save_section, start_draft
from qcy.foundation.database.scope import unscoped
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import store_upload
from qcy.foundation.parties.actor import Actor, actor_for
from qcy.foundation.parties.enums import ContactKind, PersonKind
from qcy.foundation.parties.models import Person
from qcy.foundation.parties.services import claim_organisation, open_account, prove_contact
from qcy.kernel import uscc

NOW = datetime.fromisoformat(MOMENT)
DAY = date.fromisoformat(TODAY)
PATENTS = 3  # every firm uploads the same five files and files the same number of rows


@dataclass(frozen=True)
class Ready:
    """One draft that only waits for its submit button, and the session of whoever filled it in."""

    draft: str
    person: str
    organisation: str
    files: tuple[str, ...]
    seen: str
    cookies: dict[str, str]

    def named_ids(self) -> dict[str, str]:
        files = {f"file{i}": file for i, file in enumerate(self.files)}
        return {"draft": self.draft, "person": self.person, "organisation": self.organisation, **files}


def prepare(number: int) -> list[Ready]:
    with unscoped("bench"):
        adoption = Adoption.objects.select_related("node", "item", "edition__form").get(
            node__code="FX", item__code="tsme", is_current=True
        )
        return [_ready(firm, adoption) for firm in _firms(number)]


def _firms(number: int) -> list[DemoFirm]:
    dice = random.Random(number)
    known = make_firms(number)
    return [_another(dice, known[i % len(known)], i) for i in range(number)]


def _another(dice: random.Random, like: DemoFirm, index: int) -> DemoFirm:
    subject = "MA" + "".join(dice.choice(SUBJECT_LETTERS) for _ in range(7))
    code = uscc.complete(f"92000000{subject}")
    return replace(like, code=code, phone=f"139{index:08d}", name=f"压测企业 {index:04d}", patents=PATENTS)


def _ready(firm: DemoFirm, adoption: Adoption) -> Ready:
    person = open_account(kind=PersonKind.FIRM, contact=ContactKind.PHONE, value=firm.phone, now=NOW)
    prove_contact(person=person, kind=ContactKind.PHONE, value=firm.phone, now=NOW)
    do(claim_organisation, actor_for(person, DAY), code=firm.code, name=firm.name, now=NOW)
    draft = _complete_draft(actor_for(person, DAY), firm, adoption)
    files = StoredFile.objects.filter(draft_id=draft.pk).order_by("uploaded_at", "id")
    return Ready(
        draft=str(draft.pk),
        person=str(person.pk),
        organisation=str(draft.organisation_id),
        files=tuple(str(file.pk) for file in files),
        seen=draft_fingerprint(draft),
        cookies=cookies_of(Person.objects.get(pk=person.pk)),
    )


def _complete_draft(actor: Actor, firm: DemoFirm, adoption: Adoption) -> Draft:
    draft: Draft = do(
        start_draft,
        actor,
        organisation_id=actor.memberships[0].organisation_id,
        node=adoption.node,
        edition=adoption.edition.form,
        subject_id=adoption.pk,
        title=adoption.item.name,
        now=NOW,
    )
    for key, values in values_of(firm).items():
        do(save_section, actor, draft_id=draft.pk, section=key, values=values, version=0, now=NOW)
    for field in files_of(firm):
        _upload(actor, draft, field)
    draft.refresh_from_db()
    return draft


def _upload(actor: Actor, draft: Draft, field: str) -> Any:
    return do(
        store_upload,
        actor,
        draft_id=draft.pk,
        organisation_id=draft.organisation_id,
        field=field,
        name=f"压测材料-{field}.pdf",
        chunks=[SMALL_PDF],
        kinds=("pdf",),
        most_bytes=1_000_000,
        now=NOW,
    )
