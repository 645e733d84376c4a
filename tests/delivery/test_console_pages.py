"""What staff and leaders do in the console beside the cases themselves."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from qcy.demo.story import files_of, values_of
from qcy.engines.casework import services
from qcy.engines.casework.models import Case, CaseRecord
from qcy.engines.casework.personal import ask_erasing
from qcy.engines.forms.models import Draft
from qcy.engines.forms.services import save_section
from qcy.engines.ratings.models import RatingDuty
from qcy.foundation.audit.models import AccessLog
from qcy.foundation.audit.queries import verify_chains
from qcy.foundation.calendars.models import CalendarYear
from qcy.foundation.calendars.notice import read_notice
from qcy.foundation.database.scope import Scope, scope, unscoped
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.parties.models import Membership, Organisation, PersonContact
from qcy.kernel.refusals import Refused
from tests.delivery.conftest import SignIn
from tests.world import FIRMS, TODAY, World

PHONE = FIRMS[3].phone


def body(answer: Any) -> str:
    return str(answer.content.decode())


# ---------------------------------------------------------------- at the window
def at_window(world: World, sign_in: SignIn) -> tuple[Any, Draft]:
    client = sign_in(world.clerk)
    firm = FIRMS[3]
    with unscoped("test"):
        matter = str(world.adoption().pk)
    details = {"matter": matter, "code": firm.code, "name": firm.name, "phone": "139 0000 3333"}
    answer = client.post("/console/window/", details)
    assert answer.status_code == 302
    with unscoped("test"):
        return client, Draft.objects.with_form().get(window__code="FX")


def test_a_clerk_files_for_somebody_who_stands_at_the_window(world: World, sign_in: SignIn) -> None:
    client, draft = at_window(world, sign_in)
    clerk = world.clerk
    for key, values in values_of(FIRMS[3]).items():
        world.do(save_section, clerk, draft_id=draft.pk, section=key, values=values, version=0, now=world.now)
    for name in files_of(FIRMS[3]):
        from django.core.files.uploadedfile import SimpleUploadedFile

        from qcy.demo.story import SMALL_PDF

        paper = SimpleUploadedFile(f"{name}.pdf", SMALL_PDF)
        client.post(f"/me/drafts/{draft.pk}/files/{name}/", {f"file-{name}": paper})
    page = body(client.get(f"/me/drafts/{draft.pk}/promise/"))
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    answer = client.post(f"/me/drafts/{draft.pk}/submit/", {"seen": seen[1], "confirm": "yes"})
    assert answer.status_code == 302, body(answer)
    with unscoped("test"):
        case = Case.objects.get(draft_id=draft.pk)
        person = PersonContact.objects.get(person_id=case.filer_id)
        membership = Membership.objects.get(person_id=case.filer_id)
        assert (case.window_person_id, person.value) == (clerk.person_id, "13900003333")
        assert (membership.state, membership.role) == ("verified", "owner")
        assert Organisation.objects.get(code=FIRMS[3].code).name == FIRMS[3].name
    assert "窗口代填报" in body(client.get(f"/console/cases/{case.pk}/"))


def test_another_node_does_not_see_the_window_draft(world: World, sign_in: SignIn) -> None:
    _, draft = at_window(world, sign_in)
    assert sign_in(world.hub_clerk).get(f"/me/drafts/{draft.pk}/").status_code == 404


def test_a_decider_does_not_take_applications_in(world: World, sign_in: SignIn) -> None:
    with unscoped("test"):
        matter = str(world.adoption().pk)
    details = {"matter": matter, "code": FIRMS[3].code, "name": "甲", "phone": "13900003333"}
    assert sign_in(world.decider).post("/console/window/", details).status_code == 403


# ---------------------------------------------------------------- personal data
def test_personal_data_opens_with_a_reason_and_leaves_a_line_in_the_log(
    world: World, sign_in: SignIn
) -> None:
    case = world.case()
    client = sign_in(world.clerk)
    url = f"/console/cases/{case.pk}/"
    assert FIRMS[0].phone not in body(client.get(url))
    refused = client.post(f"{url}unmask/", {"field": "contact_phone", "why": "看"})
    assert refused.status_code == 409 and FIRMS[0].phone not in body(refused)
    shown = client.post(f"{url}unmask/", {"field": "contact_phone", "why": "电话核实研发人数"})
    assert FIRMS[0].phone in body(shown)
    assert FIRMS[0].phone not in body(client.get(url)), "in that answer only"
    with unscoped("test"):
        [line] = AccessLog.objects.all()
    assert (line.what, line.reason) == ("contact_phone", "电话核实研发人数")
    assert "电话核实研发人数" in body(sign_in(world.manager).get("/console/audit/?kind=access"))


def test_A3_erasure_leaves_the_chain_valid_and_the_value_gone(world: World) -> None:
    """After the years of retention no table holds what was typed; every chain still verifies."""
    from tests.world import watched_tables

    case = world.delivered()
    world.do(services.add_note, world.clerk, case_id=case.pk, text=f"已电话 {FIRMS[0].phone}", now=world.now)
    for moment, erased in ((world.now, False), (world.now + timedelta(days=366 * 11), True)):
        with scope(Scope()):
            ask_erasing({}, moment)
        world.now = moment
        world.work()
        with watched_tables() as rows:
            found = [table for table, held in rows().items() if FIRMS[0].phone in str(held)]
        assert bool(found) != erased, found
    with unscoped("test"):
        assert not any(CaseRecord.objects.filter(case=case).values_list("body", flat=True))
        assert verify_chains().broken == ""


# ---------------------------------------------------------------- calendar
NOTICE = {
    "year": "2027",
    "document": "演示通知",
    "free": "1月1日至3日\n2027-02-05 至 2027-02-11",
    "working": "2027-02-14",
}


def test_a_notice_is_read_as_people_write_it() -> None:
    read = read_notice(**NOTICE)
    assert read["free"][:2] == ["2027-01-01", "2027-02-05"], "weekends inside a holiday are dropped"
    assert (len(read["free"]), read["working"]) == (6, ["2027-02-14"])


@pytest.mark.parametrize("line", ["国庆节", "10月7日至1日", "2月30日", "1月1日至2月1日至3月1日"])
def test_an_unreadable_line_is_named(line: str) -> None:
    with pytest.raises(Refused, match="这一行看不懂"):
        read_notice(**{**NOTICE, "free": line})


def test_the_preview_names_moved_deadlines_and_changes_nothing(world: World, sign_in: SignIn) -> None:
    case = world.case(accepted_by=world.clerk)
    with unscoped("test"):
        document = CalendarYear.objects.get(year=2026).data
    free = [*document["free"], "2026-07-13"]
    typed = {
        "year": "2026",
        "document": "更正",
        "free": "\n".join(free),
        "working": "\n".join(document["working"]),
    }
    client = sign_in(world.desk("总窗口负责人"))
    page = body(client.post("/console/calendar/", typed))
    assert case.number in page and "2026-07-20" in page and "2026-07-21" in page
    assert world.reload(case).promised_due == date(2026, 7, 20)
    client.post("/console/calendar/", typed | {"action": "confirm"})
    assert world.reload(case).promised_due == date(2026, 7, 20), "what was not previewed is not confirmed"
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    client.post("/console/calendar/", typed | {"action": "confirm", "seen": seen[1]})
    world.work()
    assert world.reload(case).promised_due == date(2026, 7, 21)


def test_a_year_is_corrected_from_what_is_in_force(world: World, sign_in: SignIn) -> None:
    page = body(sign_in(world.desk("总窗口负责人")).get("/console/calendar/?year=2026"))
    assert "2026-10-01" in page and 'value="2026"' in page


# ---------------------------------------------------------------- undelivered
def test_a_dead_letter_is_listed_without_its_content_and_sent_again(world: World, sign_in: SignIn) -> None:
    with unscoped("test"):
        row = OutboxRow(
            topic="message.wanted",
            payload={"body": "私密内容"},
            row_scope={},
            run_after=world.now,
            state=RowState.DEAD,
            attempts=8,
            last_error="ConnectionRefusedError",
        )
        row.save()
    client = sign_in(world.desk("总窗口负责人"))
    page = body(client.get("/console/outbox/"))
    assert "ConnectionRefusedError" in page and "私密内容" not in page
    client.post(f"/console/outbox/{row.pk}/again/")
    with unscoped("test"):
        row.refresh_from_db()
    assert (row.state, row.attempts) == (RowState.READY, 0)
    assert sign_in(world.manager).get("/console/outbox/").status_code == 403


# ---------------------------------------------------------------- bad ratings
def rated(world: World, sign_in: SignIn, level: int) -> Case:
    case = world.delivered()
    sign_in(world.firm()).post(f"/me/cases/{case.pk}/rate/", {"level": str(level), "comment": "回复太慢"})
    return case


def act(client: Any, command: str, text: str = "已电话沟通") -> Any:
    with unscoped("test"):
        duty = RatingDuty.objects.get()
    details = {"command": command, "text": text, "version": str(duty.version)}
    return client.post(f"/console/ratings/{duty.pk}/handle/", details)


def state() -> tuple[str, date]:
    with unscoped("test"):
        duty = RatingDuty.objects.get()
    return duty.state, duty.due


def test_a_bad_rating_is_called_back_within_five_days_and_put_right_within_fifteen(
    world: World, sign_in: SignIn
) -> None:
    rated(world, sign_in, 2)
    assert state() == ("call_back", date(2026, 7, 15))
    clerk = sign_in(world.clerk)
    assert act(clerk, "call_back", "").status_code == 409, "words are needed"
    act(clerk, "call_back")
    assert state() == ("rectify", date(2026, 7, 29))
    act(clerk, "rectify", "补正通知改为当天发")
    assert state()[0] == "done"
    assert act(clerk, "appeal").status_code == 409, "closed"


def test_an_appeal_is_judged_by_somebody_else_and_does_not_count(world: World, sign_in: SignIn) -> None:
    rated(world, sign_in, 1)
    act(sign_in(world.clerk), "appeal", "评错了办件")
    assert act(sign_in(world.clerk), "uphold").status_code == 409, "the manager judges"
    act(sign_in(world.manager), "uphold", "企业书面确认评错")
    assert state()[0] == "upheld"
    page = body(sign_in(world.manager).get("/console/ratings/"))
    assert "另有 1 份经复核为误评，不计入" in page and "评价 0 / 办结 1" in page


def test_a_firm_that_thinks_better_of_it_closes_the_duty(world: World, sign_in: SignIn) -> None:
    case = rated(world, sign_in, 2)
    sign_in(world.firm()).post(f"/me/cases/{case.pk}/rate/", {"level": "5"})
    assert state()[0] == "explained"


def test_a_good_rating_opens_nothing(world: World, sign_in: SignIn) -> None:
    rated(world, sign_in, 3)
    with unscoped("test"):
        assert not RatingDuty.objects.exists()


# ---------------------------------------------------------------- desks, firms, records
def test_the_tiles_count_what_their_lists_show(world: World, sign_in: SignIn) -> None:
    mine, late = world.case(0), world.case(1)
    world.do(
        services.assign_case,
        world.clerk,
        case_id=mine.pk,
        person_id=world.clerk.person_id,
        version=1,
        now=world.now,
    )
    with unscoped("test"):
        Case.objects.filter(pk=late.pk).update(answer_by="2026-01-05")
    client = sign_in(world.clerk)
    for tile, expected in (("mine", 1), ("team", 2), ("today", 0), ("overdue", 1)):
        page = client.get(f"/console/cases/?scope={tile}").context["page"]
        assert page.paginator.count == len(page.object_list) == expected, tile


def test_the_manager_records_an_absence_and_the_cover_sees_the_desk(world: World, sign_in: SignIn) -> None:
    clerk, cover = world.clerk, world.clerk2
    case = world.case()
    world.do(
        services.assign_case, clerk, case_id=case.pk, person_id=clerk.person_id, version=1, now=world.now
    )
    details = {"person": str(clerk.person_id), "cover": str(cover.person_id)}
    days = {"since": "2026-07-08", "until": "2026-07-10"}
    manager = sign_in(world.manager)
    same = manager.post("/console/desks/absence/", details | {"cover": str(clerk.person_id)} | days)
    assert same.status_code == 422 and "另一位工作人员" in body(same)
    assert manager.post("/console/desks/absence/", details | days).status_code == 302
    assert case.number in body(sign_in(cover).get("/console/cases/?scope=mine"))
    assert sign_in(world.clerk).get("/console/desks/").status_code == 403


def test_a_node_sees_files_of_a_firm_only_where_it_has_a_case(world: World, sign_in: SignIn) -> None:
    case = world.case(verified=True)
    page = f"/console/firms/{case.organisation_id}/"
    assert case.number in body(sign_in(world.clerk).get(page))
    foreign = body(sign_in(world.hub_clerk).get(page))
    assert FIRMS[0].code in foreign and case.number not in foreign and "公开信息" in foreign


def test_the_manager_verifies_the_records(world: World, sign_in: SignIn) -> None:
    world.delivered()
    answer = sign_in(world.manager).post("/console/audit/verify/", follow=True)
    assert "全部一致" in body(answer)
    page = body(sign_in(world.manager).get("/console/audit/?q=FX-"))
    assert "审定通过" in page


def test_staff_change_their_password(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.clerk)
    wrong = {"old_password": "nope", "new_password1": "a-long-secret-1", "new_password2": "a-long-secret-2"}
    page = body(client.post("/console/password/", wrong))
    assert "现在的密码不对" in page and "两次填的新密码不一样" in page
    right = {
        "old_password": "demo-qcy-2026",
        "new_password1": "a-long-secret-1",
        "new_password2": "a-long-secret-1",
    }
    assert client.post("/console/password/", right).status_code == 302
    with unscoped("test"):
        assert world.clerk
    assert TODAY
