"""Staff who meet a page that cannot be shown stay in the console: side bar, inbox and search at hand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from .shell import shell


def staff_shell(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    actor = getattr(request, "actor", None)
    if actor is None or not actor.is_staff or not request.path.startswith(reverse("console")):
        return None
    return "console/error.html", shell(request)
