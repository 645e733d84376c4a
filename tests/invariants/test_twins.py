"""T2, T3: with twins' data in the database, nothing a viewer can reach holds a word of another tenant."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from structlog.testing import capture_logs

from qcy.foundation.database.rules import ScopedQuerySet
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import NumberSeries
from qcy.foundation.messages.models import Message
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.parties.actor import VISITOR, Actor
from tests.cast import browser, session_of, undone
from tests.matrix import PLACE, Question, Row, read_rows, statements
from tests.scan import Walk, searches, starts, words_of
from tests.twins import Tenant, Texts
from tests.world import World, watched_tables

ROWS = read_rows()
LEAST_PAGES = 250  # a walk that sees nothing proves nothing


@pytest.fixture(autouse=True)
def speaking(settings: Any) -> Iterator[None]:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.QCY_SMS_SENDER = "tests.twins.Texts"
    Texts.sent.clear()
    yield
    Texts.sent.clear()


@dataclass
class Twins:
    """A and B at the node FX, C at the hub XX: every pair of one firm's shape, at one node and at two."""

    a: Tenant
    b: Tenant
    c: Tenant

    @property
    def all(self) -> tuple[Tenant, ...]:
        return (self.a, self.b, self.c)


@pytest.fixture
def twins(world: World, speaking: None) -> Twins:
    with unscoped("test"):  # the first number of the day is the example printed on the search page
        NumberSeries.objects.update_or_create(name="case:FX:20260708", defaults={"last": 500})
    return Twins(Tenant(world, "A", "FX"), Tenant(world, "B", "FX"), Tenant(world, "C", "XX"))


def viewers(twins: Twins) -> Iterator[tuple[str, Actor, Tenant, tuple[Tenant, ...]]]:
    """Who walks, from whose papers on, and whose words they may never read."""
    a, b, c = twins.all
    yield "visitor", VISITOR, a, (b, c)
    yield "owner of A", a.owner, a, (b, c)
    yield "agent of A", a.agent, a, (b, c)
    yield "owner of C", c.owner, c, (a, b)
    for role in ("clerk", "node_manager"):
        yield f"{role} of FX", a.desks[role], a, (c,)
        yield f"{role} of XX", c.desks[role], c, (a, b)


def walk(actor: Actor, own: Tenant, others: Iterable[Tenant]) -> Walk:
    """All addresses with one's own ids, each page's links, searches for others' words, and others' addresses."""
    forbidden = {mark for other in others for mark in other.marks()}
    found = Walk(browser(session_of(actor)), forbidden)
    for case in (own.open, own.closed):
        found.go(starts(ROWS, own.filled(case)))
    for other in others:
        found.go(searches([other.word, other.word[:5], other.phones["owner"][:9]]))
        found.go(starts(with_ids(ROWS), other.filled(other.closed)))
    return found


def with_ids(rows: Iterable[Row]) -> list[Row]:
    """What is asked with something of a tenant; code and name of a firm are public to desks, a letter to its holder.

    A firm's facts are asked for by `test_register_record.py`: opening them without a case is a right with a log.
    """
    left_out = ("console_firm", "console_open_firm", "verified", "console_firms")
    return [row for row in rows if PLACE.search(row.at) and row.url not in left_out]


@pytest.mark.tenancy
def test_T2_no_page_letter_search_error_or_log_holds_a_word_of_another_tenant(
    twins: Twins, caplog: Any
) -> None:
    caplog.set_level(logging.INFO)
    for name, actor, own, others in viewers(twins):
        caplog.clear()
        with capture_logs() as lines:
            found = walk(actor, own, others)
        assert not found.leaks, f"{name}:\n" + "\n".join(found.leaks)
        assert not told(f"{lines} {caplog.text}", typed(others)), f"log of {name}"
        assert len(found.seen) >= LEAST_PAGES, f"{name}: {len(found.seen)} pages"


def typed(tenants: Iterable[Tenant]) -> set[str]:
    return {word for tenant in tenants for word in tenant.words()}


def told(text: str, marks: Collection[str]) -> set[str]:
    return {mark for mark in marks if mark in text}


def test_T2_no_message_mail_or_text_reaches_anybody_but_whom_it_is_about(twins: Twins) -> None:
    letters = [(to, f"{m.subject} {m.body}") for m in mail.outbox for to in m.to] + Texts.sent
    with unscoped("test"):
        letters += [(str(m.person_id), f"{m.title} {m.body} {m.url}") for m in Message.objects.all()]
    assert {about(twins, f"{to} {text}") for to, text in letters} <= {"", "A", "B", "C"}
    for tenant in twins.all:
        assert any(told(text, tenant.marks()) for _, text in letters), "nothing said, nothing proven"
        assert any(to in tenant.phones.values() for to, _ in Texts.sent)


def test_T2_a_row_of_the_outbox_speaks_of_one_tenant_only(twins: Twins) -> None:
    with unscoped("test"):
        rows = [f"{json.dumps(r.payload)} {json.dumps(r.row_scope)} {r.key}" for r in OutboxRow.objects.all()]
    assert {about(twins, row) for row in rows} <= {"", "A", "B", "C"}
    assert len(rows) > 100


def about(twins: Twins, text: str) -> str:
    """The letters of the tenants a text speaks of."""
    return "".join(tenant.word[2] for tenant in twins.all if told(text, tenant.marks()))


# ---------------------------------------------------------------- T3: writing with others' ids
def writers(twins: Twins) -> Iterator[tuple[str, Actor, Tenant]]:
    a, b, c = twins.all
    yield "owner of A", a.owner, b
    yield "agent of A", a.agent, b
    yield "owner of A at the other node", a.owner, c
    for role in ("clerk", "decider", "node_manager"):
        yield f"{role} of FX", a.desks[role], c
    for role in ("clerk", "decider"):
        yield f"{role} of XX", c.desks[role], b
    yield "manager of XX", c.desks["node_manager"], b


def writes(name: str, ids: dict[str, Any]) -> list[Row]:
    """Every write that names something of a tenant; the hub's manager sends any node's messages again, and any
    desk may ask to see a firm's record, which is what then stands in the log."""
    posts = [row for row in ROWS if row.method == "POST"]
    named = [row for row in posts if PLACE.search(f"{row.at} {row.sent}") and row.url != "console_sign_in"]
    known = [row for row in named if set(PLACE.findall(f"{row.at} {row.sent}")) <= set(ids)]
    meant = [row for row in known if row.url != "console_open_firm" or not name.endswith(("FX", "XX"))]
    return [row for row in meant if not (row.url == "send_again" and name == "manager of XX")]


def intrusions(name: str, actor: Actor, other: Tenant) -> list[str]:
    """Each write with the other's ids: no table changes, and the answer holds none of the other's words."""
    found, session = [], session_of(actor)
    for case in (other.open, other.closed):
        ids = other.filled(case) | {"code": "000000"}
        with watched_tables() as tables:
            before = tables()
            for row in writes(name, ids):
                with undone():
                    with statements() as written:
                        answer = Question(session, "POST", row, ids).answer()
                    after = tables() if written else before  # reading every table is slow
                changed = [table for table in after if after[table] != before[table]]
                leaked = told(words_of(answer), other.words())
                if changed or leaked or answer.status_code >= 500:
                    found.append(
                        f"{name}: {row.name} [{answer.status_code}] changed {changed}, told {leaked}"
                    )
    return found


@pytest.mark.tenancy
def test_T3_no_write_with_the_ids_of_another_tenant_changes_a_row(twins: Twins) -> None:
    for name, actor, other in writers(twins):
        assert len(writes(name, other.filled(other.open))) > 30
        found = intrusions(name, actor, other)
        assert not found, "\n".join(found)


# ---------------------------------------------------------------- the scan can fail
@pytest.fixture
def open_filter(monkeypatch: Any) -> None:
    monkeypatch.setattr(ScopedQuerySet, "visible_to", lambda rows, actor: rows)


@pytest.mark.only_sqlite  # on PostgreSQL row security holds when the filter is gone
def test_T2_a_filter_that_lets_everything_through_is_noticed_and_the_page_named(
    twins: Twins, open_filter: None
) -> None:
    b = twins.b
    leaks = "\n".join(walk(twins.a.owner, twins.a, [b]).leaks)
    pages = ("/me/messages/", f"/me/drafts/{b.draft.pk}/staff/", f"/me/documents/{b.ids['receipt']}.pdf")
    for page in pages:
        assert f"{page} [200] shows {b.word}" in leaks, page


@pytest.mark.only_sqlite
def test_T3_a_filter_that_lets_everything_through_is_noticed_when_writing(
    twins: Twins, open_filter: None
) -> None:
    found = "\n".join(intrusions("owner of A", twins.a.owner, twins.b))
    assert "/me/drafts/{draft}/discard/ (draft) [302] changed" in found
