"""Single facts and titles, written by a person or a handler. Tables of them come through `importing.py`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import purpose
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Organisation
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .access import can_import, demand
from .cells import Cell, parse_value
from .dictionary import dictionary, title_kinds, title_label
from .enums import Grade, Of, TitleState
from .intake import title_entry
from .models import Fact, Merge, Title
from .timeline import Entry, tell

UNKNOWN = Refusal("unknown_fact", "字典里没有这一项，或者它不记在企业名下。", "请从字典里选一项。")
UNKNOWN_TITLE = Refusal("unknown_title", "没有这种称号。", "请从列表里选一项。")
NEEDS_YEAR = Refusal("year_missing", "这一项按年度记录，缺少年度。", "请填写四位年份，例如 2025。")
NO_YEAR = Refusal("year_given", "这一项不按年度记录。", "请去掉年度。")
NEWER = Refusal("newer_known", "平台上已有更新的数据，没有覆盖。", "请核对数据截止日期。")
TITLE_TWICE = Refusal("title_twice", "这家企业同一天认定的这个称号已经登记过。", "请核对认定日期。")
TITLE_DAYS = Refusal("title_days", "有效期不能早于认定日期。", "请核对日期。")
ALREADY_CANCELLED = Refusal("already_cancelled", "这个称号已经取消。")


@transaction.atomic
def record_fact(
    *,
    actor: Actor,
    node_id: UUID | None,
    organisation_id: UUID,
    name: str,
    fiscal_year: int | None,
    value: Cell,
    source: str,
    as_of: date,
    grade: Grade,
    now: datetime,
) -> Fact:
    """The value in force from now on; the one before it stays. The same value again adds nothing."""
    _demand_writer(actor, node_id)
    text = _canonical(name, fiscal_year, value)
    with purpose("register"):
        firm = _firm(organisation_id)
        current = Fact.objects.filter(
            organisation=firm, name=name, fiscal_year=fiscal_year, is_current=True
        ).first()
        if current and current.as_of > as_of:
            raise Refused(NEWER)
        if current and (current.value, current.source, current.grade) == (text, source, grade):
            return current
        if current:
            Fact.objects.filter(pk=current.pk).update(is_current=False)
        fact = Fact(organisation=firm, name=name, fiscal_year=fiscal_year, value=text, as_of=as_of)
        fact.source, fact.grade, fact.recorded_at = clean(source)[:120], grade, now
        fact.save(force_insert=True)
    _record(firm, "fact.recorded", actor, node_id, {"fact": str(fact.pk)}, now)
    return fact


def _canonical(name: str, fiscal_year: int | None, value: Cell) -> str:
    kind = dictionary().facts.get(name)
    if kind is None or not kind.is_stored:
        raise Refused(UNKNOWN)
    if (kind.of == Of.YEAR) != (fiscal_year is not None):
        raise Refused(NEEDS_YEAR if kind.of == Of.YEAR else NO_YEAR)
    return parse_value(kind, value)


@transaction.atomic
def grant_title(
    *,
    actor: Actor,
    node_id: UUID | None,
    organisation_id: UUID,
    kind: str,
    number: str,
    granted_on: date,
    valid_to: date | None,
    source: str,
    grade: Grade,
    now: datetime,
) -> Title:
    """Without a last day the years of the kind decide; a kind without years has no known end."""
    _demand_writer(actor, node_id)
    if kind not in title_kinds():
        raise Refused(UNKNOWN_TITLE)
    ends = valid_to or title_kinds()[kind].last_day(granted_on)
    if ends and ends < granted_on:
        raise Refused(TITLE_DAYS)
    firm = _firm(organisation_id)
    if Title.objects.filter(organisation=firm, kind=kind, granted_on=granted_on).exists():
        raise Refused(TITLE_TWICE)
    title = Title(organisation=firm, kind=kind, granted_on=granted_on, valid_to=ends, grade=grade)
    title.number, title.source, title.recorded_at = clean(number)[:60], clean(source)[:120], now
    title.save(force_insert=True)
    tell([title_entry(title, now)])
    _record(firm, "title.granted", actor, node_id, {"title": str(title.pk), "kind": kind}, now)
    return title


@transaction.atomic
def cancel_title(*, actor: Actor, node_id: UUID | None, title_id: UUID, now: datetime) -> Title:
    """Withdrawn by whoever granted it: it stays to be seen, and nobody is reminded any more."""
    _demand_writer(actor, node_id)
    title = Title.objects.for_update().get(pk=title_id)
    if title.state == TitleState.CANCELLED:
        raise Refused(ALREADY_CANCELLED)
    title.state = TitleState.CANCELLED
    title.save(update_fields=["state"])
    words = f"“{title_label(title.kind)}”已取消"
    tell([Entry(title.organisation_id, "title", local_day(now), words, title.pk, now)])
    _record(title.organisation, "title.cancelled", actor, node_id, {"title": str(title.pk)}, now)
    return title


def _demand_writer(actor: Actor, node_id: UUID | None) -> None:
    """Managers of a node, or a handler that speaks for the platform."""
    if not actor.system:
        assert node_id is not None
        demand(can_import(actor, node_id))


def _firm(organisation_id: UUID) -> Organisation:
    """Locked, so that two writers of one value wait for each other; the kept one of two that were merged."""
    with purpose("register"):
        merge = Merge.objects.filter(merged_id=organisation_id, undone_at=None).first()
    found = Organisation.objects.select_for_update(no_key=True)
    return found.get(pk=merge.kept_id if merge else organisation_id)


def _record(
    firm: Organisation, type: str, actor: Actor, node_id: UUID | None, payload: dict[str, str], now: datetime
) -> None:
    record_audit(
        stream=f"organisation:{firm.pk}",
        type=type,
        now=now,
        actor_id=actor.person_id,
        node_id=node_id,
        payload=payload,
    )
