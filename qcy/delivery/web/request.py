"""What arrives from a browser is text somebody may have changed: read it without trusting it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

from qcy.kernel.refusals import Refusal, Refused

UNREADABLE = Refusal("unreadable", why="提交的内容不完整或被改动过。", fix="请返回上一页刷新后再试。")


def posted_number(request: Any, name: str, default: int = 0) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def day_of(text: str) -> date:
    """2026-07-08 as a date field sends it; anything else is refused with the way to write it."""
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(Refusal("day", why="日期没有填对。", fix="请按 2026-07-08 这样填写。"))


def posted_id(request: Any, name: str, default: UUID) -> UUID:
    text = request.POST.get(name, "")
    try:
        return UUID(text) if text else default
    except ValueError:
        raise Refused(UNREADABLE) from None
