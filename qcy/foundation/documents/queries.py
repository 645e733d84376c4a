from __future__ import annotations

from qcy.foundation.database.scope import purpose
from qcy.kernel.verification import check, locator, normalise

from .models import Document


def find_by_code(text: str) -> Document | None:
    """The one document a verification code belongs to (C14). Codes are recomputed, never stored."""
    code = normalise(text)
    if check(code) is not None:
        return None
    with purpose("verify"):
        nearby = Document.objects.filter(locator=locator(code))
        return next((d for d in nearby if d.verification_code == code), None)
