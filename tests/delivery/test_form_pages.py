"""The form under bad input and bad luck: a clear sentence each time, and nothing lost."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qcy.demo.story import SMALL_PDF
from qcy.engines.casework.filing import draft_fingerprint
from qcy.engines.casework.models import Case
from qcy.engines.forms.models import Draft
from qcy.foundation.database.scope import scope, unscoped
from qcy.foundation.files.models import StoredFile
from tests.delivery.conftest import SignIn
from tests.world import World

STAFF = {"headcount": "86", "tech_staff": "29"}


@pytest.fixture
def founder(world: World, sign_in: SignIn) -> Client:
    return sign_in(world.firm())


@pytest.fixture
def draft(world: World) -> Draft:
    return world.empty_draft(world.firm())


def values(world: World, draft: Draft) -> dict[str, Any]:
    with scope(world.firm().scope):
        draft.refresh_from_db()
    return draft.values()


def autosave(client: Client, draft: Draft, version: int, **typed: str) -> Any:
    return client.post(
        f"/me/drafts/{draft.pk}/staff/", {"version": version, **typed}, headers={"accept": "application/json"}
    )


def test_autosave_keeps_what_was_typed_right_or_wrong(world: World, founder: Client, draft: Draft) -> None:
    answer = autosave(founder, draft, 0, headcount="八十六", tech_staff="")
    assert answer.json()["version"] == 1
    assert values(world, draft)["headcount"] == "八十六"


def test_a_second_tab_gets_a_conflict_and_both_versions(world: World, founder: Client, draft: Draft) -> None:
    autosave(founder, draft, 0, headcount="86", tech_staff="29")
    answer = autosave(founder, draft, 0, headcount="12", tech_staff="3")
    assert answer.status_code == 409 and "另一个页面" in answer.json()["why"]
    page = founder.post(
        f"/me/drafts/{draft.pk}/staff/",
        {"version": 0, "headcount": "12", "tech_staff": "3", "action": "next"},
    )
    html = page.content.decode()
    assert page.status_code == 409 and "<td>86</td>" in html and "<td>12</td>" in html
    assert values(world, draft)["headcount"] == "86"


def test_an_expired_session_says_so_to_the_background_save(world: World, draft: Draft) -> None:
    answer = autosave(Client(), draft, 0, headcount="86")
    assert answer.status_code == 401
    assert "保存在本机" in answer.json()["fix"] and "next=" in answer.json()["sign_in_url"]


def test_a_step_with_problems_lists_each_and_links_to_it(founder: Client, draft: Draft) -> None:
    page = founder.post(
        f"/me/drafts/{draft.pk}/staff/",
        {"version": 0, "headcount": "86", "tech_staff": "129", "action": "next"},
    )
    html = page.content.decode()
    assert page.status_code == 422
    assert 'href="#f-tech_staff"' in html and "科技人员数比职工总数还多" in html


def test_the_next_step_opens_when_this_one_is_complete(founder: Client, draft: Draft) -> None:
    page = founder.post(f"/me/drafts/{draft.pk}/staff/", {"version": 0, **STAFF, "action": "next"})
    assert page.status_code == 302 and page["Location"].endswith("/research/")


def test_rows_of_the_repeat_group_can_be_added_and_removed(
    world: World, founder: Client, draft: Draft
) -> None:
    rows = {
        "has_ip": "yes",
        "ip-0-type": "utility",
        "ip-0-name": "甲",
        "ip-1-type": "design",
        "ip-1-name": "乙",
    }
    address = f"/me/drafts/{draft.pk}/results/"
    page = founder.post(address, {"version": 0, **rows, "action": "add:ip"})
    assert 'name="ip-2-name"' in page.content.decode()
    founder.post(address, {"version": 1, **rows, "action": "remove:ip-0"})
    assert [row["name"] for row in values(world, draft)["ip"]] == ["乙"]


def upload(client: Client, draft: Draft, name: str, content: bytes, field: str = "licence") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(
        f"/me/drafts/{draft.pk}/files/{field}/",
        {f"file-{field}": file},
        headers={"accept": "application/json"},
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "空文件"),
        ("执照.pdf", b"MZ\x90\x00" + b"\0" * 64, "改文件名不能改变内容"),
        ("执照.pdf", b"<html>", "内容不是 PDF"),
        ("大.pdf", b"%PDF-" + b"0" * (21 * 1024 * 1024), "最大 20 MB"),
    ],
    ids=["0 bytes", "renamed exe", "html", "21 MB"],
)
def test_a_bad_upload_is_refused_with_a_sentence_and_leaves_nothing(
    founder: Client, draft: Draft, name: str, content: bytes, sentence: str
) -> None:
    answer = upload(founder, draft, name, content)
    assert answer.status_code == 422 and sentence in answer.json()["error"]
    with unscoped("test"):
        assert not StoredFile.objects.exists()


def test_two_hundred_megabytes_are_cut_off_and_named(founder: Client, draft: Draft, settings: Any) -> None:
    settings.QCY_UPLOAD_MOST_BYTES = 1024 * 1024  # the same path, without writing 200 MB in a unit test
    answer = upload(founder, draft, "大.pdf", b"%PDF-" + b"0" * (3 * 1024 * 1024))
    assert answer.status_code == 422 and "最大" in answer.json()["error"]


def test_a_good_upload_is_kept_and_can_be_removed(world: World, founder: Client, draft: Draft) -> None:
    stored = upload(founder, draft, "执照.pdf", SMALL_PDF).json()["file"]
    world.work()
    assert "格式检查通过" in founder.get(f"/me/drafts/{draft.pk}/firm/").content.decode()
    founder.post(f"/me/drafts/{draft.pk}/files/{stored}/remove/")
    assert "执照.pdf" not in founder.get(f"/me/drafts/{draft.pk}/firm/").content.decode()


def test_an_unsafe_file_becomes_a_visible_defect_not_a_silent_one(
    world: World, founder: Client, draft: Draft
) -> None:
    upload(founder, draft, "执照.pdf", SMALL_PDF + b"/JavaScript (app.alert(1))")
    world.work()
    assert "PDF 里带有脚本" in founder.get(f"/me/drafts/{draft.pk}/firm/").content.decode()


def submit(client: Client, draft: Draft, **more: str) -> Any:
    seen = draft_fingerprint(draft)
    return client.post(f"/me/drafts/{draft.pk}/submit/", {"seen": seen, "confirm": "yes", **more})


def test_submitting_twice_leads_to_the_same_receipt(world: World, founder: Client) -> None:
    draft = world.draft()
    first, second = submit(founder, draft), submit(founder, draft)
    assert first["Location"] == second["Location"] and first["Location"].endswith("/receipt/")
    with unscoped("test"):
        assert Case.objects.count() == 1


def test_the_back_button_after_submitting_leads_to_the_receipt(world: World, founder: Client) -> None:
    draft = world.draft()
    receipt = submit(founder, draft)["Location"]
    for address in (f"/me/drafts/{draft.pk}/", f"/me/drafts/{draft.pk}/staff/"):
        assert founder.get(address)["Location"] == receipt


def test_the_promise_has_to_be_ticked(world: World, founder: Client) -> None:
    page = submit(founder, world.draft(), confirm="")
    assert page.status_code == 422 and "请勾选承诺" in page.content.decode()


def test_an_incomplete_draft_names_every_gap_with_its_step(founder: Client, draft: Draft) -> None:
    page = submit(founder, draft)
    html = page.content.decode()
    assert page.status_code == 422 and "企业信息：请填写联系人姓名" in html
    assert f'href="/me/drafts/{draft.pk}/firm/#f-contact_name"' in html


def test_a_window_that_closed_while_filling_keeps_the_draft(world: World, founder: Client) -> None:
    from datetime import timedelta

    draft = world.draft()
    with unscoped("test"):
        type(world.adoption()).objects.update(closes_on=world.now.date() - timedelta(days=1))
    page = submit(founder, draft)
    assert page.status_code == 409 and "不在受理期内" in page.content.decode()
    assert values(world, draft)["headcount"]


def test_hostile_text_is_shown_as_text(world: World, founder: Client, draft: Draft) -> None:
    autosave(founder, draft, 0, headcount="<script>alert(1)</script>", tech_staff="")
    html = founder.get(f"/me/drafts/{draft.pk}/staff/").content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;" in html


def test_json_answers_are_json(founder: Client, draft: Draft) -> None:
    assert json.loads(BytesIO(autosave(founder, draft, 0, **STAFF).content).read())["saved_at"] == "14:32:00"


def test_a_tab_never_conflicts_with_its_own_save_while_reloading(
    world: World, founder: Client, draft: Draft
) -> None:
    autosave(founder, draft, 0, headcount="86", tab="one")
    again = autosave(founder, draft, 0, headcount="87", tab="one")
    other = autosave(founder, draft, 0, headcount="12", tab="two")
    assert (again.status_code, other.status_code) == (200, 409)
    assert values(world, draft)["headcount"] == "87"


def test_files_arrive_with_the_answers_when_there_is_no_script(
    world: World, founder: Client, draft: Draft
) -> None:
    file = SimpleUploadedFile("执照.pdf", SMALL_PDF)
    founder.post(
        f"/me/drafts/{draft.pk}/firm/",
        {"version": 0, "address": "演示地址", "file-licence": file, "action": "next"},
    )
    html = founder.get(f"/me/drafts/{draft.pk}/firm/").content.decode()
    assert "执照.pdf" in html and "演示地址" in html


def test_the_firm_is_named_on_every_step(world: World, founder: Client, draft: Draft) -> None:
    from tests.world import FIRMS

    for section in draft.form.sections:
        html = founder.get(f"/me/drafts/{draft.pk}/{section.key}/").content.decode()
        assert FIRMS[0].name in html and FIRMS[0].code in html


def test_a_second_application_in_a_year_is_stopped_at_the_start(world: World, founder: Client) -> None:
    case = world.case()
    page = founder.post("/n/fengxi/matters/tsme/start/")
    assert case.number in page.content.decode() and "一年申请一次" in page.content.decode()
