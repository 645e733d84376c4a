from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.db import transaction

from qcy.engines.casework.models import Case
from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.services import load_matter, publish_adoption
from qcy.foundation.calendars.queries import read_calendar
from qcy.foundation.calendars.services import load_calendar_year
from qcy.foundation.database.maintenance import empty_tables
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.documents.render import ensure_pdf
from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.services import load_node
from qcy.foundation.parties.actor import actor_for
from qcy.foundation.parties.enums import ContactKind, PersonKind, Role
from qcy.foundation.parties.models import Mandate, Person
from qcy.foundation.parties.services import open_account, prove_contact
from qcy.kernel.ids import seeded_ids
from qcy.kernel.local_time import SHANGHAI

from .plan import make_cases, make_firms
from .records import fill_register
from .story import Story

SEEDS = Path(settings.QCY_SEEDS)
PASSWORD = "demo-qcy-2026"  # noqa: S105 - printed in README: the demo world only
RENDERED = 3
WINDOW_BEFORE, WINDOW_AFTER = timedelta(days=30), timedelta(days=60)

STAFF = (  # node, role, desk, e-mail
    ("FX", Role.CLERK, "经办人 01", "clerk01@demo.invalid"),
    ("FX", Role.CLERK, "经办人 02", "clerk02@demo.invalid"),
    ("FX", Role.REVIEWER, "审核人 01", "reviewer01@demo.invalid"),
    ("FX", Role.DECIDER, "审定人 01", "decider01@demo.invalid"),
    ("FX", Role.DECIDER, "审定人 02", "decider02@demo.invalid"),
    ("FX", Role.NODE_MANAGER, "节点负责人", "manager@demo.invalid"),
    ("XX", Role.CLERK, "总窗口经办人 01", "hub.clerk@demo.invalid"),
    ("XX", Role.DECIDER, "总窗口审定人 01", "hub.decider@demo.invalid"),
    ("XX", Role.NODE_MANAGER, "总窗口负责人", "hub.manager@demo.invalid"),
)


def build_demo(*, seed: int, today: date) -> str:
    """Replace everything in the database by the demo world of this seed and day; returns a summary."""
    started = datetime.combine(today - timedelta(days=45), time(9), SHANGHAI)
    with unscoped("demo world"), seeded_ids(seed, started.astimezone(UTC)):
        empty_everything()
        with transaction.atomic():
            staff = load_reference(today, started)
            _tell(seed, today, staff)
        rendered = [ensure_pdf(document) for document in _results()[:RENDERED]]
        counts = (
            f"{Case.objects.count()} 份办件，{Document.objects.count()} 份文书，已生成 {len(rendered)} 份 PDF"
        )
    return f"演示数据已就绪（{today.isoformat()}，种子 {seed}）：{counts}。"


def empty_everything() -> None:
    empty_tables([m for m in apps.get_models() if m._meta.app_label not in ("contenttypes", "auth")])
    shutil.rmtree(settings.QCY_FILES, ignore_errors=True)


def load_reference(today: date, now: datetime) -> dict[str, Person]:
    """Calendars, nodes, their desks and the matter: a matter is published only where somebody can handle it."""
    for file in sorted((SEEDS / "calendar").glob("cn-*.yaml")):
        load_calendar_year(_read(file), now=now)
    for name in ("xixian", "fengxi"):
        load_node(_read(SEEDS / "nodes" / f"{name}.yaml"), now=now)
    staff = make_staff(now)
    document = _read(SEEDS / "catalogue" / "tsme.yaml")
    edition = load_matter(document, now=now)
    for wanted in document["adoptions"]:
        publish_adoption(
            node=Node.objects.get(code=wanted["node"]),
            edition=edition,
            overrides={k: v for k, v in wanted.items() if k not in ("node", "mode")},
            opens_on=today - WINDOW_BEFORE,
            closes_on=today + WINDOW_AFTER,
            window_is_demo=True,
            now=now,
        )
    return staff


def make_staff(now: datetime) -> dict[str, Person]:
    people = {}
    for node, role, desk, email in STAFF:
        person = open_account(kind=PersonKind.STAFF, contact=ContactKind.EMAIL, value=email, now=now)
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        prove_contact(person=person, kind=ContactKind.EMAIL, value=email, now=now)
        Mandate(
            person=person, node=Node.objects.get(code=node), role=role, desk_name=desk, since=now.date()
        ).save(force_insert=True)
        people[desk] = person
    return people


def _tell(seed: int, today: date, staff: Mapping[str, Person]) -> None:
    firms = make_firms(seed)
    adoption = Adoption.objects.get(node__code="FX", is_current=True)
    story = Story(seed, today, adoption, dict(staff))
    for firm in firms:
        story.register(firm)
    for case in make_cases(seed, today, read_calendar(), firms):
        story.tell(case)
    story.leave_drafts(firms)
    manager = actor_for(staff["节点负责人"], today)
    fill_register(firms, manager, today, datetime.combine(today, time(9, 50), SHANGHAI))


def _results() -> list[Document]:
    return list(Document.objects.filter(kind__startswith="result").order_by("-issued_at", "id"))


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))
