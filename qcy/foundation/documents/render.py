"""Canonical JSON to A4 PDF: WeasyPrint for the page, segno for the code that leads to /verify."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from qcy.foundation.durable import make_folder, sync_folder, write_bytes
from qcy.kernel.verification import display

from .models import Document
from .registry import TEMPLATES

STYLE = Path(__file__).parent / "templates" / "documents" / "print.css"


def verification_url(document: Document) -> str:
    return f"{settings.QCY_PUBLIC_URL}/verify/{document.verification_code}/"


def html_of(document: Document) -> str:
    template = TEMPLATES[document.kind]
    context = {
        "document": document,
        "content": document.content,
        "code": display(document.verification_code),
        "hash": f"{document.content_hash[:4]}…{document.content_hash[-4:]}",
        "qr": qr_svg(verification_url(document)),
        "is_result": template.is_result,
        "body": f"documents/letters/{document.kind}.html",
    }
    with override(settings.LANGUAGE_CODE):  # a document is the same whoever reads it
        return render_to_string(template.template, context)


def qr_svg(text: str) -> str:
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(scale=4, border=2, dark="#14202e", omitsize=True))


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def render_pdf(document: Document) -> bytes:
    from weasyprint import CSS, HTML  # slow to import: only the worker pays

    sheet = CSS(filename=str(STYLE), font_config=_fonts())
    page = HTML(string=html_of(document), base_url=str(STYLE.parent), url_fetcher=_fetch_nothing)
    pdf: bytes = page.write_pdf(stylesheets=[sheet], font_config=_fonts(), pdf_variant="pdf/ua-1")
    return pdf


def _fetch_nothing(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a document fetches nothing from outside: {url}")


def ensure_pdf(document: Document) -> Path:
    """Render once; a second call finds the file. The PDF's hash stands on the row, the content's in the chain."""
    path = document.pdf_path
    if not (document.pdf_sha256 and path.exists()):
        pdf = render_pdf(document)
        _write_whole(path, pdf)
        document.pdf_sha256 = hashlib.sha256(pdf).hexdigest()
        type(document).objects.filter(pk=document.pk).update(pdf_sha256=document.pdf_sha256)
    return path


def _write_whole(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")  # two visitors may want the same page at once
    write_bytes(draft, content)
    draft.replace(path)
    sync_folder(path.parent)
