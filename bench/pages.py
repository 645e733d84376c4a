"""Every product page against its floor view, in alternating rounds on one server."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.harness import Browser, Server, cookies_of, cookies_of_desk, server, world
from bench.lists import FEW, MANY, Asked, Grown, grow

CONNECTIONS = 2
MOST = 1.5
WARM_UP = 10


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    cookies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    page: Page
    queries: int
    times: Mapping[str, Sequence[float]]  # median milliseconds of each round, by kind

    def milliseconds(self, kind: str) -> float:
        return median(self.times[kind])

    def ratio(self, to: str) -> float:
        pairs = zip(self.times["product"], self.times[to], strict=True)
        return median(product / floor for product, floor in pairs)


def main() -> int:
    options = parser().parse_args()
    with world() as folder:
        pages = [page for page in pages_of_demo() if options.only in page.name]
        counts = record(folder, pages)
        with server(folder) as running:
            results = [measure(running, p, counts[p.name], options.rounds, options.requests) for p in pages]
        lists = [] if options.only else grow()  # last: it takes the cases of the demo world away
    return max(tell(results), tell_lists(lists))


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--requests", type=int, default=40, help="per connection and round")
    options.add_argument("--only", default="", help="pages whose name contains this")
    return options


def record(folder: Path, pages: Sequence[Page]) -> dict[str, int]:
    from django.db import connections

    from bench.recording import record_page

    counts = {page.name: record_page(folder, page.name, page.path, page.cookies) for page in pages}
    connections.close_all()
    return counts


def pages_of_demo() -> list[Page]:
    """Every kind of page, with real rows of the demo world behind it."""
    from qcy.foundation.database.scope import unscoped

    with unscoped("bench"):
        return [*public_pages(), *firm_pages(), *console_pages()]


def public_pages() -> list[Page]:
    from qcy.foundation.documents.models import Document

    result = Document.objects.filter(kind="result_granted").order_by("id")[0]
    return [
        Page("home", "/"),
        Page("node-home", "/n/fengxi/"),
        Page("matters", "/n/fengxi/matters/"),
        Page("matters-search", "/n/fengxi/matters/?q=%E9%AB%98%E4%BC%81"),
        Page("guide", "/n/fengxi/matters/tsme/"),
        Page("nodes", "/nodes/"),
        Page("node", "/n/fengxi/about/"),
        Page("figures", "/figures/"),
        Page("news", "/n/xixian/news/"),
        Page("verification", f"/verify/{result.verification_code}/"),
    ]


def firm_pages() -> list[Page]:
    from qcy.engines.casework.models import Case
    from qcy.engines.forms.models import Draft
    from qcy.foundation.parties.models import Membership, Person

    draft = Draft.objects.filter(state="open").order_by("id")[0]
    owned = Membership.objects.filter(role="owner", state="verified").values("organisation")
    closed = Case.objects.filter(status="delivered", outcome="granted", node__code="FX")
    case = closed.filter(organisation__in=owned).order_by("id")[0]
    typist = cookies_of(Person.objects.get(pk=draft.person_id))
    filer = cookies_of(Person.objects.get(pk=case.filer_id))
    return [
        Page("form-step", f"/me/drafts/{draft.pk}/research/", typist),
        Page("my-cases", "/me/cases/", filer),
        Page("my-case", f"/me/cases/{case.pk}/", filer),
        Page("record", f"/me/firm/{case.organisation_id}/record/", filer),
    ]


def console_pages() -> list[Page]:
    from qcy.engines.casework.models import Case

    case = Case.objects.filter(status="accepted", node__code="FX").order_by("id")[0]
    clerk, manager = cookies_of_desk("经办人 01"), cookies_of_desk("节点负责人")
    return [
        Page("console-inbox", "/console/cases/", clerk),
        Page("console-drawer", f"/console/cases/{case.pk}/", clerk),
        Page("console-firm", f"/console/firms/{case.organisation_id}/", clerk),
        Page("console-matters", "/console/matters/", manager),
    ]


def measure(running: Server, page: Page, queries: int, rounds: int, requests: int) -> Result:
    """All kinds take turns within a round, each round in the other order: drift of the machine cancels."""
    paths = {
        "product": page.path,
        "raw": f"/floor/raw/{page.name}/",
        "orm": f"/floor/orm/{page.name}/",
        "bare": "/floor/bare/",
    }
    for path in paths.values():
        load(running, path, page.cookies, WARM_UP)
    times: dict[str, list[float]] = {kind: [] for kind in paths}
    for number in range(rounds):
        for kind in sorted(paths, reverse=bool(number % 2)):
            cookies = {} if kind == "bare" else page.cookies
            times[kind].append(load(running, paths[kind], cookies, requests))
    return Result(page, queries, times)


def load(running: Server, path: str, cookies: Mapping[str, str], requests: int) -> float:
    """Median milliseconds of a request while all connections ask without pause."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        runs = pool.map(lambda _: ask(running, path, cookies, requests), range(CONNECTIONS))
        return 1000 * median(seconds for run in runs for seconds in run)


def ask(running: Server, path: str, cookies: Mapping[str, str], requests: int) -> list[float]:
    browser = Browser(running, cookies)
    try:
        replies = [browser.get(path) for _ in range(requests)]
    finally:
        browser.close()
    refused = [reply.status for reply in replies if reply.status != 200]
    if refused:
        raise RuntimeError(f"{path} answered {refused[0]} in {len(refused)} of {requests} requests")
    return [reply.seconds for reply in replies]


def tell(results: Sequence[Result]) -> int:
    head = ("product ms", "floor ms", "ratio", "orm floor ms", "ratio", "queries", "x bare")
    print(f"{'page':<16}" + "".join(f"{title:>13}" for title in head))
    for r in results:
        print(
            f"{r.page.name:<16}{r.milliseconds('product'):>13.1f}"
            f"{r.milliseconds('raw'):>13.1f}{r.ratio('raw'):>13.2f}"
            f"{r.milliseconds('orm'):>13.1f}{r.ratio('orm'):>13.2f}"
            f"{r.queries:>13}{r.ratio('bare'):>13.1f}"
        )
    missed = [r.page.name for r in results if r.ratio("orm") > MOST]  # ADR 10
    print(f"pages over {MOST}x of their ORM floor: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


def tell_lists(lists: Sequence[Grown]) -> int:
    if not lists:
        return 0
    print(f"\n{'list':<16}" + "".join(f"{f'{n:,} cases':>15}{'ms':>8}" for n in (FEW, MANY)))
    for g in lists:
        print(f"{g.name:<16}" + "".join(said(a) for a in (g.few, g.many)))
    grew = [g.name for g in lists if g.few.queries != g.many.queries]
    print(f"lists that ask more of {MANY:,} cases than of {FEW}: {', '.join(grew) or 'none'}")
    return 1 if grew else 0


def said(asked: Asked) -> str:
    return f"{asked.queries:>7} queries{asked.milliseconds:>8.1f}"


if __name__ == "__main__":
    sys.exit(main())
