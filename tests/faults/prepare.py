"""A migrated database with complete drafts, told as JSON lines."""

from __future__ import annotations

import json
from dataclasses import asdict

from django.core.management import call_command

from bench import drafts
from qcy.foundation.database.scope import unscoped
from tests.world import build_base


def main(number: str) -> None:
    with unscoped("migrate"):
        call_command("migrate", verbosity=0, interactive=False)
    build_base()
    for ready in drafts.prepare(int(number)):
        print(json.dumps(asdict(ready)))
