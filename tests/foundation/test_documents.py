"""Letters and results: real PDF, every glyph there, a QR code a real decoder reads."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import override_settings

from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.documents.render import ensure_pdf, render_pdf, verification_url
from qcy.foundation.documents.services import next_number
from qcy.foundation.parties.models import Membership
from qcy.foundation.parties.services import verify_membership
from qcy.kernel.refusals import Refused
from tests.browser.steps import decode_qr
from tests.world import World

RARE = "㙍𠮷𪚥山"  # Extension A, two of Extension B, and a common one
LONG_NAME = (RARE + "科技创新发展（西咸新区）有限责任公司" * 4)[:60]


@pytest.fixture
def result(world: World) -> Document:
    case = world.delivered()
    with unscoped("test"):
        return Document.objects.get(case_id=case.pk, kind="result_granted")


def test_a_result_renders_once_and_its_hash_stands_on_the_row(result: Document) -> None:
    with unscoped("test"):
        path = ensure_pdf(result)
        first = path.stat().st_mtime_ns
        assert ensure_pdf(result) == path and path.stat().st_mtime_ns == first
        assert path.read_bytes().startswith(b"%PDF-")
        assert len(Document.objects.get(pk=result.pk).pdf_sha256) == 64


def test_a_60_character_name_with_rare_characters_fits_on_one_page_without_a_missing_glyph(
    result: Document,
) -> None:
    from pypdf import PdfReader

    result.content = {**result.content, "firm": LONG_NAME}
    reader = PdfReader(io.BytesIO(render_pdf(result)))
    assert len(reader.pages) == 1
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert LONG_NAME in text.replace(" ", "")
    assert missing_glyphs(reader) == []


def missing_glyphs(reader: Any) -> list[str]:
    """Characters no font had: the PDF maps glyph ffff or 0000 to them and prints an empty box."""
    found = []
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            mapping = font["/ToUnicode"].get_data().decode("latin-1")
            for block in re.findall(r"beginbfchar(.*?)endbfchar", mapping, re.S):
                found += re.findall(r"<(?:ffff|0000)>\s*<(\w+)>", block)
    return found


def test_the_check_for_missing_glyphs_finds_one(result: Document) -> None:
    from pypdf import PdfReader

    result.content = {**result.content, "firm": "\U00031350\U000e0fff"}  # newer than every font here
    assert missing_glyphs(PdfReader(io.BytesIO(render_pdf(result))))


def test_the_qr_code_leads_to_the_verification_page(result: Document) -> None:
    with override_settings(QCY_PUBLIC_URL="https://qcy.example"):
        assert decode_qr(render_pdf(result)) == verification_url(result)


def test_every_letter_of_a_case_renders(world: World) -> None:
    case = world.delivered(granted=False)
    refused = world.case(1)
    from qcy.engines.casework.services import refuse_intake

    world.do(refuse_intake, world.clerk, case_id=refused.pk, reason="缺公章", version=1, now=world.now)
    with unscoped("test"):
        letters = Document.objects.filter(case_id__in=[case.pk, refused.pk])
        assert {d.kind for d in letters} == {"receipt", "acceptance", "refusal_of_intake", "result_refused"}
        for letter in letters:
            assert render_pdf(letter).startswith(b"%PDF-")


def test_numbers_run_without_gap_and_a_rolled_back_one_is_given_again(world: World) -> None:
    from django.db import transaction

    assert [next_number("t"), next_number("t")] == [1, 2]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        next_number("t")
        raise ZeroDivisionError
    assert next_number("t") == 3


def test_a_60_character_firm_name_is_kept_and_a_longer_one_refused_kindly(world: World) -> None:
    from tests.world import FIRMS

    world.case()
    with unscoped("test"):
        claim = Membership.objects.get(organisation__code=FIRMS[0].code)
    verified = world.do(verify_membership, world.clerk, membership_id=claim.pk, name=LONG_NAME, now=world.now)
    assert verified.organisation.name == LONG_NAME
    with pytest.raises(Refused, match="最多 120 个"):
        from qcy.foundation.parties.services import claim_organisation

        world.do(claim_organisation, world.firm(1), code=FIRMS[5].code, name="长" * 121, now=world.now)
