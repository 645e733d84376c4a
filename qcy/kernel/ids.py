"""Identifiers that sort by the time they were made: UUIDv7, RFC 9562 section 5.7."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from random import Random
from uuid import UUID

_VERSION, _VARIANT = 0x7, 0b10
_TAIL_BITS = 74  # rand_a (12) and rand_b (62), read as one number
_STEP_BITS = 32


def new_id() -> UUID:
    """A UUIDv7, greater than every one this process made before (under `seeded_ids`: repeatable)."""
    return (_seeded.get() or _system).next()


@contextmanager
def seeded_ids(seed: int, at: datetime) -> Iterator[None]:
    """Inside, `new_id()` gives the same ids on every machine, all stamped `at`. For the demo world.

    `at` needs a time zone (ValueError): without one the ids would depend on where the machine stands.
    """
    if at.tzinfo is None:
        raise ValueError("seeded_ids: `at` needs a time zone")
    milliseconds = int(at.timestamp() * 1000)
    token = _seeded.set(_Source(lambda: milliseconds, Random(seed).getrandbits))
    try:
        yield
    finally:
        _seeded.reset(token)


class _Source:
    """Ids in rising order from one clock and one source of random bits."""

    def __init__(self, clock: Callable[[], int], random_bits: Callable[[int], int]) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._milliseconds = -1
        self._tail = 0
        self._lock = threading.Lock()

    def next(self) -> UUID:
        with self._lock:
            self._advance(self._clock())
            return _uuid7(self._milliseconds, self._tail)

    def _advance(self, now: int) -> None:
        if now > self._milliseconds:
            self._milliseconds, self._tail = now, self._random_bits(_TAIL_BITS)
            return
        # Same millisecond, or the clock was set back: step on by a random amount (RFC 9562, 6.2 method 2).
        # Random, so that two processes forked from one state do not make the same ids.
        carry, self._tail = divmod(self._tail + 1 + self._random_bits(_STEP_BITS), 1 << _TAIL_BITS)
        self._milliseconds += carry


def _uuid7(milliseconds: int, tail: int) -> UUID:
    rand_a, rand_b = divmod(tail, 1 << 62)
    return UUID(int=milliseconds << 80 | _VERSION << 76 | rand_a << 64 | _VARIANT << 62 | rand_b)


_system = _Source(lambda: time.time_ns() // 1_000_000, secrets.randbits)
_seeded: ContextVar[_Source | None] = ContextVar("seeded_ids", default=None)
