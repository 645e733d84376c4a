from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.writing import change
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.actor import Actor
from qcy.kernel.refusals import Refusal, Refused, worded
from qcy.kernel.text import clean

from .definition import Form
from .models import Draft, DraftState, FormEdition


@dataclass(frozen=True)
class FactValue:
    """A value that is known already: as typed, where from, of which day."""

    value: Any
    source: str
    date: str


LONGEST_VALUE = 20_000
MOST_ROWS = 200

CLOSED = Refusal("draft_closed", why="这份申请已经提交，不能再改草稿。", fix="请到“我的办件”查看。")


@transaction.atomic
def start_draft(
    *,
    actor: Actor,
    organisation_id: UUID | None,
    node: Node,
    edition: FormEdition,
    subject_id: UUID,
    title: str,
    now: datetime,
    prefill: Mapping[str, FactValue] | None = None,
) -> Draft:
    """Open a draft, or the one this person already has for the same matter: nothing is asked twice.

    Without an organisation a person applies in their own name.
    `prefill` holds what is known already, as typed text, with where it came from; it stays editable.
    """
    if organisation_id and actor.membership_of(organisation_id) is None:
        raise Refused(Refusal("no_membership", why="您还没有登记这家企业。", fix="请先登记企业再填报。"))
    blank = Draft(
        person_id=actor.me,
        organisation_id=organisation_id,
        node=node,
        edition=edition,
        subject_id=subject_id,
        title=title,
    )
    return _open(blank, actor, "draft.started", now, prefill or {})


@transaction.atomic
def open_window_draft(
    *,
    actor: Actor,
    person_id: UUID,
    organisation_id: UUID | None,
    node: Node,
    edition: FormEdition,
    subject_id: UUID,
    title: str,
    now: datetime,
) -> Draft:
    """A draft that staff fill in at the window for somebody who stands there: it is that person's draft."""
    blank = Draft(
        person_id=person_id,
        organisation_id=organisation_id,
        node=node,
        window=node,
        edition=edition,
        subject_id=subject_id,
        title=title,
    )
    return _open(blank, actor, "draft.started_at_window", now, {})


def _open(blank: Draft, actor: Actor, type: str, now: datetime, known: Mapping[str, FactValue]) -> Draft:
    """The blank draft, unless the same person has one open for the same firm, matter and way in."""
    same = Draft.objects.visible_to(actor).filter(
        person_id=blank.person_id,
        organisation_id=blank.organisation_id,
        subject_id=blank.subject_id,
        window=blank.window,
        corrects=None,
        state=DraftState.OPEN,
    )
    if existing := same.order_by("-saved_at").first():
        return existing
    blank.started_at = blank.saved_at = now
    fill_in(blank, known, now)
    blank.save(force_insert=True)
    _record(blank, type, actor, now)
    return blank


def fill_in(draft: Draft, known: Mapping[str, FactValue], now: datetime) -> None:
    """Put known values into their sections and remember where each came from."""
    for section in draft.form.sections:
        values = {f.name: known[f.name].value for f in section.fields if f.name in known}
        if values:
            draft.sections[section.key] = {
                "version": 1,
                "values": values,
                "saved_at": now.isoformat(),
                "tab": "",
            }
    draft.sources = {
        name: {"value": fact.value, "source": fact.source, "date": fact.date} for name, fact in known.items()
    }


@transaction.atomic
def move_to_edition(
    *, draft: Draft, edition: FormEdition, subject_id: UUID, actor: Actor, now: datetime
) -> Draft:
    """The blank form changed while this one was being filled in: everything typed stays, the changes are named."""
    draft.changes = differences(draft.form, edition.form)
    draft.edition, draft.subject_id, draft.saved_at = edition, subject_id, now
    draft.save(update_fields=["changes", "edition", "subject_id", "saved_at"])
    _record(draft, "draft.moved_to_edition", actor, now, edition=str(edition.pk))
    return draft


def differences(before: Form, after: Form) -> list[str]:
    """What an applicant has to know about a new form, one sentence each."""
    old, new = before.by_name, after.by_name
    added = [f"新增“{new[n].label}”{'' if new[n].required else '（选填）'}。" for n in new if n not in old]
    dropped = [f"不再需要“{old[n].label}”，您填过的内容仍保留，但不会提交。" for n in old if n not in new]
    both = [n for n in new if n in old]
    renamed = [f"“{old[n].label}”改为“{new[n].label}”。" for n in both if old[n].label != new[n].label]
    changed = [
        f"“{new[n].label}”的填写要求有变化，请核对。"
        for n in both
        if old[n].label == new[n].label
        and replace(old[n], hint="", example="") != replace(new[n], hint="", example="")
    ]
    return added + dropped + renamed + changed


@transaction.atomic
def open_correction(*, actor: Actor, source: Draft, case_id: UUID, now: datetime) -> Draft:
    """A submitted form, open once more to answer a letter about its case. Nothing is typed twice."""
    draft = Draft(
        person_id=actor.me,
        organisation_id=source.organisation_id,
        node_id=source.node_id,
        edition_id=source.edition_id,
        subject_id=source.subject_id,
        title=source.title,
        sections={k: v for k, v in source.sections.items() if k in {s.key for s in source.form.sections}},
        sources=source.sources,
        corrects=case_id,
        window_id=source.window_id,
        started_at=now,
        saved_at=now,
    )
    draft.save(force_insert=True)
    _record(draft, "draft.correction_opened", actor, now)
    return draft


@transaction.atomic
def save_section(
    *,
    actor: Actor,
    draft_id: UUID,
    section: str,
    values: Mapping[str, Any],
    version: int,
    now: datetime,
    tab: str = "",
) -> Draft:
    """Keep what was typed in one section, right or wrong; refuse to overwrite a newer version (S6).

    `tab` names the browser tab: a save it sent while it was being reloaded is its own, not a conflict.
    """
    draft = Draft.objects.visible_to(actor).for_update().with_form().get(pk=draft_id)
    if not draft.is_open:
        raise Refused(CLOSED)
    kept = {name: _bounded(value) for name, value in values.items()}
    stored = draft.sections.get(section, {})
    if stored.get("values") == kept:
        return draft
    if draft.version_of(section) != version and not (tab and stored.get("tab") == tab):
        raise Refused(_conflict(stored))
    version = draft.version_of(section) + 1
    draft.sections[section] = {
        "version": version,
        "values": kept,
        "saved_at": now.isoformat(),
        "tab": tab[:40],
    }
    draft.saved_at = now
    draft.save(update_fields=["sections", "saved_at"])
    _record(draft, "draft.saved", actor, now, section=section, version=version)
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, draft_id: UUID, now: datetime) -> None:
    draft = Draft.objects.visible_to(actor).for_update().get(pk=draft_id)
    if not draft.is_open:
        raise Refused(CLOSED)
    draft.state = DraftState.DISCARDED
    draft.save(update_fields=["state"])
    _record(draft, "draft.discarded", actor, now)


def read_draft(*, actor: Actor, draft_id: UUID) -> Draft:
    """For the submission, which checks it before it takes its turn to write."""
    return Draft.objects.visible_to(actor).get(pk=draft_id)


def lock_open_draft(*, actor: Actor, draft_id: UUID) -> Draft:
    """For the answer to a letter: the row stays locked until its transaction ends."""
    return Draft.objects.visible_to(actor).for_update().with_form().get(pk=draft_id)


def lock_unchanged(*, actor: Actor, draft: Draft) -> bool:
    """Locks the row until the transaction ends; False if it is no longer what was read."""
    stored = Draft.objects.visible_to(actor).for_update().filter(pk=draft.pk)
    return list(stored.values_list("state", "sections")) == [(draft.state, draft.sections)]


def close_draft(draft: Draft, *, now: datetime) -> None:
    change(Draft, {"id": draft.pk}, state=DraftState.SUBMITTED, saved_at=now)


def erase_drafts(*, draft_id: Any, case_id: Any) -> None:
    """What was typed for a case whose retention has passed. Needs the purpose `retention`."""
    typed = Draft.objects.filter(Q(pk=draft_id) | Q(corrects=case_id))
    typed.update(sections={}, sources={})


def _conflict(stored: Mapping[str, Any]) -> Refusal:
    saved = str(stored.get("saved_at", ""))[11:16]
    return Refusal(
        "conflict",
        why=worded(
            "这一步在另一个页面改过（{saved} 保存）。您这里的内容还在本页，没有覆盖那边的。", saved=saved
        ),
        fix="请先复制您要保留的内容，再载入最新版本。",
    )


def _bounded(value: Any) -> Any:
    if isinstance(value, list):
        return [{k: _bounded(v) for k, v in row.items()} for row in value[:MOST_ROWS]]
    return clean(str(value))[:LONGEST_VALUE]


def _record(draft: Draft, type: str, actor: Actor, now: datetime, **payload: Any) -> None:
    record_audit(
        stream=f"draft:{draft.pk}",
        type=type,
        now=now,
        actor_id=actor.person_id,
        node_id=None,
        payload=payload,
    )
