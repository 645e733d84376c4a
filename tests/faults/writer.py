"""Submits one draft after the other through the real services and says so after each commit, until killed."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

from django.db import connection

from bench.drafts import Ready
from qcy.demo.story import SMALL_PDF, do
from qcy.engines.casework.filing import submit_case
from qcy.foundation.database.scope import unscoped
from qcy.foundation.files.services import store_upload
from qcy.foundation.keys import key
from qcy.foundation.parties.actor import Actor, actor_for
from qcy.foundation.parties.models import Person
from tests.world import NOW, TODAY

POSTGRESQL_ASKED = ("fsync", "full_page_writes", "synchronous_commit", "role")


def main(synchronous: str = "") -> None:
    if synchronous:
        weaken(synchronous)
    tell("session", session())
    for line in sys.stdin:
        ready = Ready(**json.loads(line))
        actor = actor_of(ready.person, TODAY)
        tell("key", {"name": ready.draft, "key": key(ready.draft).hex()})
        file = upload(actor, ready)
        tell("file", {"path": str(file.path), "sha256": file.sha256})
        case = do(submit_case, actor, draft_id=ready.draft, seen=ready.seen, now=NOW)
        tell("case", {"draft": ready.draft, "case": str(case)})


def tell(what: str, details: dict[str, Any]) -> None:
    print(json.dumps({"what": what, **details}), flush=True)


def weaken(synchronous: str) -> None:
    """The negative control: the product's connection with a weaker promise."""
    options = connection.settings_dict["OPTIONS"]
    strong = options["init_command"]
    options["init_command"] = strong.replace("synchronous=FULL", f"synchronous={synchronous}")
    assert options["init_command"] != strong


def session() -> dict[str, Any]:
    """What the application's own connection promises about a commit."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return {n: cursor.execute(f"PRAGMA {n}").fetchone()[0] for n in ("journal_mode", "synchronous")}
        return {name: cursor.execute(f"SHOW {name}").fetchone()[0] for name in POSTGRESQL_ASKED}


def actor_of(person: str, today: date) -> Actor:
    with unscoped("test"):
        return actor_for(Person.objects.get(pk=person), today)


def upload(actor: Actor, ready: Ready) -> Any:
    return do(
        store_upload,
        actor,
        draft_id=ready.draft,
        organisation_id=ready.organisation,
        field="evidence",
        name="佐证.pdf",
        chunks=[SMALL_PDF, b"%" + ready.draft.encode()],
        kinds=("pdf",),
        most_bytes=1_000_000,
        now=NOW,
    )
