"""The console of the catalogue: what a node changes, how the next edition comes into being."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qcy.engines.catalogue.files import as_book, as_yaml, document_of
from qcy.engines.catalogue.models import Adoption, Edition, EditionDraft, Item
from qcy.foundation.database.scope import unscoped
from tests.delivery.conftest import SignIn
from tests.engines.test_lint import matter
from tests.world import World

EDIT = "/console/matters/policy-advice/edit/"


@pytest.fixture
def hub(world: World, sign_in: SignIn) -> Any:
    return sign_in(world.desk("总窗口负责人"))


def body(answer: Any) -> str:
    return str(answer.content.decode())


def form_of(page: str) -> dict[str, str]:
    """Every input and chosen option of the editor, as a browser would post it."""
    form = page[page.index('class="edpage"') :]
    values = {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    }
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return values


def test_what_was_not_touched_stays_as_it_is(world: World, hub: Any) -> None:
    """Open the editor, save without a change: the document says the same."""
    posted = form_of(body(hub.get(EDIT)))
    assert hub.post(EDIT, {**posted, "action": "save"}).status_code == 302
    page = body(hub.get(EDIT))
    assert "检查通过" in page and "处变化" not in page


def test_an_edition_is_edited_checked_and_published_to_who_follows(world: World, hub: Any) -> None:
    posted = form_of(body(hub.get(EDIT)))
    posted |= {"standard_limit": "2", "effective_from": "2026-07-08", "aliases": "问政策、政策热线"}
    page = body(hub.post(EDIT, {**posted, "action": "save"}, follow=True))
    assert "超过承诺时限" in page, "the steps no longer fit"
    assert hub.post(EDIT, {**form_of(page), "action": "publish"}).status_code == 422
    page = body(hub.get(EDIT))
    posted = form_of(page) | {"steps-1-days": "1"}
    assert hub.post(EDIT, {**posted, "action": "publish"}).status_code == 302
    world.work()
    with unscoped("test"):
        assert Edition.objects.filter(item__code="policy-advice").count() == 2
        assert not EditionDraft.objects.exists()
        for node in ("XX", "FX"):
            assert world.adoption(node, "policy-advice").definition.promised.count == 2
        assert Item.objects.get(code="policy-advice").aliases == ["问政策", "政策热线"]
        assert world.adoption("FX", "policy-advice").edition.form.version == 1, "the form did not change"


def test_two_editors_do_not_overwrite_each_other(world: World, hub: Any) -> None:
    first, second = form_of(body(hub.get(EDIT))), form_of(body(hub.get(EDIT)))
    assert hub.post(EDIT, {**first, "title": "先存的", "action": "save"}).status_code == 302
    answer = hub.post(EDIT, {**second, "title": "后存的", "action": "save"})
    assert answer.status_code == 422 and "没有保存" in body(answer) and "后存的" in body(answer)
    assert "先存的" in body(hub.get(EDIT))


@pytest.mark.parametrize("write", [as_yaml, as_book])
def test_an_exported_matter_comes_back_as_a_draft_without_a_change(
    world: World, hub: Any, write: Any
) -> None:
    with unscoped("test"):
        content = write(document_of(world.adoption("XX", "hnte").edition))
    name = "hnte.yaml" if write is as_yaml else "hnte.xlsx"
    answer = hub.post("/console/matters/import/", {"file": SimpleUploadedFile(name, content)}, follow=True)
    page = body(answer)
    assert "已读入为草稿" in page and "检查通过" in page
    assert "处变化" not in page or "评分" in page


def test_a_faulty_file_is_kept_as_a_draft_and_says_what_to_change(world: World, hub: Any) -> None:
    document = matter("hnte")
    document["edition"]["steps"] = [{"name": "审核", "days": 99}]
    file = SimpleUploadedFile("hnte.yaml", as_yaml(document))
    page = body(hub.post("/console/matters/import/", {"file": file}, follow=True))
    assert "处要改，改好才能发布" in page and "超过承诺时限" in page


@pytest.mark.parametrize(("name", "content"), [("a.yaml", b"a: [1"), ("a.xlsx", b"PK"), ("a.exe", b"MZ")])
def test_a_file_that_is_none_is_refused_with_what_to_do(
    world: World, hub: Any, name: str, content: bytes
) -> None:
    answer = hub.post("/console/matters/import/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422 and "请" in body(answer)


def test_a_node_adds_a_matter_of_its_own_and_nobody_else_has_it(world: World, sign_in: SignIn) -> None:
    document = matter("space-request")
    document["item"] |= {"code": "sea-pier", "name": "演示特色事项"}
    document["edition"]["effective_from"] = "2026-07-01"
    manager = sign_in(world.manager)
    file = SimpleUploadedFile("sea-pier.yaml", as_yaml(document))
    page = body(manager.post("/console/matters/import/", {"file": file}, follow=True))
    edit = "/console/matters/sea-pier/edit/"
    answer = manager.post(edit, {**form_of(page), "action": "publish"})
    assert answer.status_code == 302, re.findall(r"<div class=\"note.*?</div>", body(answer), re.S)
    with unscoped("test"):
        assert [a.node.code for a in Adoption.objects.filter(item__code="sea-pier", is_current=True)] == [
            "FX"
        ]
    assert "演示特色事项" in body(manager.get("/n/fengxi/matters/"))
    assert manager.get(EDIT).status_code == 403, "the standard belongs to the hub"


def test_a_stopped_matter_is_gone_from_the_list_and_keeps_its_drafts(world: World, sign_in: SignIn) -> None:
    draft = world.draft_of("policy-advice")
    manager = sign_in(world.manager)
    manager.post("/console/matters/policy-advice/stop/", {"reason": "系统升级"})
    assert manager.get("/n/fengxi/matters/policy-advice/").status_code == 404
    client = sign_in(world.firm())
    page = body(client.get(f"/me/drafts/{draft.pk}/", follow=True))
    assert "政策咨询" in page and "演示内容" in page
