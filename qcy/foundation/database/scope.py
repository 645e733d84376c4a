"""Who is looking: the scope every statement on a scoped table must run in.

A scope says which person, organisations and nodes the running code speaks for. It is held in a
context variable (follows async code, never leaks between threads) and, on PostgreSQL, copied into
transaction-local settings that row security reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection, transaction

PURPOSES = frozenset(
    {
        "sign_in",
        "verify",
        "filing",
        "complaint",
        "worker",
        "invitation",
        "sweep",
        "audit",
        "window",
        "retention",
        "cleaning",
        "register",
    }
)
UNSCOPED: Counter[str] = Counter()  # reason -> how often; printed by `qcy audit verify --scopes`


class ScopeMissing(RuntimeError):
    """A statement touched a scoped table while nobody said whom it speaks for."""


@dataclass(frozen=True)
class Scope:
    person: UUID | None = None
    organisations: frozenset[UUID] = frozenset()
    nodes: frozenset[UUID] = frozenset()
    purpose: str = ""  # one of PURPOSES: a narrow door, opens only the tables that name it
    system: str = ""  # the reason of `unscoped`; opens everything

    def __post_init__(self) -> None:
        if self.purpose and self.purpose not in PURPOSES:
            raise ValueError(f"unknown purpose {self.purpose!r}")

    def as_json(self) -> dict[str, object]:
        """What an outbox row carries, so that its handler sees no more than its writer meant."""
        return {
            "person": str(self.person) if self.person else None,
            "organisations": sorted(map(str, self.organisations)),
            "nodes": sorted(map(str, self.nodes)),
        }

    @classmethod
    def from_json(cls, stored: dict[str, object]) -> Scope:
        return cls(
            person=UUID(str(stored["person"])) if stored.get("person") else None,
            organisations=frozenset(UUID(str(i)) for i in _listed(stored, "organisations")),
            nodes=frozenset(UUID(str(i)) for i in _listed(stored, "nodes")),
        )


def _listed(stored: dict[str, object], name: str) -> list[object]:
    value = stored.get(name)
    return list(value) if isinstance(value, list) else []


_current: ContextVar[Scope | None] = ContextVar("qcy_scope", default=None)


def current() -> Scope | None:
    return _current.get()


@contextmanager
def scope(wanted: Scope) -> Iterator[Scope]:
    """Run the block in this scope. Opens a transaction on PostgreSQL only: its settings are local to one."""
    before = _current.get()
    token = _current.set(wanted)
    try:
        if connection.vendor == "postgresql":
            with transaction.atomic(durable=False):
                _tell_postgresql(wanted)
                yield wanted
                # inside an outer transaction the settings would outlive the block
                _tell_postgresql(before or Scope())
        else:
            yield wanted
    finally:
        _current.reset(token)


@contextmanager
def purpose(name: str) -> Iterator[Scope]:
    """Open one narrow door in addition to the scope already held (e.g. `filing` at submission)."""
    with scope(replace(_current.get() or Scope(), purpose=name)) as wanted:
        yield wanted


@contextmanager
def unscoped(reason: str) -> Iterator[Scope]:
    """For loaders, migrations and the demo world only. Each use is counted under its reason."""
    UNSCOPED[reason] += 1
    with scope(Scope(system=reason)) as wanted:
        yield wanted


def _tell_postgresql(wanted: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('qcy.person', %s, true), set_config('qcy.organisations', %s, true),"
            " set_config('qcy.nodes', %s, true), set_config('qcy.purpose', %s, true),"
            " set_config('qcy.system', %s, true)",
            [
                str(wanted.person or ""),
                _array(wanted.organisations),
                _array(wanted.nodes),
                wanted.purpose,
                "on" if wanted.system else "",
            ],
        )


def _array(ids: frozenset[UUID]) -> str:
    return "{" + ",".join(sorted(map(str, ids))) + "}"
