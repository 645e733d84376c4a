"""A refusal is a value with a way out; exceptions are for bugs."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Refusal:
    """`code` for the API and the log, `why` and `fix` as Chinese sentences for the person."""

    code: str
    why: str
    fix: str = ""

    def __str__(self) -> str:
        return self.why + self.fix


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
