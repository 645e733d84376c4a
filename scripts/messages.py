#!/usr/bin/env python3
"""Brings the English catalogue up to date: reads the texts, keeps the translations, writes .po and .mo.

`.venv/bin/python scripts/messages.py` after a text was added or changed, then fill the empty `msgstr` lines of
qcy/locale/en/LC_MESSAGES/django.po and run it again. The source language is Chinese, so a text is its own key.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "qcy" / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {"_": None, "gettext": None, "gettext_noop": None, "gettext_lazy": None, "worded": None}
KEYWORDS |= {"ngettext": (1, 2), "with_count": (1, 1)}
SAME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # the same texts are the same file, whenever they are written
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# documents are always Chinese; demo data, seeds and the gallery of components are content, not interface
APART = {"migrations", "demo", "documents", "samples.py", "server_error.html", "settings", "node_map.py"}
TABLES = {
    "GROUPS",
    "CONFIDENCE",
    "_UNITS",
    "WHAT_IT_SAYS",
    "NOT_COUNTED",
    "UNKNOWN",
    "ASKED",
    "CHECK",
    "_ALPHABET_ONLY",
    "_FIX_COPY",
    "_EXAMPLE",
    "_NO_LONGER",
    "_CLOSED",
    "why",
    "fix",
}  # shown by the pages, kept below them
COUNTED = "COUNTED"  # a table of texts around a number: each has a singular
CHOICES = {"TextChoices", "IntegerChoices", "Choices"}

Found = tuple[str | tuple[str, str], str]


def messages() -> Iterator[Found]:
    for path in sorted((ROOT / "qcy").rglob("*")):
        here = path.relative_to(ROOT)
        if APART & set(here.parts) or path.suffix not in (".html", ".py") or "gallery" in str(here):
            continue
        text = path.read_text("utf-8")
        code = (
            f"({templatize(text)})" if path.suffix == ".html" else text
        )  # in brackets: indents mean nothing
        for _line, said, *_rest in extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS):
            yield said, str(here)
        if path.suffix == ".py":
            yield from ((said, str(here)) for said in words(ast.parse(text), "delivery" in here.parts))


def words(tree: ast.Module, is_delivery: bool) -> Iterator[str | tuple[str, str]]:
    """Texts that are kept in a table and translated where they are shown: labels of choices, refusals, and in
    the pages every constant."""
    nodes = list(ast.walk(tree)) if is_delivery else [n for top in ast.walk(tree) for n in _kept(top)]
    apart = {id(part) for node in ast.walk(tree) for part in _no_words(node)}
    counted = {id(part) for node in ast.walk(tree) for part in _counted(node)}
    for node in nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in apart:
            continue
        if CHINESE.search(node.value):
            yield (node.value, node.value) if id(node) in counted else node.value


def _counted(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Assign) and COUNTED in {getattr(t, "id", "") for t in node.targets}:
        yield from ast.walk(node)


def _kept(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.ClassDef) and CHOICES & {
        getattr(b, "attr", getattr(b, "id", "")) for b in node.bases
    }:
        yield from ast.walk(node)
    if isinstance(node, ast.Assign | ast.AnnAssign) and TABLES & {
        getattr(t, "id", "") for t in _targets(node)
    }:
        yield from ast.walk(node)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refusal", "_refuse", "refuse"):
        said = (*node.args, *(keyword.value for keyword in node.keywords))
        yield from (arg for arg in said if isinstance(arg, ast.Constant))


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _no_words(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings and pieces of f-strings."""
    documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
    if documented and isinstance(node.body[0], ast.Expr):
        yield node.body[0].value
    if isinstance(node, ast.JoinedStr):
        yield from node.values


def updated(old: Catalog) -> Catalog:
    new = Catalog(locale="en", charset="utf-8", fuzzy=False, project="qcy", header_comment="# English texts.")
    held = {message.id: message.string for message in old if message.id}
    for said, place in messages():
        if not said or not CHINESE.search(said if isinstance(said, str) else said[0]):
            continue
        if said not in new:
            new.add(said, held.get(said, ("", "") if isinstance(said, tuple) else ""), [(place, 0)])
        else:
            new[said].locations = sorted({*new[said].locations, (place, 0)})
    return new


def po_of(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=110, omit_header=True, sort_by_file=False, include_lineno=False)
    head = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n'
    head += (
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def mo_of(po: bytes) -> bytes:
    out = io.BytesIO()
    catalogue = read_po(io.BytesIO(po), locale="en")
    catalogue.creation_date = catalogue.revision_date = SAME_DAY
    catalogue.mime_headers = [
        ("Language", "en"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ]
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> None:
    settings.configure()
    django.setup()
    PO.parent.mkdir(parents=True, exist_ok=True)
    old = read_po(io.BytesIO(PO.read_bytes() if PO.exists() else b""), locale="en")
    catalogue = updated(old)
    po = po_of(catalogue)
    PO.write_bytes(po)
    PO.with_suffix(".mo").write_bytes(mo_of(po))
    empty = sum(1 for m in catalogue if m.id and not (m.string and all(m.string)))
    print(f"{len(catalogue)} texts, {empty} without English", file=sys.stderr)


if __name__ == "__main__":
    main()
