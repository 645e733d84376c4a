from __future__ import annotations

from qcy.foundation.database.scope import purpose
from qcy.kernel.verification import check, locator, normalise

from .models import Document
from .registry import RESULT_KINDS


def find_by_code(text: str) -> Document | None:
    """The one result a verification code belongs to (C14). Codes are recomputed, never stored."""
    code = normalise(text)
    if check(code) is not None:
        return None
    with purpose("verify"):
        nearby = Document.objects.filter(locator=locator(code), kind__in=RESULT_KINDS)
        return next((d for d in nearby if d.verification_code == code), None)
