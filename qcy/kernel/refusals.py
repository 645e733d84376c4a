"""A refusal is a value with a way out; exceptions are for bugs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


class Worded(str):
    """A Chinese sentence that still knows what it was made of, so that a page can say it in another language.

    Stored or compared it is the plain text; what is made of it by `+` or f-strings has forgotten.
    """

    text: str  # with its places in braces, as the catalogue knows it; "" for a list of `parts`
    values: Mapping[str, object]
    parts: tuple[str, ...]
    between: str  # stands between the parts in a language with spaces

    def called(self, chinese: str) -> "Worded":
        """The same for other languages, in Chinese in these words."""
        return _worded(chinese, self.text, self.values, self.parts, self.between)


def worded(text: str, **values: object) -> Worded:
    """`worded("最多 {n} 个字。", n=5)`"""
    return _worded(text.format(**values), text, values)


def in_row(parts: tuple[str, ...], *, chinese: str = "", between: str = " ") -> Worded:
    """Sentences one after another, or things in a list (`chinese`: what stands between them in Chinese)."""
    return _worded(chinese.join(parts), "", {}, parts, between)


def _worded(
    said: str, text: str, values: Mapping[str, object], parts: tuple[str, ...] = (), between: str = " "
) -> Worded:
    made = Worded(said)
    made.text, made.values, made.parts, made.between = text, values, parts, between
    return made


@dataclass(frozen=True)
class Refusal:
    """`code` for the API and the log, `why` and `fix` as Chinese sentences for the person."""

    code: str
    why: str
    fix: str = ""

    def __str__(self) -> str:
        return self.why + self.fix

    @property
    def sentence(self) -> Worded:
        """Both, for a page that may be in another language."""
        return in_row(tuple(part for part in (self.why, self.fix) if part))


class Refused(Exception):
    """Raised by services and parsers that cannot return a refusal; carries it unchanged."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class Decision:
    """May this be done? If not, the reason says why and what to do instead."""

    allowed: bool
    reason: Refusal | None = None

    @classmethod
    def yes(cls) -> Self:
        return cls(True)

    @classmethod
    def no(cls, refusal: Refusal) -> Self:
        return cls(False, refusal)

    def __bool__(self) -> bool:
        # Without this `if decision:` would always be true, and a refusal would read as permission.
        return self.allowed
