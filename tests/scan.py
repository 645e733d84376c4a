"""Walks every page a viewer can reach and looks for words that are not theirs (T2)."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from django.test import Client

from tests.matrix import PLACE, Row

LINK = re.compile(r'(?:href|hx-get|action|src)="([^"#]+)')
NOT_WALKED = ("/sign-out/", "/static/", "/components/", "/large-print/")
PAGES = ("?page=1", "?page=2", "?page=999")
LISTS = (
    "/me/cases/",
    "/me/messages/",
    "/console/cases/",
    "/console/complaints/",
    "/console/ratings/",
    "/console/audit/",
)
SEARCHES = (
    "/?q={}",
    "/me/cases/?q={}",
    "/console/cases/?q={}",
    "/console/cases/?status=delivered&q={}",
    "/console/audit/?q={}",
    "/console/audit/?kind=system&q={}",
    "/console/audit/?kind=access&q={}",
    "/console/firms/?code={}",
    "/verify/?code={}",
    "/complaints/new/?page={}&node={}",
)


def starts(rows: Iterable[Row], ids: dict[str, Any]) -> list[str]:
    """Every address of the product with these ids, and the further pages of each list."""
    known = [row.at for row in rows if set(PLACE.findall(row.at)) <= set(ids)]
    return sorted({at.format(**ids) for at in known} | {at + page for at in LISTS for page in PAGES})


def searches(words: Iterable[str]) -> list[str]:
    return [address.format(word, word) for address in SEARCHES for word in words]


class Walk:
    """Pages seen by one browser, and what was found on them that should not be there."""

    def __init__(self, client: Client, forbidden: Collection[str]) -> None:
        self.client, self.forbidden = client, forbidden
        self.seen: set[str] = set()
        self.shapes: set[tuple[str, frozenset[str]]] = set()
        self.leaks: list[str] = []

    def go(self, addresses: Iterable[str]) -> Walk:
        """Every one of these; of the links on the pages, each path once with each set of query names."""
        waiting = [address for address in addresses if address not in self.seen]
        while waiting:
            address = waiting.pop(0)
            self.seen.add(address)
            self.shapes.add(_shape(address))
            for link in self._visit(address):
                if _shape(link) not in self.shapes and not link.startswith(NOT_WALKED):
                    self.shapes.add(_shape(link))
                    waiting.append(link)
        return self

    def _visit(self, address: str) -> list[str]:
        answer = self.client.get(address)
        self.look(address, answer)
        if answer.status_code >= 400:
            self.look(f"{address} (JSON)", self.client.get(address, headers={"accept": "application/json"}))
        if address.startswith("/console/cases/"):
            self.look(f"{address} (part)", self.client.get(address, headers={"HX-Request": "true"}))
        return list(_links(address, answer))

    def look(self, name: str, answer: Any) -> None:
        """Marks in the words of the address itself were typed, not told."""
        told = words_of(answer)
        for mark in self.forbidden:
            if mark in told and mark not in unquote(name):
                self.leaks.append(f"{name} [{answer.status_code}] shows {mark}")


def _shape(address: str) -> tuple[str, frozenset[str]]:
    """Otherwise a way back that every page carries (?next=…) would lead round and round."""
    parts = urlsplit(address)
    return parts.path, frozenset(parse_qs(parts.query))


def _links(address: str, answer: Any) -> Iterator[str]:
    found = [answer.headers["Location"]] if "Location" in answer.headers else []
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        found += LINK.findall(answer.text)
    for link in found:
        parts = urlsplit(urljoin(address, unescape(link)))
        if not parts.netloc:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def words_of(answer: Any) -> str:
    """Everything an answer tells: body as text, headers, cookies; nothing encoded away."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = (
        _pdf_text(body)
        if answer.headers["Content-Type"] == "application/pdf"
        else body.decode("utf-8", "replace")
    )
    around = f"{dict(answer.headers)} {answer.cookies.output()}"
    return f"{unescape(text)} {unquote(text)} {around} {unquote(around)}"


@cache
def _pdf_text(body: bytes) -> str:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    pages = " ".join(page.extract_text() for page in reader.pages)
    return re.sub(r"\s+", "", pages) + pages + str(reader.metadata)
