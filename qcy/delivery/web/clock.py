from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings


def current_moment() -> datetime:
    """The real clock, or the frozen one of tests and pictures. The only place that reads a clock."""
    if settings.QCY_FREEZE_NOW:
        return datetime.fromisoformat(settings.QCY_FREEZE_NOW)
    return datetime.now(UTC)
