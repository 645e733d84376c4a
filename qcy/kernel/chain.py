"""Tamper-evident records: each row holds the hash of the row before it.

The chain alone finds a change, deletion, swap or insertion. A cut at the end, or a whole chain made
anew, is found by comparing with a checkpoint kept elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS: str = "0" * 64


def canonical_json(value: Any) -> bytes:
    """One spelling for one value: sorted keys, no spaces, UTF-8. Equal on SQLite and PostgreSQL (A4).

    Text, integers, booleans, None, lists and dicts with text keys; anything else is a TypeError,
    because its spelling differs between databases (a float, a time) or depends on the library.
    """
    _require_plain(value, "value")
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(previous: str, body: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the previous hash and this body; the first row follows GENESIS."""
    return hashlib.sha256(previous.encode() + canonical_json(dict(body))).hexdigest()


@dataclass(frozen=True)
class Broken:
    """The first place (counted from 1) at which the chain does not hold, and why."""

    position: int
    reason: str


Row = tuple[int, str, str, Mapping[str, Any]]


def first_broken(rows: Iterable[Row]) -> Broken | None:
    """Reads (seq, prev, hash, body) in order and returns the first fault, or None if all rows hold."""
    head = GENESIS
    for position, row in enumerate(rows, start=1):
        reason = _fault(position, head, row)
        if reason:
            return Broken(position, reason)
        head = row[2]
    return None


def keyed_hash(key: bytes, text: str) -> str:
    """HMAC-SHA256 (hex): a reference to text that may be erased later.

    Without the key the text cannot be found by trying names; destroying the key ends the reference.
    """
    if not key:
        raise ValueError("keyed_hash: an empty key would let anyone try names against the hash")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _fault(position: int, head: str, row: Row) -> str | None:
    seq, prev, stated, body = row
    if seq != position:
        return f"序号不连续：此处应为 {position}，记录为 {seq}。"
    if prev != head:
        return "与上一条记录衔接不上：所记的上一条摘要与实际不符。"
    if _link_or_none(prev, body) != stated:
        return "内容与摘要不符：记录在写入后被改动过。"
    return None


def _link_or_none(prev: str, body: Mapping[str, Any]) -> str | None:
    """None for a body that could never have been written, e.g. an amount changed to a float."""
    try:
        return link(prev, body)
    except (TypeError, UnicodeEncodeError):
        return None


def _require_plain(value: Any, path: str) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            _require_plain(item, f"{path}[{index}]")
        return
    if not isinstance(value, dict):
        raise TypeError(f"{path}: {type(value).__name__} has no canonical form; use text or an integer")
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"{path}: the key {key!r} is not text")
        _require_plain(item, f"{path}.{key}")
