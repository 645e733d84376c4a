"""What a page hands to a component: plain frozen values, ready to print.

A component never reads a model, a clock or a setting. The page works everything out
(words, dates, cells of a clock) and the component only lays it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# One letter per working day: u used, p paused, t today, x over the limit, cap not started,
# s2 and s3 later steps of a guide, z outside this clock, "" left.
Cell = Literal["u", "p", "t", "x", "cap", "s2", "s3", "z", ""]
Tone = Literal["", "ok", "warn", "bad", "info"]
ClockTone = Literal["", "soon", "late"]
FieldKind = Literal[
    "text", "long_text", "code", "count", "money", "date", "choice", "select", "yesno", "file"
]
Link = tuple[str, str]  # label, url


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    current: bool = False
    icon: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One limit of a case. With `note` (no legal limit) the row has words instead of cells."""

    label: str
    sub: str = ""
    cells: tuple[str, ...] = ()
    end: str = ""
    end_tone: ClockTone = ""
    note: str = ""
    used: int | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class MiniClock:
    """The clock of a table row: promised above legal, at most 25 cells each."""

    promised: tuple[str, ...] = ()
    legal: tuple[str, ...] = ()
    headline: str = ""
    tone: ClockTone = ""
    sub: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    title: str
    at: datetime | None = None
    when_text: str = ""
    text: str = ""
    state: Literal["ok", "now", ""] = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    source: str = ""
    date: str = ""
    grade: str = ""
    self_filled: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    state: Literal["done", "current", ""] = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the error summary; `anchor` is the id of the control it leads to."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Kpi:
    label: str
    value: str | int
    unit: str = ""
    sub: str = ""
    icon: str = ""
    url: str = ""
    current: bool = False
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class FileView:
    id: str
    name: str
    size_text: str = ""
    state_text: str = ""
    tone: Tone = ""
    url: str = ""
    url_remove: str = ""
    pending: bool = False  # its check still runs: the page asks again by itself


@dataclass(frozen=True, slots=True)
class FieldView:
    """A question of a form with its answer so far.

    `id` is the id of the (first) control: error summaries and labels point at it.
    `help_links` are shown with the field: where to find a figure, a blank form, a sample.
    """

    name: str
    id: str
    label: str
    hint: str = ""
    kind: FieldKind = "text"
    value: str = ""
    unit: str = ""
    error: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    source: str = ""
    grade: str = ""
    inputmode: str = ""
    maxlength: int | None = None
    files: tuple[FileView, ...] = ()
    accept: str = ""
    url_upload: str = ""
    autocomplete: str = ""
    date: str = ""
    max_bytes: int = 20 * 1024 * 1024
    multiple: bool = False
    help_links: tuple[Link, ...] = ()

    @property
    def described_by(self) -> str:
        """Ids of the texts a screen reader reads with the control, in reading order."""
        parts = [f"{self.id}-hint" if self.hint else "", f"{self.id}-error" if self.error else ""]
        return " ".join(part for part in parts if part)

    @property
    def box(self) -> str:
        return _BOX.get(self.kind, "")

    @property
    def keyboard(self) -> str:
        """What a phone offers to type with."""
        return self.inputmode or _KEYBOARD.get(self.kind, "")

    @property
    def self_filled(self) -> bool:
        return self.grade == "D"

    @property
    def template(self) -> str:
        return f"components/fields/{_CONTROL.get(self.kind, 'input')}.html"


_BOX = {"count": " n", "money": " n", "date": " d", "code": " code"}  # CSS class of the frame
_KEYBOARD = {"count": "numeric", "money": "decimal"}
_CONTROL = {"long_text": "area", "file": "file", "select": "select", "choice": "group", "yesno": "group"}

Pairs = Sequence[tuple[str, ...]]  # (label, value) or (label, value, url)
