from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .models import Document
from .render import ensure_pdf


def render_document(payload: Mapping[str, Any], now: datetime) -> None:
    ensure_pdf(Document.objects.get(pk=payload["document"]))
