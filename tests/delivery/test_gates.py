"""Closed by default: every address names its gate, and nobody passes who should not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.delivery.conftest import SignIn
from tests.world import World


def views(resolver: Any = None, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


@pytest.mark.parametrize(("address", "view"), list(views()), ids=lambda v: v if isinstance(v, str) else "")
def test_every_address_names_its_gate(address: str, view: Any) -> None:
    leaders = {"desks": "manager", "audit": "manager", "imports": "manager", "calendar": "operator"}
    leaders |= {"matters": "manager"}
    leaders |= {
        "figures": "operator",
        "nodes": "operator",
        "outbox": "operator",
        "firms/merge": "operator",
        "firms/merges": "operator",
    }
    expected = {f"/console/{name}/": gate for name, gate in leaders.items()}
    expected |= {"/me/": "signed_in", "/console/": "staff"}
    wanted = next((gate for start, gate in expected.items() if address.startswith(start)), None)
    assert view.gate == ("door" if "sign-in" in address else wanted or view.gate)


def test_a_view_without_a_gate_is_not_served(client: Client, settings: Any) -> None:
    from django.http import HttpResponse
    from django.test import RequestFactory

    from qcy.delivery.web.middleware import GateMiddleware

    middleware = GateMiddleware(lambda request: HttpResponse())
    with pytest.raises(Exception, match="names no gate"):
        middleware.process_view(RequestFactory().get("/"), lambda request: HttpResponse(), [], {})


@pytest.mark.parametrize(
    "address", ["/", "/n/fengxi/", "/n/fengxi/matters/tsme/", "/verify/", "/complaints/new/", "/sign-in/"]
)
def test_everybody_may_look_around_without_an_account(world: World, client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/me/", "/me/cases/", "/me/messages/", "/me/firm/", "/console/", "/console/complaints/"]
)
def test_what_is_personal_asks_to_sign_in_and_comes_back(world: World, client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302 and "next=" in answer["Location"]


def test_a_firm_has_no_console(world: World, sign_in: SignIn) -> None:
    answer = sign_in(world.firm()).get("/console/")
    assert answer.status_code == 403
    assert "工作人员" in answer.content.decode()


@pytest.mark.parametrize("below", ["", "receipt/"])
def test_T6_a_foreign_case_and_a_random_one_answer_alike(world: World, sign_in: SignIn, below: str) -> None:
    case, stranger = world.case(0), sign_in(world.firm(1))
    random = uuid4()
    foreign = stranger.get(f"/me/cases/{case.pk}/{below}")
    unknown = stranger.get(f"/me/cases/{random}/{below}")
    assert foreign.status_code == unknown.status_code == 404
    assert same_words(foreign).replace(str(case.pk), str(random)) == same_words(unknown)


def same_words(answer: Any) -> str:
    """The page without its CSRF token, which differs at every request."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_T6_the_same_for_drafts_documents_files_and_the_console(world: World, sign_in: SignIn) -> None:
    from qcy.foundation.database.scope import unscoped
    from qcy.foundation.documents.models import Document
    from qcy.foundation.files.models import StoredFile

    case = world.case(0)
    with unscoped("test"):
        document, file = (
            Document.objects.get(case_id=case.pk),
            StoredFile.objects.filter(case_id=case.pk).first(),
        )
    stranger, hub = sign_in(world.firm(1)), sign_in(world.hub_clerk)
    for client, address in (
        (stranger, f"/me/drafts/{case.draft_id}/"),
        (stranger, f"/me/documents/{document.pk}.pdf"),
        (hub, f"/console/cases/{case.pk}/"),
        (hub, f"/console/documents/{document.pk}.pdf"),
        (hub, f"/console/files/{file.pk}/"),
    ):
        assert client.get(address).status_code == 404, address


def test_visible_but_not_permitted_is_refused_with_the_reason(world: World, sign_in: SignIn) -> None:
    case = world.case(0)
    answer = sign_in(world.decider).post(f"/console/cases/{case.pk}/accept/", {"version": "1"})
    assert answer.status_code == 409
    assert "这一步由本节点的经办人办理" in answer.content.decode()


def test_writing_needs_a_post_and_a_token(world: World) -> None:
    case = world.case(0)
    assert Client().get(f"/me/cases/{case.pk}/withdraw/").status_code in (302, 405)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/complaints/new/", {"text": "x"})
    assert answer.status_code == 403 and "安全校验已过期" in answer.content.decode()


def test_pages_send_a_strict_content_policy(world: World, client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy


def test_a_form_sent_after_the_session_is_gone_leads_to_sign_in_and_back(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(
        "/me/firm/", {"code": "x"}, headers={"referer": "http://testserver/me/firm/?next=/x"}
    )
    assert answer.status_code == 302 and answer["Location"] == "/sign-in/?next=%2Fme%2Ffirm%2F"


@pytest.mark.parametrize(
    ("who", "address", "sent"),
    [
        ("clerk", "/console/cases/{case}/assign/", {"person": "notauuid", "version": "1"}),
        ("clerk", "/console/cases/{case}/assign/", {"person": "\x00", "version": "1"}),
        ("clerk", "/console/cases/{case}/accept/", {"version": "abc"}),
        ("clerk", "/console/cases/{case}/licence/", {"name": "\x00"}),
        ("clerk", "/console/cases/{case}/licence/", {"name": "\u202e"}),
        ("firm", "/me/cases/{case}/withdraw/", {"version": "abc"}),
        ("firm", "/me/cases/{case}/rate/", {"level": "9"}),
        ("firm", "/me/firm/", {"code": "\x00", "name": "\x00"}),
        ("firm", "/complaints/new/", {"text": "\x00", "node": "nope"}),
    ],
)
def test_what_no_form_of_ours_sends_is_refused_in_words(
    world: World, sign_in: SignIn, who: str, address: str, sent: dict[str, str]
) -> None:
    case = world.case()
    actor = world.clerk if who == "clerk" else world.firm()
    answer = sign_in(actor).post(address.format(case=case.pk), sent)
    assert answer.status_code in (409, 422) and "请" in answer.content.decode()
    assert world.reload(case).version == 1


@pytest.mark.parametrize("below", ["submit/", "files/licence/", "discard/"])
def test_a_get_of_a_writing_address_leads_back_to_the_page(world: World, sign_in: SignIn, below: str) -> None:
    draft = world.empty_draft(world.firm())
    answer = sign_in(world.firm()).get(f"/me/drafts/{draft.pk}/{below}")
    assert answer["Location"] == f"/me/drafts/{draft.pk}/"


def test_a_clerk_of_one_node_who_files_at_another_does_not_handle_it_in_the_console(
    world: World, sign_in: SignIn
) -> None:
    from qcy.foundation.database.scope import unscoped
    from qcy.foundation.parties.models import Mandate

    case = world.case(0)
    with unscoped("test"):
        Mandate(
            person_id=world.firm(0).me,
            node=world.node("XX"),
            role="clerk",
            desk_name="总窗口经办人 09",
            since=world.now.date(),
        ).save(force_insert=True)
    client = sign_in(world.firm(0))
    assert client.get(f"/me/cases/{case.pk}/").status_code == 200
    assert client.get(f"/console/cases/{case.pk}/").status_code == 404


# ---------------------------------------------------------------- staff stay in the console
@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/console/nowhere/", 404, "没有找到这个页面"),
        (f"/console/cases/{uuid4()}/", 404, "没有找到这个页面"),
        ("/console/calendar/", 403, "这一页不归您的岗位使用"),
    ],
)
def test_an_error_in_the_console_keeps_side_bar_inbox_and_search(
    world: World, sign_in: SignIn, address: str, status: int, said: str
) -> None:
    answer = sign_in(world.clerk).get(address)
    assert answer.status_code == status and said in answer.text
    assert 'class="side"' in answer.text and "经办人 01" in answer.text
    assert 'class="sbox mt4" role="search" action="/console/cases/"' in answer.text


def test_everybody_else_sees_the_portal_around_an_error(world: World, sign_in: SignIn) -> None:
    for client, address in ((sign_in(world.firm()), "/console/cases/"), (sign_in(world.clerk), "/nowhere/")):
        page = client.get(address).text
        assert 'class="side"' not in page and "回到首页" in page


def test_a_server_error_asks_no_database(
    world: World, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    from django.test import RequestFactory

    from qcy.delivery.web.errors import server_error

    request = RequestFactory().get("/console/cases/")
    request.actor = world.clerk  # type: ignore[attr-defined]
    with django_assert_num_queries(0):
        assert server_error(request).status_code == 500


def test_the_search_finds_a_closed_case_by_its_whole_number(world: World, sign_in: SignIn) -> None:
    case, client = world.delivered(), sign_in(world.clerk)
    assert f"{case.number}" in client.get(f"/console/cases/?q={case.number.lower()}").text
    assert "tbody" not in client.get(f"/console/cases/?q={case.number[:-1]}").text
