"""What people paste and type, brought to one plain form, and that form as a short list of blocks. Pure.

Texts arrive from Word: bullets of three kinds, tabs, non-breaking and full-width spaces, breaks inside a
paragraph. Markup typed into a text is text: it is kept as written and shown as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from qcy.kernel.text import clean

# the vertical tab is Word's break inside a paragraph; the others end a line or a page somewhere else
BREAKS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
SYMBOL_FONT = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf0fc\uf06c\uf06e", "•"))  # Word's own bullets
BULLET = re.compile(r"(?:[•·●▪◦■◆○‣⁃∙]\s*|[-–*]\s+)(?=\S)")
HEADING = re.compile(r"##\s*(?=[^\s#])")
SPACES = re.compile(r" {2,}")

Kind = Literal["heading", "paragraph", "list"]


@dataclass(frozen=True)
class Block:
    """A heading with one line, a paragraph with its lines, or a list with its points."""

    kind: Kind
    lines: tuple[str, ...]


def clean_title(raw: str) -> str:
    """One line, whatever was pasted."""
    return " ".join(line for line in _lines_of(raw) if line)


def clean_text(raw: str) -> str:
    """The plain form: one blank line between blocks, "- " before a point, "## " before a heading."""
    lines = [_marked(line) for line in _lines_of(raw)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def blocks(text: str) -> tuple[Block, ...]:
    """The plain form as what a page prints. Neighbouring points make one list."""
    return tuple(
        Block(kind, tuple(line for _kind, line in group))
        for kind, group in _grouped(_kind_of(line) for line in clean_text(text).split("\n"))
    )


def _lines_of(raw: str) -> Iterator[str]:
    for line in BREAKS.sub("\n", raw.translate(SYMBOL_FONT)).split("\n"):
        yield _clean_line(line)


def _clean_line(line: str) -> str:
    """Every kind of space is one space; what cannot be seen is gone."""
    spaced = "".join(" " if c == "\t" or unicodedata.category(c) == "Zs" else c for c in clean(line))
    return SPACES.sub(" ", spaced).strip()


def _marked(line: str) -> str:
    if found := BULLET.match(line):
        return "- " + line[found.end() :]
    if found := HEADING.match(line):
        return "## " + line[found.end() :]
    return line


def _kind_of(line: str) -> tuple[str, str]:
    if line.startswith("- "):
        return "list", line[2:]
    if line.startswith("## "):
        return "heading", line[3:]
    return ("paragraph", line) if line else ("", "")


def _grouped(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[Kind, list[tuple[str, str]]]]:
    for kind, group in groupby(lines, key=lambda pair: pair[0]):
        found = list(group)
        if kind == "heading":
            yield from (("heading", [line]) for line in found)  # two headings in a row are two
        elif kind == "list":
            yield "list", found
        elif kind:
            yield "paragraph", found
