"""A1, A2: each write has its event, and any change of an event is found."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from qcy.engines.casework import services
from qcy.engines.casework.models import Case, CaseEvent
from qcy.engines.forms.services import save_section
from qcy.engines.ratings.services import file_complaint, rate_case
from qcy.foundation.audit.models import AuditEvent, DailyRoot
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.audit.roots import _cut_off, dump_lines, make_daily_root, public_key, verify_roots
from qcy.foundation.audit.services import record_audit
from qcy.foundation.database.scope import unscoped
from qcy.foundation.parties.services import claim_organisation
from qcy.kernel.chain import canonical_json
from tests.world import FIRMS, ROOT, World


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


# ---------------------------------------------------------------- the daily root, and an outsider's verification
def dump(tmp_path: Path) -> Path:
    file = tmp_path / "dump.jsonl"
    with unscoped("test"):
        file.write_text("\n".join(dump_lines()), "utf-8")
    return file


def outsider(file: Path, key: str = "") -> tuple[int, str]:
    """The stand-alone script in an interpreter of its own, without this project on its path."""
    command = [sys.executable, "-I", str(ROOT / "scripts" / "verify_dump.py"), str(file)]
    done = subprocess.run(
        [*command, *([key] if key else [])], capture_output=True, text=True, cwd=file.parent
    )
    return done.returncode, done.stdout


def rooted(world: World) -> Case:
    case = world.delivered()
    with unscoped("test"):
        make_daily_root({}, world.now)
        make_daily_root({}, world.now)
        assert DailyRoot.objects.count() == 1, "once a day"
        assert verify_roots() == ""
    return case


def test_A2_the_stand_alone_verifier_agrees_and_checks_the_signature(world: World, tmp_path: Path) -> None:
    rooted(world)
    file = dump(tmp_path)
    code, said = outsider(file, public_key())
    assert (code, "1 daily roots: all hold" in said) == (0, True)
    code, said = outsider(file, "11" * 32)
    assert (code, "wrong signature" in said) == (1, True)


@pytest.mark.parametrize("attack", ["change", "delete", "swap", "insert", "cut"])
def test_A2_every_attack_on_a_dump_is_found(world: World, tmp_path: Path, attack: str) -> None:
    case = rooted(world)
    file = dump(tmp_path)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    mine = [i for i, row in enumerate(lines) if row.get("stream") == f"case:{case.pk}"]
    first, second, last = mine[0], mine[1], mine[-1]
    match attack:
        case "change":
            lines[second]["body"]["type"] = "refused"
        case "delete":
            del lines[second]
        case "swap":
            lines[first], lines[second] = lines[second], lines[first]
        case "insert":
            lines.insert(second, dict(lines[second]))
        case "cut":
            del lines[last]  # the end of a chain: only the root knows
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in lines), "utf-8")
    code, said = outsider(file, public_key())
    assert code == 1 and f"case:{case.pk}" in said


def test_A2_a_chain_made_anew_is_found_by_the_root(world: World) -> None:
    """Whoever can write everything could recompute a whole chain; the signed root still tells."""
    case = rooted(world)
    with unscoped("test"):
        head = CaseEvent.objects.filter(case=case).order_by("-seq").first()
        assert head
        root = DailyRoot.objects.get()
        root.heads = {**root.heads, f"case:{case.pk}": [head.seq, "f" * 64]}
        assert _cut_off(root).startswith(f"case:{case.pk}")


def test_A4_what_a_database_gives_back_has_the_hash_of_what_was_written(world: World) -> None:
    """Run on SQLite and on PostgreSQL: numbers, order of keys, rare characters and times survive both."""
    payload = {"z": 1, "a": [{"名": "㙍𠮷𪚥", "n": 10**15}], "flag": True, "none": None, "text": "a\u2028b"}
    with unscoped("test"):
        written = record_audit(stream="A4", type="probe", now=world.now, payload=payload)
        read = AuditEvent.objects.get(pk=written.pk)
    assert canonical_json(read.body()) == canonical_json(written.body())
    spelled = '{"a":[{"n":1000000000000000,"名":"㙍𠮷𪚥"}],"flag":true,"none":null,"text":"a\u2028b","z":1}'
    assert canonical_json(read.payload).decode() == spelled, "one spelling on every database"
