"""What arrives from a browser is text somebody may have changed: read it without trusting it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from qcy.kernel.refusals import Refusal, Refused

UNREADABLE = Refusal("unreadable", why="提交的内容不完整或被改动过。", fix="请返回上一页刷新后再试。")


def posted_number(request: Any, name: str, default: int = 0) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def posted_id(request: Any, name: str, default: UUID) -> UUID:
    text = request.POST.get(name, "")
    try:
        return UUID(text) if text else default
    except ValueError:
        raise Refused(UNREADABLE) from None
