"""What founders and clerks read, and how many queries a page needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qcy.engines.casework.models import Case
from qcy.engines.ratings.models import Complaint, Rating
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.models import Document
from qcy.foundation.parties.models import Membership
from tests.delivery.conftest import SignIn
from tests.world import FIRMS, World

MOST_QUERIES = 12


def body(answer: Any) -> str:
    return answer.content.decode()


def test_the_guide_answers_the_five_questions_and_says_what_it_does_not_know(
    world: World, client: Client
) -> None:
    html = body(client.get("/n/fengxi/matters/tsme/"))
    for question in ("我能办吗", "需要准备什么", "要多久", "要花多少钱", "到哪里办"):
        assert question in html
    assert "无法定时限" in html and "待运营方填写" in html and "演示" in html


def test_the_home_finds_a_matter_by_its_short_name(world: World, client: Client) -> None:
    assert "科技型中小企业评价" in body(client.get("/n/xixian/matters/", {"q": "科小"}))
    assert "没有找到这样的事项" in body(client.get("/n/xixian/matters/", {"q": "钓鱼许可"}))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("9100000", "7 位"), ("91000000MA0DEM0A1X", "输错"), ("91000000MI0DEM0A1R", "I")],
)
def test_a_wrong_check_code_says_what_kind_of_mistake(
    world: World, sign_in: SignIn, code: str, sentence: str
) -> None:
    page = sign_in(world.firm()).post("/me/firm/", {"code": code, "name": "演示企业"})
    assert page.status_code == 422 and sentence in body(page), body(page)
    assert code in body(page), "what was typed stays in the field"


def test_verification_shows_a_masked_holder_and_no_more(world: World, client: Client) -> None:
    case = world.delivered()
    with unscoped("test"):
        result = Document.objects.get(case_id=case.pk, kind="result_granted")
        letter = Document.objects.get(case_id=case.pk, kind="acceptance")
    html = body(client.get(f"/verify/{result.verification_code}/"))
    assert "编号和内容一致" in html and "****" in html and FIRMS[0].name not in html
    assert "受理通知书" in body(client.get(f"/verify/{letter.verification_code}/"))
    last = "2" if result.verification_code[-1] != "2" else "3"
    wrong = client.get("/verify/", {"code": result.verification_code[:-1] + last})
    assert wrong.status_code == 422 and "验证码" in body(wrong)


def test_one_rating_per_served_matter_changeable_for_three_days(world: World, sign_in: SignIn) -> None:
    case, client = world.delivered(), sign_in(world.firm())
    assert "请先选择满意程度" in body(client.post(f"/me/cases/{case.pk}/rate/", {}))
    client.post(f"/me/cases/{case.pk}/rate/", {"level": "4", "comment": "快"})
    client.post(f"/me/cases/{case.pk}/rate/", {"level": "5"})
    with unscoped("test"):
        assert list(Rating.objects.values_list("level", flat=True)) == [5]
        Case.objects.filter(pk=case.pk).update(closed_on=date(2026, 7, 4))
    late = client.post(f"/me/cases/{case.pk}/rate/", {"level": "1"})
    assert late.status_code == 422 and "评价不能再改" in body(late)
    with unscoped("test"):
        assert list(Rating.objects.values_list("level", flat=True)) == [5]


def test_a_running_case_cannot_be_rated_yet(world: World, sign_in: SignIn) -> None:
    case = world.case()
    page = sign_in(world.firm()).post(f"/me/cases/{case.pk}/rate/", {"level": "5"})
    assert page.status_code == 422 and "还没有办结" in body(page)


def test_a_complaint_gets_a_number_and_reaches_the_console(
    world: World, client: Client, sign_in: SignIn
) -> None:
    page = client.post(
        "/complaints/new/", {"node": "fengxi", "text": "窗口太慢", "contact": "13800001111"}, follow=True
    )
    assert "TS-FX-20260708-0001" in body(page)
    console = body(sign_in(world.clerk).get("/console/complaints/"))
    assert "窗口太慢" in console and "138****1111" in console and "13800001111" not in console
    with unscoped("test"):
        assert "13800001111" not in Complaint.objects.get().contact, "contacts are sealed at rest"
    assert "窗口太慢" not in body(sign_in(world.hub_clerk).get("/console/complaints/"))


def test_the_drawer_masks_people_and_blocks_acceptance_until_the_licence_was_seen(
    world: World, sign_in: SignIn
) -> None:
    case, clerk = world.case(), sign_in(world.clerk)
    html = body(clerk.get(f"/console/cases/{case.pk}/"))
    assert "演**" in html and FIRMS[0].phone not in html and "请先核对营业执照" in html
    clerk.post(f"/console/cases/{case.pk}/licence/", {"name": FIRMS[0].name})
    with unscoped("test"):
        assert Membership.objects.get(organisation__code=FIRMS[0].code).is_verified
    answer = clerk.post(f"/console/cases/{case.pk}/accept/", {"version": "1"}, follow=True)
    assert "已受理" in body(answer)


def test_a_refused_action_keeps_what_the_clerk_typed(world: World, sign_in: SignIn) -> None:
    case, clerk = world.case(), sign_in(world.clerk)
    answer = clerk.post(f"/console/cases/{case.pk}/refuse-intake/", {"version": "9", "reason": "缺公章"})
    assert answer.status_code == 409 and "缺公章" in body(answer) and "刚被别人处理过" in body(answer)


def test_an_upload_is_downloaded_as_attachment_only_after_its_check(world: World, sign_in: SignIn) -> None:
    from qcy.foundation.files.models import StoredFile

    case, clerk = world.case(), sign_in(world.clerk)
    with unscoped("test"):
        file = StoredFile.objects.filter(case_id=case.pk).first()
    assert clerk.get(f"/console/files/{file.pk}/").status_code == 404
    world.work()
    answer = clerk.get(f"/console/files/{file.pk}/")
    assert (
        answer["Content-Disposition"].startswith("attachment")
        and answer["X-Content-Type-Options"] == "nosniff"
    )


def test_large_print_is_kept_and_never_leads_elsewhere(world: World, client: Client) -> None:
    answer = client.get("/large-print/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert 'class="large"' in body(client.get("/"))


def test_pages_keep_their_query_budget_with_few_and_many_cases(world: World, sign_in: SignIn) -> None:
    first = world.delivered(0)
    world.case(9)
    clerk, manager, founder = sign_in(world.clerk), sign_in(world.manager), sign_in(world.firm(0))
    with unscoped("test"):
        code = Document.objects.get(case_id=first.pk, kind="result_granted").verification_code
    pages = [
        (Client(), "/"),
        (Client(), "/nodes/"),
        (Client(), "/n/fengxi/about/"),
        (Client(), "/n/fengxi/matters/"),
        (Client(), "/n/fengxi/matters/tsme/"),
        (Client(), f"/verify/{code}/"),
        (founder, "/me/cases/"),
        (founder, "/me/messages/"),
        (founder, f"/me/firm/{first.organisation_id}/record/"),
        (clerk, "/console/cases/"),
        (clerk, f"/console/firms/{first.organisation_id}/"),
        (manager, "/console/matters/"),
    ]
    for client, address in pages:
        client.get(address)  # nodes, calendar and frozen definitions are held from here on
    few = [count(client, address) for client, address in pages]
    for number in range(1, 8):
        world.case(number)
    many = [count(client, address) for client, address in pages]
    assert few == many
    assert max(few) <= MOST_QUERIES, dict(zip([a for _, a in pages], few, strict=True))


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    sent = [q["sql"] for q in queries.captured_queries]
    return len([s for s in sent if "set_config" not in s and "SAVEPOINT" not in s])


def test_under_maintenance_everybody_reads_why_and_the_health_check_still_answers(
    world: World, client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.QCY_VAR = tmp_path
    (tmp_path / "maintenance.txt").write_text("预计 22:00 恢复。<script>", "utf-8")
    answer = client.get("/me/cases/")
    assert answer.status_code == 503 and answer["Retry-After"] == "600"
    assert "预计 22:00 恢复。&lt;script&gt;" in body(answer) and "不会丢失" in body(answer)
    assert client.get("/health/").status_code == 200
    (tmp_path / "maintenance.txt").unlink()
    assert client.get("/verify/").status_code == 200


def test_a_page_that_is_not_there_offers_a_search(world: World, client: Client) -> None:
    page = body(client.get("/nowhere/"))
    assert "没有找到这个页面" in page and 'action="/n/xixian/matters/"' in page
