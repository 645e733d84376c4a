"""Facts every page needs, held in memory for a moment: shared by all requests, so nobody may change them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
ALL: list[Held[Any]] = []


class Held(Generic[T]):
    """Calling it gives what `read` gave at most `seconds` ago. Unlike Django's cache it copies nothing."""

    def __init__(self, read: Callable[[], T], seconds: float) -> None:
        self.read, self.seconds = read, seconds
        self.kept: tuple[T | None, float] = (None, 0.0)
        ALL.append(self)

    def __call__(self) -> T:
        kept, until = self.kept
        if kept is None or time.monotonic() >= until:
            kept = self.read()
            self.kept = kept, time.monotonic() + self.seconds
        return kept

    def forget(self) -> None:
        self.kept = (None, 0.0)


def forget_all() -> None:
    for held in ALL:
        held.forget()
