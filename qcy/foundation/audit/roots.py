"""The daily root: one signed hash over the heads of all chains.

A chain shows that nothing inside it was changed; only a root kept apart shows that nothing was cut off its
end and that no whole chain was made anew (A2). Roots are chained themselves and signed with Ed25519; the
public key is printed by `qcy audit key`, the dump for an outsider by `qcy audit dump`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db.models import Max

from qcy.foundation.database.scope import purpose
from qcy.foundation.keys import key
from qcy.kernel.chain import GENESIS, canonical_json
from qcy.kernel.local_time import local_day

from .models import ChainedEvent, DailyRoot
from .queries import chained_models

Heads = dict[str, list[Any]]  # stream -> [length, hash of the last event]


def make_daily_root(payload: Mapping[str, Any], now: datetime) -> None:
    """For the day before `now`; a second call on the same day changes nothing."""
    day = local_day(now) - timedelta(days=1)
    with purpose("audit"):
        if DailyRoot.objects.filter(day=day).exists():
            return
        previous = DailyRoot.objects.order_by("-day").first()
        all_heads = current_heads()
        known = known_heads()
        fresh = {name: head for name, head in sorted(all_heads.items()) if known.get(name) != head}
        root = root_of(previous.root if previous else GENESIS, fresh)
        DailyRoot(
            day=day,
            streams=len(all_heads),
            events=sum(length for length, _ in all_heads.values()),
            heads=fresh,
            root=root,
            signature=_signer().sign(bytes.fromhex(root)).hex(),
            made_at=now,
        ).save(force_insert=True)


def root_of(previous: str, heads: Heads) -> str:
    return hashlib.sha256(previous.encode() + canonical_json(heads)).hexdigest()


def current_heads() -> Heads:
    return {e.stream_name: [e.seq, e.hash] for model in chained_models() for e in _last_events(model)}


def _last_events(model: type[ChainedEvent]) -> Iterator[ChainedEvent]:
    ends = dict(model.objects.values_list(*model.stream_order).annotate(last=Max("seq")))
    for event in model.objects.order_by(*model.stream_order, "seq").iterator():
        if ends[getattr(event, model.stream_order[0])] == event.seq:
            yield event


def known_heads() -> Heads:
    """What the roots so far vouch for: each names the chains that had grown since the one before."""
    heads: Heads = {}
    for root in DailyRoot.objects.order_by("day"):
        heads |= root.heads
    return heads


def verify_roots() -> str:
    """ "" when every root is signed, chained and still true of the events; else the first fault in words."""
    previous = GENESIS
    for root in DailyRoot.objects.order_by("day"):
        if root.root != root_of(previous, root.heads):
            return f"{root.day} 的日根与它列出的链不符。"
        if not _is_signed(root):
            return f"{root.day} 的日根签名不对。"
        if fault := _cut_off(root):
            return fault
        previous = root.root
    return ""


def _is_signed(root: DailyRoot) -> bool:
    try:
        _signer().public_key().verify(bytes.fromhex(root.signature), bytes.fromhex(root.root))
    except (InvalidSignature, ValueError):
        return False
    return True


def _cut_off(root: DailyRoot) -> str:
    for name, (length, head) in root.heads.items():
        if head not in _hashes_at(name, length):
            return f"{name} #{length}: {root.day} 的日根证明这里有过另一个事件，现在不见了或被换过。"
    return ""


def _hashes_at(name: str, seq: int) -> list[str]:
    streams = [model.in_stream(name) for model in chained_models()]
    return [h for s in streams if s is not None for h in s.filter(seq=seq).values_list("hash", flat=True)]


def dump_lines() -> Iterator[str]:
    """Everything an outsider needs to verify without this program: one JSON object per line."""
    for model in chained_models():
        for e in model.objects.order_by(*model.stream_order, "seq").iterator():
            row = {"stream": e.stream_name, "seq": e.seq, "prev": e.prev, "hash": e.hash, "body": e.body()}
            yield json.dumps(row, ensure_ascii=False, sort_keys=True)
    for root in DailyRoot.objects.order_by("day"):
        names = {"day": str(root.day), "heads": root.heads, "root": root.root, "signature": root.signature}
        yield json.dumps(names, ensure_ascii=False, sort_keys=True)


def public_key() -> str:
    return _signer().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key("audit"))
