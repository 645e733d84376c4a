"""A node stops serving and serves again: what the hub decides about the others."""

from __future__ import annotations

from datetime import datetime

from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.services import switch_off, switch_on
from qcy.kernel.refusals import Refused

from .access import can_switch_nodes
from .actor import Actor


def close_node(*, actor: Actor, node: Node, reason: str, now: datetime) -> None:
    _guard(actor)
    switch_off(node, reason=reason, by=actor.me, now=now)


def reopen_node(*, actor: Actor, node: Node, reason: str, now: datetime) -> None:
    _guard(actor)
    switch_on(node, reason=reason, by=actor.me, now=now)


def _guard(actor: Actor) -> None:
    decision = can_switch_nodes(actor)
    if decision.reason:
        raise Refused(decision.reason)
