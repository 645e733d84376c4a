"""A founder who types nonsense on an English page is told in English what is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qcy.delivery.web.sentences import sentence
from qcy.engines.casework.filing import draft_fingerprint
from qcy.engines.forms.models import Draft
from qcy.kernel.refusals import in_row, worded
from tests.delivery.conftest import SignIn
from tests.world import World

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ERRORS = re.compile(r'<p class="msg"[^>]*>.*?</p>|<section class="errs".*?</section>', re.S)
BAD = {
    "firm": {"contact_phone": "12", "established": "上个月", "address": "路" * 500, "levy": "none"},
    "staff": {"headcount": "八十六", "tech_staff": "9" * 9},
    "research": {"sales": "很多", "assets": "-5", "costs": "1,5", "rd": "0.0000001", "projects": "5000"},
    "results": {"has_ip": "yes", "ip-0-name": "x", "ip-0-kind": "none", "direct_route": "none"},
}


@pytest.fixture
def founder(world: World, sign_in: SignIn) -> Client:
    client = sign_in(world.firm())
    client.get("/language/", {"to": "en"})
    return client


@pytest.fixture
def draft(world: World) -> Draft:
    return world.empty_draft(world.firm())


def content_of(draft: Draft) -> list[str]:
    """Labels, examples and own sentences of a form are content: they stay Chinese, and are marked so."""
    form, found = draft.form, []
    for section in form.sections:
        found += [section.title, *(check.say for check in section.checks)]
        for field in section.fields:
            for part in (field, *field.fields):
                found += [part.label, part.example]
    return sorted(filter(None, found), key=len, reverse=True)


def chinese_left(html: str, content: list[str]) -> list[str]:
    errors = " ".join(re.sub(r"<[^>]+>", "", part) for part in ERRORS.findall(html))
    assert errors, "no error was shown"
    for words in content:
        errors = errors.replace(words, "")
    return CHINESE.findall(errors)


@pytest.mark.parametrize("step", BAD)
def test_every_step_of_a_form_says_its_mistakes_in_english(founder: Client, draft: Draft, step: str) -> None:
    typed = {"version": "0", "action": "next", **BAD[step]}
    answer = founder.post(f"/me/drafts/{draft.pk}/{step}/", typed)
    assert answer.status_code == 422
    assert not chinese_left(answer.text, content_of(draft))


def test_an_empty_form_is_refused_in_english(founder: Client, draft: Draft) -> None:
    sent = {"seen": draft_fingerprint(draft), "confirm": "yes"}
    answer = founder.post(f"/me/drafts/{draft.pk}/submit/", sent)
    assert (
        answer.status_code == 422 and "Please fill in: " in answer.text and "Please upload: " in answer.text
    )
    assert not chinese_left(answer.text, content_of(draft))


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.pdf", b"", "is an empty file"),
        ("a.pdf", b"MZ\x90", "is not PDF"),
        ("a.pdf", b"x" * 21_000_000, "MB"),
    ],
)
def test_an_upload_is_refused_in_english(
    founder: Client, draft: Draft, name: str, body: bytes, said: str
) -> None:
    sent = {"file-licence": SimpleUploadedFile(name, body)}
    address = f"/me/drafts/{draft.pk}/files/licence/"
    answer = founder.post(address, sent, headers={"accept": "application/json"})
    told = answer.json()["error"]
    assert said in told and not CHINESE.search(told)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("123", "you typed 3"),
        ("91000000MA0DEM0A1X", "fails its check"),
        ("9100000IMA0DEM0A1O", "“I” at place 8, “O” at place 18"),
        ("91A00000MA0DEM0A1X", "no digit: “A” at place 3"),
        ("610131100012345", "old registration number"),
    ],
)
def test_a_code_is_refused_in_english(founder: Client, code: str, said: str) -> None:
    answer = founder.post("/me/firm/", {"code": code, "name": "长" * 300})
    assert answer.status_code == 422 and said in re.sub(r"<[^>]+>", "", answer.text)
    assert "The name of the firm is too long: 300 of at most" in answer.text
    assert not chinese_left(answer.text, [])


def test_a_refused_submission_is_told_in_english(world: World, founder: Client) -> None:
    draft = world.draft(0)
    answer = founder.post(f"/me/drafts/{draft.pk}/submit/", {"seen": "0" * 64, "confirm": "yes"})
    assert answer.status_code == 409
    assert "This application was changed on another page before you submitted it." in answer.text


def test_another_tab_is_told_in_english(founder: Client, draft: Draft) -> None:
    def save(headcount: str) -> Any:
        sent = {"version": 0, "headcount": headcount}
        return founder.post(f"/me/drafts/{draft.pk}/staff/", sent, headers={"accept": "application/json"})

    save("86")
    told = save("87").json()
    assert told["why"].startswith("This step was changed on another page")
    assert not CHINESE.search(told["why"] + told["fix"])


def test_in_chinese_a_sentence_stays_as_it_is_stored() -> None:
    listed = in_row(("甲", "乙"), chinese="、", between=", ")
    said = worded("{misfits}不会出现在验证码中。", misfits=listed)
    assert sentence(said) == said == "甲、乙不会出现在验证码中。"
