"""Asked once: what is known is filled in, a new form keeps everything typed, a forgotten draft is remembered."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

from qcy.engines.casework import services
from qcy.engines.casework.filing import draft_fingerprint, submit_case
from qcy.engines.casework.prefill import follow_current_edition, prefill_for
from qcy.engines.casework.reminders import remind_of_drafts
from qcy.engines.catalogue.models import Adoption, Edition
from qcy.engines.catalogue.services import publish_adoption
from qcy.engines.catalogue.windows import Window
from qcy.engines.forms.models import Draft, FormEdition
from qcy.engines.forms.services import start_draft
from qcy.foundation.database.scope import Scope, scope, unscoped
from qcy.foundation.messages.models import Message
from qcy.foundation.parties.models import Membership
from qcy.foundation.parties.services import claim_organisation
from tests.world import FIRMS, TODAY, World


def known(world: World, actor: Any, year: int = 2026) -> dict[str, Any]:
    with scope(actor.scope):
        organisation = actor.memberships[0].organisation_id
        return prefill_for(actor, world.adoption(), organisation, year)


def refused_case(world: World) -> Any:
    case = world.case(verified=True)
    world.do(services.refuse_intake, world.clerk, case_id=case.pk, reason="缺材料", version=1, now=world.now)
    return case


# ---------------------------------------------------------------- filled in
def test_a_second_application_of_the_year_is_filled_in_with_source_and_date(world: World) -> None:
    case = refused_case(world)
    actor = world.firm()
    found = known(world, actor)
    assert found["rd"].value == FIRMS[0].rd.replace(",", "") or found["rd"].value == FIRMS[0].rd
    assert case.number in found["address"].source and found["address"].date == "2026-07-08"
    adoption = world.adoption()
    draft = world.do(
        start_draft,
        actor,
        organisation_id=actor.memberships[0].organisation_id,
        node=adoption.node,
        edition=adoption.edition.form,
        subject_id=adoption.pk,
        title=adoption.item.name,
        now=world.now,
        prefill=found,
    )
    assert draft.values()["address"] == found["address"].value
    assert draft.source_of("address", found["address"].value)["source"] == found["address"].source
    assert draft.source_of("address", "另一个地址") == {}, "what was typed over is the firm's own word"


def test_the_figures_of_another_year_are_not_offered_again(world: World) -> None:
    refused_case(world)
    found = known(world, world.firm(), year=2027)
    assert "address" in found and "rd" not in found and "headcount" not in found


def test_a_claimed_member_is_offered_nothing_of_what_others_filed(world: World) -> None:
    refused_case(world)
    other = world.firm(1)
    world.do(claim_organisation, other, code=FIRMS[0].code, name=FIRMS[0].name, now=world.now)
    with unscoped("test"):
        claimed = Membership.objects.get(person_id=other.person_id, organisation__code=FIRMS[0].code)
    other = world.firm(1)
    with scope(other.scope):
        assert prefill_for(other, world.adoption(), claimed.organisation_id, 2026) == {}


# ---------------------------------------------------------------- a new form meanwhile
def publish_new_form(world: World) -> Adoption:
    """Version 2: one question more, one less, one stricter."""
    with unscoped("test"):
        old = world.adoption()
        document = copy.deepcopy(old.edition.form.definition)
        document["version"] = 2
        fields = document["sections"][1]["fields"]
        fields[:] = [f for f in fields if f["name"] != "tech_staff"]
        document["sections"][1]["checks"] = []
        fields.append({"name": "doctors", "label": "博士人数", "kind": "count", "unit": "人"})
        document["sections"][0]["fields"][2]["longest"] = 60
        form = FormEdition(code="tsme", version=2, definition=document)
        form.save(force_insert=True)
        content = {**old.edition.content, "sentences": {}}
        edition = Edition(item=old.item, version=2, effective_from=TODAY, form=form, content=content)
        edition.save(force_insert=True)
        return publish_adoption(
            node=old.node,
            edition=edition,
            overrides=old.overrides,
            window=Window(old.opens_on, old.closes_on, is_demo=True),
            now=world.now,
        )


def test_a_new_edition_keeps_everything_typed_and_names_what_changed(world: World) -> None:
    draft, actor = world.draft(), world.firm()
    before = draft.values()
    newer = publish_new_form(world)
    refusal = world.attempt(
        submit_case, actor, draft_id=draft.pk, seen=draft_fingerprint(draft), now=world.now
    )
    assert refusal.code == "new_edition"
    with scope(actor.scope):
        held = Draft.objects.with_form().get(pk=draft.pk)
        moved = follow_current_edition(actor, held, world.now)
        moved = Draft.objects.with_form().get(pk=draft.pk)
    assert (moved.subject_id, moved.form.version, moved.values()) == (newer.pk, 2, before)
    assert moved.changes == [
        "新增“博士人数”。",
        "不再需要“科技人员数”，您填过的内容仍保留，但不会提交。",
        "“经营地址”的填写要求有变化，请核对。",
    ]


def test_a_filed_case_stays_on_the_form_it_was_filed_with(world: World) -> None:
    case = world.case()
    publish_new_form(world)
    assert world.reload(case).adoption.definition.form.version == 1


# ---------------------------------------------------------------- remembered
def remind(world: World, days: float) -> int:
    moment = world.now + timedelta(days=days)
    with scope(Scope()):
        remind_of_drafts({}, moment)
    world.now = moment
    world.work()
    with unscoped("test"):
        return Message.objects.filter(kind="draft").count()


def test_a_forgotten_draft_is_remembered_once(world: World) -> None:
    world.draft()
    started = world.now
    assert remind(world, 0.5) == 0, "not on the day one typed"
    world.now = started
    assert remind(world, 11) == 1
    assert remind(world, 5) == 1, "once"


def test_the_last_days_of_the_window_remind_and_a_closed_window_does_not(world: World) -> None:
    world.draft(0)
    with unscoped("test"):
        Adoption.objects.update(closes_on=date(2026, 7, 12))
    started = world.now
    assert remind(world, 2) == 1
    world.draft(1)
    world.now = started
    assert remind(world, 7) == 1, "too late to help"
