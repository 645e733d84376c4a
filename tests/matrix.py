"""Reads tests/matrix.yaml and asks every address as every viewer (T1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import yaml
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from qcy.demo.story import SMALL_PDF
from tests.cast import SMALL_TABLE, Cast, browser, session_of, undone
from tests.world import watched_tables

FILE = Path(__file__).with_name("matrix.yaml")
METHODS = ("GET", "POST", "ANY")  # ANY: the view does not look at the method
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
PLACE = re.compile(r"{(\w+)}")
WRITE = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
DONE = {"200", "302"}  # a POST answered like this has changed something, unless the row says "="


@dataclass(frozen=True)
class Row:
    url: str
    method: str
    at: str  # the address; in braces what it is asked with
    stage: str
    expected: Mapping[str, str]
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.at} ({self.stage})"

    @property
    def methods(self) -> tuple[str, ...]:
        return ("GET", "POST") if self.method == "ANY" else (self.method,)


def read_rows(text: str | None = None) -> tuple[Row, ...]:
    document = yaml.safe_load(FILE.read_text("utf-8") if text is None else text)
    viewers = document["viewers"].replace("|", " ").split()
    return tuple(_row(url, row, viewers) for url, rows in document["urls"].items() for row in rows)


def _row(url: str, row: dict[str, Any], viewers: list[str]) -> Row:
    [method] = [name for name in METHODS if name in row]
    answers = row[method].replace("|", " ").split()
    if len(answers) != len(viewers):
        raise ValueError(f"{url} {method}: {len(answers)} answers for {len(viewers)} viewers")
    return Row(url, method, row["at"], row["stage"], dict(zip(viewers, answers)), row.get("sent", {}))


# ---------------------------------------------------------------- is every address there?
def addresses(resolver: Any = None) -> Iterator[str]:
    """The name of every address, walked from the root."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name or str(entry.pattern)


def gaps(names: Iterable[str], rows: Iterable[Row]) -> list[str]:
    """What the file lacks, and what it has too much of, each by its name."""
    wanted = {(name, method) for name in names for method in ("GET", "POST")}
    held = {(row.url, method) for row in rows for method in row.methods}
    missing = [f"{name} has no row for {method}" for name, method in sorted(wanted - held)]
    return missing + [f"{name} is no address ({method})" for name, method in sorted(held - wanted)]


# ---------------------------------------------------------------- does every answer agree?
def disagreements(cast: Cast, stage: str, rows: Iterable[Row]) -> list[str]:
    """Each row of the stage asked as each of its viewers, nothing of one question left for the next."""
    cast.reach(stage)
    rows = [row for row in rows if row.stage == stage]
    sessions = {viewer: session_of(cast.actor(viewer)) for row in rows for viewer in row.expected}
    with watched_tables() as tables:
        before = tables()
        return [
            f"{viewer}: {row.name}: {fault}"
            for viewer, session in sessions.items()
            for row in rows
            for method in row.methods
            for fault in _faults(
                Question(session, method, row, cast.ids), row.expected[viewer], tables, before
            )
        ]


@dataclass(frozen=True)
class Question:
    session: str
    method: str
    row: Row
    ids: Mapping[str, Any]

    @property
    def address(self) -> str:
        return self.row.at.format(**self.ids)

    def answer(self) -> Any:
        return self.ask(self.address)

    def ask(self, address: str) -> Any:
        client = browser(self.session)
        if self.method == "GET":
            return client.get(address)
        return client.post(address, {n: _value(str(v), self.ids) for n, v in self.row.sent.items()})


def _faults(question: Question, wanted: str, tables: Any, before: Any) -> Iterator[str]:
    with undone():
        with statements() as written:
            answer = question.answer()
        # reading every table is slow: only if something was written can something have changed
        after = tables() if written and question.row.method == "POST" else before
    told = word_for(answer)
    if told != wanted.removesuffix("="):
        yield f"expected {wanted}, got {told} {_why(answer)}"
    if question.row.method == "POST" and (fault := _wrong_effect(wanted, before, after)):
        yield fault
    twice = question.row.method == "ANY" and question.method == "POST"  # its GET has been compared
    if told == "404" and not twice and not same_as_random(question, answer):
        yield "a random id is answered otherwise"


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that write to tables of ours while the block runs."""
    ours = {m._meta.db_table for m in apps.get_models() if m.__module__.startswith("qcy.")}
    written: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITE.match(sql)) and found[1] in ours:
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield written


def _value(text: str, ids: Mapping[str, Any]) -> Any:
    files = {"PDF": ("licence.pdf", SMALL_PDF), "XLSX": ("facts.xlsx", SMALL_TABLE)}
    return SimpleUploadedFile(*files[text]) if text in files else text.format(**ids)


def word_for(answer: Any) -> str:
    """`in`: asked to sign in and led back here afterwards. Otherwise the status."""
    place = urlsplit(answer.headers.get("Location", ""))
    doors = (reverse("account_login"), reverse("console_sign_in"))
    if answer.status_code == 302 and place.path in doors and "next" in parse_qs(place.query):
        return "in"
    return str(answer.status_code)


def _why(answer: Any) -> str:
    """Where it led, or the headline of what it said."""
    headline = re.search(r"<h1[^>]*>(.*?)</h1>", getattr(answer, "text", ""), re.S)
    return answer.headers.get("Location", headline[1] if headline else "")


def _wrong_effect(wanted: str, before: Any, after: Any) -> str:
    """What was refused leaves every table as it was; what was done has left something."""
    changed = [table for table in after if after[table] != before[table]]
    if wanted in DONE:
        return "" if changed else "answered as done, and nothing has changed"
    return f"nothing should have changed, but {changed} did" if changed else ""


def same_as_random(question: Question, answer: Any) -> bool:
    """T6: what exists for others and what does not exist are told in the same words."""
    found = UUID.findall(question.address)
    if not found:
        return True
    asked, random = found[-1], str(uuid4())
    with undone():
        other = question.ask(question.address.replace(asked, random))
    alike = TOKEN.sub("", answer.text).replace(asked, random) == TOKEN.sub("", other.text)
    return alike and other.status_code == answer.status_code


def resolves(row: Row) -> bool:
    """The address of a row leads to the view it stands under."""
    ids = {name: name if name in ("verification", "defect") else uuid4() for name in PLACE.findall(row.at)}
    return resolve(urlsplit(row.at.format(**ids)).path).url_name == row.url
