from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from qcy.domains.content.seeds import load_content
from qcy.engines.casework.models import Case
from qcy.engines.catalogue.models import Adoption
from qcy.engines.catalogue.node_files import offer_matters
from qcy.engines.catalogue.services import load_matter
from qcy.engines.catalogue.windows import Window
from qcy.foundation.calendars.queries import read_calendar
from qcy.foundation.calendars.services import load_calendar_year
from qcy.foundation.database.maintenance import empty_tables
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.documents.render import ensure_pdf
from qcy.foundation.durable import unsynced
from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.services import load_node
from qcy.foundation.parties.actor import actor_for
from qcy.foundation.parties.desks import open_desk
from qcy.foundation.parties.enums import Role
from qcy.foundation.parties.models import Mandate, Person
from qcy.insight.services import load_figures
from qcy.kernel.calendar import Calendar
from qcy.kernel.ids import seeded_ids
from qcy.kernel.local_time import SHANGHAI

from .plan import FIRMS, OTHERS, REGISTERED, DemoFirm, make_cases, make_firms
from .records import fill_register
from .story import Story
from .voice import Voice
from .wide import WideStory, plan_wide

SEEDS = Path(settings.QCY_SEEDS)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there; 47 files
PASSWORD = "demo-qcy-2026"  # noqa: S105 - printed in README: the demo world only
RENDERED = 3
WINDOW_BEFORE = timedelta(days=40)  # as far back as the story goes on a day after a long holiday

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
OTHER_DESKS = ((Role.CLERK, "经办人 01"), (Role.DECIDER, "审定人 01"), (Role.NODE_MANAGER, "节点负责人"))
ALL_NODES, TWO_NODES = ("*",), ("xixian", "fengxi")
WITH_WINDOW = ("tsme", "hnte", "redemption", "talent-project", "first-set", "incubator")  # demo windows


def build_demo(*, seed: int, today: date) -> str:
    """Replace everything in the database by the demo world of this seed and day; returns a summary."""
    started = datetime.combine(today - timedelta(days=45), time(9), SHANGHAI)
    with unscoped("demo world"), unsynced(), seeded_ids(seed, started.astimezone(UTC)):
        empty_everything()
        with transaction.atomic():
            staff = load_reference(today, started, ALL_NODES)
            for file in sorted((SEEDS / "figures").glob("*.yaml")):
                load_figures(_read(file), now=started)
            for file in sorted((SEEDS / "content").glob("*.yaml")):
                load_content(_read(file), now=datetime.combine(today, time(9), SHANGHAI))
            _tell(seed, today, staff)
        rendered = [ensure_pdf(document) for document in _results()[:RENDERED]]
        counts = (
            f"{Case.objects.count()} 份办件，{Document.objects.count()} 份文书，已生成 {len(rendered)} 份 PDF"
        )
    return f"演示数据已就绪（{today.isoformat()}，种子 {seed}）：{counts}。"


def empty_everything() -> None:
    empty_tables([m for m in apps.get_models() if m._meta.app_label not in ("contenttypes", "auth")])
    shutil.rmtree(settings.QCY_FILES, ignore_errors=True)


def load_reference(today: date, now: datetime, nodes: tuple[str, ...] = TWO_NODES) -> dict[str, Person]:
    """Calendars, matters, nodes with their desks; a matter is published only where somebody can handle it."""
    for file in sorted((SEEDS / "calendar").glob("cn-*.yaml")):
        load_calendar_year(_read(file), now=now)
    for written in matter_files(now.date()):
        load_matter(written, now=now)
    staff: dict[str, Person] = {}
    windows = demo_windows(today)
    for document in node_files(nodes):
        node = load_node(document, now=now)
        staff |= open_desks(node, now)
        offer_matters(node, document["matters"], now=now, windows=windows)
    return staff


def matter_files(since: date) -> list[Any]:
    """In force from the first day of the story at the latest, whatever day the demo is built for."""
    found = [_read(f) for f in sorted((SEEDS / "catalogue").glob("*.yaml")) if f.stem != "flows"]
    for written in found:
        written["edition"]["effective_from"] = min(written["edition"]["effective_from"], since)
    return found


def node_files(wanted: tuple[str, ...]) -> list[Any]:
    """The hub first: the others stand under it."""
    files = sorted((SEEDS / "nodes").glob("*.yaml"), key=lambda file: (file.stem != "xixian", file.stem))
    return [_read(file) for file in files if wanted == ALL_NODES or file.stem in wanted]


def demo_windows(today: date) -> dict[str, Window]:
    """From 30 days before today to different days after it, so that the list shows all that can happen."""
    ends = (60, 23, 7, 12, 35, 20)
    return {
        code: Window(today - WINDOW_BEFORE, today + timedelta(days=end), is_demo=True)
        for code, end in zip(WITH_WINDOW, ends, strict=True)
    }


def open_desks(node: Node, now: datetime) -> dict[str, Person]:
    """The named desks of the first two nodes, three of a kind at every other."""
    named = [row[1:] for row in STAFF if row[0] == node.code]
    password = make_password(PASSWORD)
    others = [
        (role, desk, f"{role.replace('_', '')}.{node.code.lower()}@demo.invalid")
        for role, desk in OTHER_DESKS
    ]
    return {
        desk if named else f"{node.code} {desk}": open_desk(
            node=node, role=role, desk_name=desk, email=email, now=now, password_hash=password
        )[0]
        for role, desk, email in named or others
    }


def _tell(seed: int, today: date, staff: Mapping[str, Person]) -> None:
    firms = make_firms(seed, FIRMS + OTHERS)
    adoption = Adoption.objects.get(node__code="FX", item__code="tsme", is_current=True)
    story = Story(seed, today, adoption, dict(staff))
    for firm in firms:
        story.register(firm)
    calendar = read_calendar()
    for case in make_cases(seed, today, calendar, firms[:FIRMS]):
        story.tell(case)
    story.leave_drafts(firms[:FIRMS])
    _tell_wide(seed, today, calendar, firms[FIRMS:], story.people)
    Voice(staff, today, calendar).tell(_read(SEEDS / "voice" / "demo.yaml")["complaints"])
    manager = actor_for(staff["节点负责人"], today)
    known = make_firms(seed, REGISTERED)
    fill_register(known, manager, today, datetime.combine(today, time(9, 50), SHANGHAI))


def _tell_wide(
    seed: int, today: date, calendar: Calendar, firms: list[DemoFirm], people: Mapping[str, Person]
) -> None:
    offered = Adoption.objects.filter(is_current=True).select_related("item", "node", "edition__form")
    ordered = list(offered.order_by("item__code", "node__code"))
    desks = {
        (mandate.node.code, mandate.role): mandate.person
        for mandate in Mandate.objects.select_related("node", "person").order_by("-desk_name")
    }
    wide = WideStory(today, {firm.code: people[firm.code] for firm in firms}, desks)
    for case in plan_wide(seed, today, calendar, firms, ordered):
        wide.tell(case)


def _results() -> list[Document]:
    return list(Document.objects.filter(kind__startswith="result").order_by("-issued_at", "id"))


def _read(file: Path) -> Any:
    return yaml.load(file.read_text("utf-8"), Loader=LOADER)  # noqa: S506 - one of the two safe ones
