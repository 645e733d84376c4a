"""What arrives from a browser is text somebody may have changed: read it without trusting it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from qcy.kernel.local_time import SHANGHAI
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


def moment_of(text: str) -> datetime | None:
    """2026-07-10T22:00 as a date-and-time field sends it, in Shanghai time; nothing typed is None."""
    text = text.strip()
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text, re.ASCII):
            return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    raise Refused(Refusal("day", why="时间没有填对。", fix="请按 2026-07-10 22:00 这样填写。"))


def posted_id(request: Any, name: str, default: UUID) -> UUID:
    text = request.POST.get(name, "")
    try:
        return UUID(text) if text else default
    except ValueError:
        raise Refused(UNREADABLE) from None
