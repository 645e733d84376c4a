"""How often one address may look something up by a number that can be guessed."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit


def may_ask(request: Any, action: str) -> bool:
    """Counts a look-up. allauth's public `consume` lets every GET pass uncounted, and these are all GET."""
    found = ratelimit.consume(request, app="allauth.account", action=action, limit_get=True)
    return found is not None
