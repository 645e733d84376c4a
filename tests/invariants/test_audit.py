"""A1, A2: each write has its event, and any change of an event is found."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from qcy.engines.casework import services
from qcy.engines.casework.models import Case, CaseEvent
from qcy.engines.forms.services import save_section
from qcy.engines.ratings.services import file_complaint, rate_case
from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.database.scope import unscoped
from qcy.foundation.parties.services import claim_organisation
from tests.world import FIRMS, World


def events() -> int:
    with unscoped("test"):
        return AuditEvent.objects.count() + CaseEvent.objects.count()


def test_A1_every_write_has_its_event_in_the_same_transaction(world: World) -> None:
    case, draft = world.delivered(0), world.empty_draft(world.firm(1))
    waiting, accepted = world.case(2, verified=True), world.case(3, accepted_by=world.clerk)
    unseen = world.case(4)
    writes: list[Any] = [
        lambda: world.do(
            save_section,
            world.firm(1),
            draft_id=draft.pk,
            section="staff",
            values={"headcount": "9"},
            version=0,
            now=world.now,
        ),
        lambda: world.upload(world.firm(1), draft, "licence"),
        lambda: world.verify(4, world.clerk),
        lambda: world.do(services.accept_case, world.clerk, case_id=waiting.pk, version=1, now=world.now),
        lambda: world.do(
            services.grant_case, world.decider, case_id=accepted.pk, opinion="", version=2, now=world.now
        ),
        lambda: world.do(services.withdraw_case, world.firm(4), case_id=unseen.pk, version=1, now=world.now),
        lambda: world.do(rate_case, world.firm(0), case_id=case.pk, level=5, comment="", now=world.now),
        lambda: world.do(
            file_complaint, world.firm(0), node=world.node(), text="慢", contact="", page="/", now=world.now
        ),
        lambda: world.do(
            claim_organisation, world.firm(0), code=FIRMS[9].code, name=FIRMS[9].name, now=world.now
        ),
    ]
    for write in writes:
        before = events()
        write()
        assert events() > before, write
    before = events()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        world.case(5)
        raise ZeroDivisionError
    assert events() == before, "a rolled-back write takes its event with it"


def test_A2_chains_verify_and_a_changed_byte_names_the_first_broken_event(
    committed_world: World, tmp_path: Path
) -> None:
    case = committed_world.delivered()
    with unscoped("test"):
        assert verify_chains().broken == ""
    tamper(case, "accepted", "acceptex")
    with unscoped("test"):
        broken = verify_chains().broken
    assert broken.startswith(f"case:{case.pk} #2"), broken


def tamper(case: Case, old: str, new: str) -> None:
    """What somebody with the database file in hand would do: past the triggers, one byte."""
    if connection.vendor == "sqlite":
        connection.close()
        with sqlite3.connect(connection.settings_dict["NAME"]) as raw:
            raw.execute("DROP TRIGGER casework_caseevent_no_update")
            raw.execute(
                "UPDATE casework_caseevent SET type = ? WHERE type = ? AND case_id = ?",
                (new, old, case.pk.hex),
            )
        return
    import psycopg

    where = connection.settings_dict
    with psycopg.connect(
        host=where["HOST"], user=where["USER"], dbname=where["NAME"], port=where["PORT"] or None
    ) as raw:
        raw.execute("ALTER TABLE casework_caseevent DISABLE TRIGGER USER")
        raw.execute(
            "UPDATE casework_caseevent SET type = %s WHERE type = %s AND case_id = %s", (new, old, case.pk)
        )


@pytest.mark.only_sqlite
def test_A2_a_chain_cut_short_is_found(committed_world: World) -> None:
    case = committed_world.case()
    draft_stream = f"draft:{case.draft_id}"
    connection.close()
    with sqlite3.connect(connection.settings_dict["NAME"]) as raw:
        raw.execute("DROP TRIGGER audit_auditevent_no_delete")
        last = raw.execute(
            "SELECT max(seq) FROM audit_auditevent WHERE stream = ?", (draft_stream,)
        ).fetchone()[0]
        raw.execute("DELETE FROM audit_auditevent WHERE stream = ? AND seq = ?", (draft_stream, last))
    with unscoped("test"):
        assert verify_chains().broken.startswith(f"{draft_stream} #{last}")
