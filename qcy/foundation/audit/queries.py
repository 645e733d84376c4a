from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.apps import apps

from qcy.kernel.chain import first_broken

from .models import AuditEvent, AuditStream, ChainedEvent


@dataclass(frozen=True)
class Verification:
    streams: int
    events: int
    broken: str  # empty when every chain holds; else the first broken event in words


def events_of(stream: str, types: Collection[str]) -> list[AuditEvent]:
    """What was done to one thing, newest first. Needs a scope that sees it."""
    return list(AuditEvent.in_stream(stream).filter(type__in=types).order_by("-seq"))


def chained_models() -> list[type[ChainedEvent]]:
    return [m for m in apps.get_models() if issubclass(m, ChainedEvent)]


def verify_chains() -> Verification:
    """Recompute every chain; name the first broken event (A2)."""
    streams = events = 0
    for model in chained_models():
        for name, rows in _streams(model):
            streams, events = streams + 1, events + len(rows)
            fault = first_broken((r.seq, r.prev, r.hash, r.body()) for r in rows)
            if fault:
                return Verification(streams, events, f"{name} #{fault.position}: {fault.reason}")
            if problem := _head_problem(name, rows[-1]):
                return Verification(streams, events, problem)
    return Verification(streams, events, "")


def _streams(model: type[ChainedEvent]) -> Iterator[tuple[str, list[ChainedEvent]]]:
    ordered = model.objects.order_by(*model.stream_order, "seq").iterator()
    for name, rows in groupby(ordered, key=attrgetter("stream_name")):
        yield name, list(rows)


def _head_problem(name: str, last: ChainedEvent) -> str:
    """A chain cut short still holds link by link; the head row outside it tells (up to a daily root)."""
    head = AuditStream.objects.filter(name=name).first()
    if head and (head.length, head.head) != (last.seq, last.hash):
        return f"{name} #{last.seq + 1}: missing, the head counts {head.length} events"
    return ""
