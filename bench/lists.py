"""The lists of cases with 10 and with 10,000 cases: they must ask the same number of queries."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.harness import cookies_of, cookies_of_desk

if TYPE_CHECKING:
    from qcy.engines.casework.models import Case, CaseAccess

FEW, MANY = 10, 10_000
REQUESTS = 5
BATCH = 500


@dataclass(frozen=True)
class Asked:
    queries: int
    milliseconds: float


@dataclass(frozen=True)
class Grown:
    name: str
    few: Asked
    many: Asked


def grow() -> list[Grown]:
    """Each list with few and with many copies of one case and no other. Spoils the demo world."""
    from qcy.engines.casework.models import Case, CaseAccess
    from qcy.foundation.database.scope import unscoped
    from qcy.foundation.parties.models import Person

    with unscoped("bench"):
        case = Case.objects.filter(status="accepted", node__code="FX").order_by("id")[0]
        access = list(CaseAccess.objects.filter(case=case))
        lists = {
            "console-inbox": ("/console/cases/", cookies_of_desk("经办人 01")),
            "my-cases": ("/me/cases/", cookies_of(Person.objects.get(pk=case.filer_id))),
        }
        CaseAccess.objects.all().delete()  # nobody sees a case of the demo world from here on
        _copy(case, access, range(FEW))
    few = [_asked(*page) for page in lists.values()]
    with unscoped("bench"):
        _copy(case, access, range(FEW, MANY))
    many = [_asked(*page) for page in lists.values()]
    return [Grown(name, *of) for name, of in zip(lists, zip(few, many, strict=True), strict=True)]


def _copy(case: Case, access: Sequence[CaseAccess], numbers: range) -> None:
    from qcy.kernel.ids import new_id

    cases = [_with(case, draft_id=new_id(), number=f"BENCH-{number:08d}") for number in numbers]
    type(case).objects.bulk_create(cases, batch_size=BATCH)
    opened = [_with(row, case_id=copied.pk) for copied in cases for row in access]
    type(access[0]).objects.bulk_create(opened, batch_size=BATCH)


def _with(row: Any, **changes: Any) -> Any:
    """A row like this one under a key of its own."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{name: value for name, value in values.items() if name != "id"} | changes)


def _asked(path: str, cookies: Mapping[str, str]) -> Asked:
    from django.test import Client

    from bench.recording import statements

    client = Client(SERVER_NAME="127.0.0.1", headers={"X-Bench-Client": "10.0.1.1"})
    client.cookies.load(dict(cookies))
    assert "BENCH-" in client.get(path).content.decode()  # and the held facts are there from here on
    with statements() as sent:
        client.get(path)
    took = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        client.get(path)
        took.append(1000 * (time.perf_counter() - began))
    return Asked(len(sent), median(took))
