"""The honest file at the service: corrections, pauses, promises, and what time itself does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from qcy.demo.story import SMALL_PDF
from qcy.engines.casework import services
from qcy.engines.casework.corrections import (
    answer_defect,
    correction_for,
    start_correction,
    submit_correction,
)
from qcy.engines.casework.defects import add_defect, remove_defect, send_defects, sentences_for
from qcy.engines.casework.enums import CaseStatus, EventType
from qcy.engines.casework.file import file_of
from qcy.engines.casework.filing import draft_fingerprint
from qcy.engines.casework.models import Case, CaseEvent, CaseNote, CaseWarning
from qcy.engines.casework.sweeps import ask_overtaken, warn
from qcy.engines.forms.services import save_section
from qcy.foundation.calendars.services import load_calendar_year
from qcy.foundation.database.scope import Scope, scope, unscoped
from qcy.foundation.documents.models import Document, DocumentState
from qcy.foundation.documents.queries import find_by_code
from qcy.foundation.files.models import StoredFile
from qcy.foundation.files.services import store_upload
from qcy.foundation.messages.models import Message
from qcy.foundation.parties.models import Absence
from qcy.foundation.parties.services import end_mandate
from qcy.kernel.refusals import Refused
from tests.world import World


def later(world: World, *day: int, hour: int = 4) -> None:
    """Noon in Shanghai of that day in 2026."""
    world.now = datetime(2026, *day, hour, tzinfo=UTC)


def add(world: World, case: Case, field: str, *, follow: bool = False, who: Any = None) -> None:
    world.do(
        add_defect,
        who or world.clerk,
        case_id=case.pk,
        field=field,
        problem=f"{field} 与辅助账不一致。",
        todo="请核对后改正。",
        may_follow=follow,
        now=world.now,
    )


def ask(world: World, case: Case, *fields: str, who: Any = None) -> Case:
    who = who or world.clerk
    for field in fields:
        add(world, case, field, follow=field == "cover", who=who)
    details = {"case_id": case.pk, "version": world.reload(case).version, "remember": True, "now": world.now}
    world.do(send_defects, who, **details)
    return world.reload(case)


def correction(world: World, case: Case) -> Any:
    actor = world.firm()
    with scope(actor.scope):
        return correction_for(actor, world.reload(case))


def start(world: World, case: Case) -> Any:
    return world.do(start_correction, world.firm(), case_id=case.pk, now=world.now)


def change_rd(world: World, draft: Any, value: str) -> None:
    values = {**draft.sections["research"]["values"], "rd": value}
    version = draft.sections["research"]["version"]
    details = {"draft_id": draft.pk, "section": "research", "values": values, "version": version}
    world.do(save_section, world.firm(), now=world.now, **details)


def upload(world: World, draft: Any, field: str) -> None:
    details = {"draft_id": draft.pk, "organisation_id": draft.organisation_id, "field": field}
    more = {"name": "新的.pdf", "chunks": [SMALL_PDF, b"%new"], "kinds": ("pdf",), "most_bytes": 10**6}
    world.do(store_upload, world.firm(), now=world.now, **details, **more)


def send(world: World, case: Case) -> Any:
    draft = correction(world, case).draft
    seen = draft_fingerprint(draft)
    return world.do(submit_correction, world.firm(), draft_id=draft.pk, seen=seen, now=world.now)


def answer(world: World, case: Case, field: str, *, reply: str = "", promise: bool = False) -> None:
    defect = correction(world, case).of_field(field)
    world.do(
        answer_defect,
        world.firm(),
        case_id=case.pk,
        defect_id=defect.id,
        reply=reply,
        promise=promise,
        now=world.now,
    )


# ---------------------------------------------------------------- one complete letter
def test_all_defects_are_told_in_one_letter_and_never_a_second_time(world: World) -> None:
    case = ask(world, world.case(), "rd", "ledger")
    assert (case.status, case.applicant_due) == (CaseStatus.CORRECTING, date(2026, 7, 29))
    with unscoped("test"):
        letter = Document.objects.get(case_id=case.pk, kind="correction_notice")
    assert [d["label"] for d in letter.content["defects"]] == ["研发费用合计", "研发费用辅助账"]
    draft = start(world, case)
    change_rd(world, draft, "300.00")
    upload(world, draft, "ledger")
    send(world, case)
    with pytest.raises(Exception, match="已经发过一次"):
        add(world, case, "sales")


def test_an_empty_letter_is_not_sent(world: World) -> None:
    case = world.case()
    details = {"case_id": case.pk, "version": 1, "remember": False, "now": world.now}
    assert world.attempt(send_defects, world.clerk, **details).code == "no_defects"
    add(world, case, "rd")
    with unscoped("test"):
        [defect] = case.sheet.defects
    world.do(remove_defect, world.clerk, case_id=case.pk, defect_id=defect["id"], now=world.now)
    assert world.attempt(send_defects, world.clerk, **details).code == "no_defects"


def test_a_sentence_once_used_is_offered_again(world: World) -> None:
    case = ask(world, world.case(), "rd")
    with scope(world.clerk.scope):
        assert "rd 与辅助账不一致。" in [s["problem"] for s in sentences_for(world.clerk, case)]


def test_the_firm_corrects_every_defect_and_the_answer_clock_starts_afresh(world: World) -> None:
    case = ask(world, world.case(), "rd", "ledger")
    draft = start(world, case)
    assert start(world, case).pk == draft.pk, "a second tab opens the same draft"
    later(world, 7, 14)
    assert (
        world.attempt(
            submit_correction, world.firm(), draft_id=draft.pk, seen=draft_fingerprint(draft), now=world.now
        ).code
        == "not_all_done"
    )
    change_rd(world, draft, "300.00")
    upload(world, draft, "ledger")
    assert correction(world, case).open_count == 0
    send(world, case)
    done = world.reload(case)
    assert (done.status, done.received_on, done.answer_by) == (
        CaseStatus.SUBMITTED,
        date(2026, 7, 14),
        date(2026, 7, 21),
    ), "five full working days from the corrected file"
    with scope(world.clerk.scope):
        changed = next(a for a in file_of(done).answers_for_staff() if a.label == "研发费用合计")
        assert (changed.value, bool(changed.before)) == ("300.00 万元", True)
        assert [r["how"] for r in file_of(done).replies] == ["changed", "uploaded"]
        ledgers = StoredFile.objects.filter(case_id=case.pk, field="ledger")
        assert ledgers.count() == 2, "what was handed in first is kept"


def test_the_same_figure_written_differently_is_no_correction(world: World) -> None:
    case = ask(world, world.case(), "rd")
    draft = start(world, case)
    before = draft.sections["research"]["values"]["rd"]
    change_rd(world, draft, f" {before}0 " if "." in before else f"{before}.00")
    assert correction(world, case).open_count == 1


def test_a_defect_may_be_answered_by_saying_why_not(world: World) -> None:
    case = ask(world, world.case(), "rd")
    answer(world, case, "rd", reply="与汇算清缴申报表 A107012 第 41 行一致。")
    send(world, case)
    with scope(world.clerk.scope):
        [reply] = file_of(world.reload(case)).replies
    assert (reply["how"], "A107012" in reply["text"]) == ("explained", True)


def test_S2_submitting_the_correction_twice_is_one_event(world: World) -> None:
    case = ask(world, world.case(), "rd")
    answer(world, case, "rd", reply="一致")
    draft = correction(world, case).draft
    for _ in range(2):
        seen = draft_fingerprint(draft)
        world.do(submit_correction, world.firm(), draft_id=draft.pk, seen=seen, now=world.now)
    with unscoped("test"):
        assert CaseEvent.objects.filter(case=case, type=EventType.CORRECTED).count() == 1


def test_a_correction_one_minute_after_the_limit_is_refused_and_nothing_is_lost(world: World) -> None:
    case = ask(world, world.case(), "rd")
    world.now = datetime(2026, 7, 29, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai, the last day
    draft = start(world, case)
    change_rd(world, draft, "300.00")
    world.now += timedelta(minutes=2)
    details = {
        "draft_id": draft.pk,
        "seen": draft_fingerprint(correction(world, case).draft),
        "now": world.now,
    }
    assert world.attempt(submit_correction, world.firm(), **details).code == "too_late"
    with unscoped("test"):
        draft.refresh_from_db()
    assert draft.is_open and draft.values()["rd"] == "300.00"
    sweep(world)
    assert world.reload(case).status == CaseStatus.LAPSED


def test_a_decision_while_a_correction_is_under_way_is_refused(world: World) -> None:
    case = ask(world, world.case(accepted_by=world.clerk), "rd", who=world.decider)
    assert case.status == CaseStatus.SUPPLEMENTING
    refusal = world.attempt(
        services.grant_case, world.decider, case_id=case.pk, opinion="", version=case.version, now=world.now
    )
    assert refusal.code == "waiting_for_firm"


# ---------------------------------------------------------------- pauses, extension, special procedures
def test_papers_asked_after_acceptance_pause_both_clocks(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    assert case.promised_due == date(2026, 7, 20)
    later(world, 7, 10)
    case = ask(world, case, "rd", who=world.decider)
    later(world, 7, 15)
    answer(world, case, "rd", reply="一致")
    send(world, case)
    done = world.reload(case)
    assert (done.status, done.promised_due) == (CaseStatus.ACCEPTED, date(2026, 7, 23)), (
        "13, 14, 15 do not count"
    )


def test_papers_that_never_come_let_the_clock_go_on(world: World) -> None:
    case = ask(world, world.case(accepted_by=world.clerk), "rd", who=world.decider)
    later(world, 7, 30)
    sweep(world)
    done = world.reload(case)
    assert (done.status, done.applicant_due) == (CaseStatus.ACCEPTED, None)


def test_a_special_procedure_is_told_in_writing_and_does_not_count(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    details = {"case_id": case.pk, "now": world.now}
    assert (
        world.attempt(
            services.suspend_case, world.decider, procedure="专家评审", reason="", version=2, **details
        ).code
        == "needs_reason"
    )
    world.do(
        services.suspend_case,
        world.decider,
        procedure="专家评审",
        reason="约 5 个工作日",
        version=2,
        **details,
    )
    later(world, 7, 15)
    world.do(services.resume_case, world.decider, case_id=case.pk, version=3, now=world.now)
    assert world.reload(case).promised_due == date(2026, 7, 27), "9 to 15 July do not count"
    with unscoped("test"):
        letter = Document.objects.get(case_id=case.pk, kind="suspension_notice")
    assert (letter.content["procedure"], letter.content["reason"]) == ("专家评审", "约 5 个工作日")


def test_an_extension_needs_the_manager_a_reason_and_comes_before_the_limit(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    details = {"case_id": case.pk, "days": 3, "reason": "需要补充核实", "version": 2}
    assert world.attempt(services.extend_case, world.clerk, now=world.now, **details).code == "needs_manager"
    late = datetime(2026, 7, 21, 2, tzinfo=UTC)
    assert (
        world.attempt(services.extend_case, world.manager, now=late, **details).code == "too_late_to_extend"
    )
    too_long = details | {"days": 11}
    assert (
        world.attempt(services.extend_case, world.manager, now=world.now, **too_long).code
        == "extension_too_long"
    )
    world.do(services.extend_case, world.manager, now=world.now, **details)
    assert world.reload(case).promised_due == date(2026, 7, 23)


def test_a_promise_lets_the_file_be_accepted_and_its_paper_follow(world: World) -> None:
    case = ask(world, world.case(verified=True), "cover")
    answer(world, case, "cover", promise=True)
    send(world, case)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=3, now=world.now)
    case = world.reload(case)
    assert (case.status, case.applicant_due) == (CaseStatus.ACCEPTED, date(2026, 7, 15))
    with unscoped("test"):
        assert Document.objects.get(case_id=case.pk, kind="follow_up_promise").content["papers"]
    refusal = world.attempt(
        services.grant_case, world.decider, case_id=case.pk, opinion="", version=4, now=world.now
    )
    assert refusal.code == "papers_outstanding"
    upload(world, start(world, case), "cover")
    send(world, case)
    world.do(services.grant_case, world.decider, case_id=case.pk, opinion="", version=5, now=world.now)
    assert world.reload(case).status == CaseStatus.DECIDED_GRANTED


def test_a_promise_not_kept_ends_the_case_as_the_firm_had_agreed(world: World) -> None:
    case = ask(world, world.case(verified=True), "cover")
    answer(world, case, "cover", promise=True)
    send(world, case)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=3, now=world.now)
    later(world, 7, 16)
    sweep(world)
    assert world.reload(case).status == CaseStatus.TERMINATED


# ---------------------------------------------------------------- after the end
def test_C6_a_reopened_case_retires_its_result_and_gets_another(world: World) -> None:
    case = world.delivered()
    with unscoped("test"):
        first = Document.objects.get(case_id=case.pk, kind="result_granted")
    later(world, 7, 13)
    world.do(
        services.reopen_case,
        world.manager,
        case_id=case.pk,
        reason="企业补来了更正的申报表",
        version=case.version,
        now=world.now,
    )
    case = world.reload(case)
    assert (case.status, case.promised_due) == (CaseStatus.ACCEPTED, date(2026, 7, 23)), (
        "closed days do not count"
    )
    assert find_by_code(first.verification_code).state == DocumentState.SUPERSEDED
    world.do(
        services.grant_case, world.decider, case_id=case.pk, opinion="", version=case.version, now=world.now
    )
    world.work()
    with unscoped("test"):
        results = Document.objects.filter(case_id=case.pk, kind="result_granted")
        states = sorted(results.values_list("state", flat=True))
    assert states == ["superseded", "valid"]


def test_a_revoked_result_says_so_on_its_verification_page(world: World, client: Any) -> None:
    case = world.delivered()
    world.do(
        services.revoke_result,
        world.manager,
        case_id=case.pk,
        reason="申报材料不实",
        version=case.version,
        now=world.now,
    )
    with unscoped("test"):
        result = Document.objects.get(case_id=case.pk, kind="result_granted")
    page = client.get(f"/verify/{result.verification_code}/").content.decode()
    assert "已撤销" in page and "真实有效" not in page


# ---------------------------------------------------------------- time itself
def sweep(world: World) -> None:
    with scope(Scope()):
        ask_overtaken({}, world.now)
    world.work()


def test_silence_is_acceptance_from_the_day_of_receipt_where_the_matter_says_so(world: World) -> None:
    from qcy.engines.catalogue.models import DEFINITIONS, Adoption

    case = world.case()
    with unscoped("test"):
        adoption = Adoption.objects.get(pk=case.adoption_id)
        Adoption.objects.filter(pk=adoption.pk).update(
            resolved={**adoption.resolved, "deemed_acceptance": True}
        )
    DEFINITIONS.clear()
    try:
        later(world, 7, 16)
        assert (
            world.attempt(
                services.refuse_intake, world.clerk, case_id=case.pk, reason="缺", version=1, now=world.now
            ).code
            == "deemed"
        ), "also before the sweep has come round"
        sweep(world)
        sweep(world)
        done = world.reload(case)
    finally:
        DEFINITIONS.clear()
    assert (done.status, done.accepted_on, done.promised_due) == (
        CaseStatus.ACCEPTED,
        date(2026, 7, 8),
        date(2026, 7, 20),
    )


def test_C13_each_rung_of_the_ladder_speaks_once_to_the_right_person(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    decider = world.decider
    world.do(
        services.assign_case, decider, case_id=case.pk, person_id=decider.person_id, version=2, now=world.now
    )
    told: dict[tuple[int, int], set[Any]] = {}
    for day in ((7, 14), (7, 15), (7, 17), (7, 20), (7, 21), (7, 22)):
        later(world, *day)
        for _ in range(2):
            with scope(Scope()):
                warn({}, world.now)
            world.work()
        with unscoped("test"):
            sent = Message.objects.filter(kind="work", sent_at=world.now)
            told[day] = {(m.person_id, m.title.split("：")[0]) for m in sent}
            assert sent.count() == len(told[day]), "nobody reads it twice"
    desk, manager = decider.person_id, world.manager.person_id
    hub = world.desk("总窗口负责人").person_id
    assert told == {
        (7, 14): set(),
        (7, 15): {(desk, "临近到期")},
        (7, 17): set(),
        (7, 20): {(desk, "今天到期"), (manager, "今天到期")},
        (7, 21): {(manager, "已超期"), (hub, "已超期")},
        (7, 22): set(),
    }
    with unscoped("test"):
        assert CaseWarning.objects.filter(case=case).count() == 3


def test_whoever_covers_an_absent_colleague_is_warned_too(world: World) -> None:
    case = world.case()
    clerk, cover = world.clerk, world.clerk2
    world.do(
        services.assign_case, clerk, case_id=case.pk, person_id=clerk.person_id, version=1, now=world.now
    )
    later(world, 7, 13)
    with unscoped("test"):
        Absence(
            person_id=clerk.person_id,
            cover_id=cover.person_id,
            node=world.node(),
            since=date(2026, 7, 10),
            until=date(2026, 7, 20),
        ).save(force_insert=True)
    with scope(Scope()):
        warn({}, world.now)
    world.work()
    with unscoped("test"):
        people = set(
            Message.objects.filter(kind="work", sent_at=world.now).values_list("person_id", flat=True)
        )
    assert people == {clerk.person_id, cover.person_id}


def test_a_reviewer_who_leaves_keeps_no_case(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    decider = world.decider
    world.do(
        services.assign_case, decider, case_id=case.pk, person_id=decider.person_id, version=2, now=world.now
    )
    world.do(end_mandate, world.manager, person_id=decider.person_id, node=world.node(), now=world.now)
    world.work()
    done = world.reload(case)
    assert (done.assignee_id, done.status) == (None, CaseStatus.ACCEPTED)
    assert not world.desk("审定人 01").mandates


def test_a_calendar_that_arrives_moves_the_open_deadlines_and_says_so(world: World) -> None:
    world.now = datetime(2026, 12, 28, 4, tzinfo=UTC)
    with unscoped("test"):
        adoption = world.adoption()
        type(adoption).objects.filter(pk=adoption.pk).update(closes_on=date(2027, 3, 1))
    case = world.case(accepted_by=world.clerk)
    assert (case.promised_due, case.due_provisional) == (date(2027, 1, 7), True)
    with unscoped("test"):
        load_calendar_year(
            {
                "year": 2027,
                "free": ["2027-01-01"],
                "working": ["2027-01-03"],
                "counts": {"free": 1, "working": 1},
            },
            now=world.now,
        )
    world.work()
    done = world.reload(case)
    assert (done.promised_due, done.due_provisional) == (date(2027, 1, 7), False)
    with unscoped("test"):
        assert CaseEvent.objects.filter(case=case, type=EventType.DUE_RECOMPUTED).count() == 1


# ---------------------------------------------------------------- words on the file
def test_both_sides_talk_on_the_file_and_notes_stay_inside(world: World) -> None:
    case = world.case()
    clerk = world.clerk
    world.do(
        services.assign_case, clerk, case_id=case.pk, person_id=clerk.person_id, version=1, now=world.now
    )
    world.do(
        services.remark_on_case, world.firm(), case_id=case.pk, text="样机材料费要扣除吗？", now=world.now
    )
    world.do(
        services.remark_on_case, world.firm(), case_id=case.pk, text="样机材料费要扣除吗？", now=world.now
    )
    world.do(services.remark_on_case, clerk, case_id=case.pk, text="要扣除。", now=world.now)
    world.do(services.add_note, clerk, case_id=case.pk, text="注意核对社保人数", now=world.now)
    world.work()
    with unscoped("test"):
        assert CaseEvent.objects.filter(case=case, type=EventType.REMARKED).count() == 2, "C9"
        assert Message.objects.filter(person_id=clerk.person_id, title="企业留言").count() == 1
        assert Message.objects.filter(person_id=case.filer_id, kind="remark").count() == 1
    actor = world.firm()
    with scope(actor.scope):
        assert not CaseNote.objects.visible_to(actor).exists()


def test_a_remark_in_between_does_not_make_a_decision_stale(world: World) -> None:
    case = world.case(verified=True)
    world.do(services.remark_on_case, world.firm(), case_id=case.pk, text="请尽快", now=world.now)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=1, now=world.now)
    assert world.reload(case).status == CaseStatus.ACCEPTED


# ---------------------------------------------------------------- two at once, and a thousand
def test_C6_two_deciders_at_once_make_one_decision(committed_world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    world = committed_world
    case = world.case(accepted_by=world.clerk)
    first, second = world.decider, world.desk("审定人 02")

    def grant() -> str:
        return decide(services.grant_case, first, opinion="")

    def refuse() -> str:
        return decide(services.refuse_case, second, reason="研发投入不符合")

    def decide(service: Any, actor: Any, **more: Any) -> str:
        try:
            world.do(service, actor, case_id=case.pk, version=2, now=world.now, **more)
            return "done"
        except Refused as refused:
            return refused.refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = [future.result() for future in [pool.submit(grant), pool.submit(refuse)]]
    assert sorted(answers) in (["decided", "done"], ["done", "stale"])
    with unscoped("test"):
        assert Document.objects.filter(case_id=case.pk, kind__startswith="result").count() == 1


def test_C4_exactly_one_node_is_responsible_from_filing_to_the_end(world: World) -> None:
    for case in (world.case(0), world.delivered(1), ask(world, world.case(2), "rd")):
        assert case.responsible_node_id == case.node_id
        with unscoped("test"):
            handlers = case.access.filter(kind="handler")
            assert [a.node_id for a in handlers] == [case.node_id]


# ---------------------------------------------------------------- found by somebody who meant harm
def test_a_promise_is_kept_by_the_paper_and_not_by_a_sentence(world: World) -> None:
    case = ask(world, world.case(verified=True), "cover")
    answer(world, case, "cover", promise=True)
    send(world, case)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=3, now=world.now)
    answer(world, case, "cover", reply="我不想交了")
    found = correction(world, case)
    assert found.open_count == 1
    details = {"draft_id": found.draft.pk, "seen": draft_fingerprint(found.draft), "now": world.now}
    assert world.attempt(submit_correction, world.firm(), **details).code == "not_all_done"


def test_a_supplement_asked_while_a_promise_is_open_has_one_day_and_one_list(world: World) -> None:
    case = ask(world, world.case(verified=True), "cover")
    answer(world, case, "cover", promise=True)
    send(world, case)
    world.do(services.accept_case, world.clerk, case_id=case.pk, version=3, now=world.now)
    case = ask(world, case, "rd", who=world.decider)
    found = correction(world, case)
    assert ([d.field for d in found.defects], found.due) == (["rd", "cover"], date(2026, 7, 29))
    answer(world, case, "rd", reply="一致")
    upload(world, start(world, case), "cover")
    send(world, case)
    assert world.reload(case).applicant_due is None


def test_a_letter_of_the_longest_lines_is_offered_again_whole(world: World) -> None:
    case = world.case()
    line = {"field": "rd", "problem": "问" * 300, "todo": "改" * 300, "may_follow": False}
    world.do(add_defect, world.clerk, case_id=case.pk, now=world.now, **line)
    assert (
        world.attempt(add_defect, world.clerk, case_id=case.pk, now=world.now, **line).code == "said_already"
    )
    details = {"case_id": case.pk, "version": 1, "remember": True, "now": world.now}
    world.do(send_defects, world.clerk, **details)
    with scope(world.clerk.scope):
        offered = [s for s in sentences_for(world.clerk, case) if s["problem"] == "问" * 300]
    assert [s["todo"] for s in offered] == ["改" * 300]


def test_a_second_claimant_becomes_an_agent_and_renames_nobody(world: World) -> None:
    from qcy.foundation.parties.models import Membership, Organisation
    from qcy.foundation.parties.services import claim_organisation, verify_membership
    from tests.world import FIRMS

    world.case(verified=True)
    claim = world.do(
        claim_organisation, world.firm(1), code=FIRMS[0].code, name="坏人科技有限公司", now=world.now
    )
    with unscoped("test"):
        Membership.objects.filter(pk=claim.pk).update(node=world.node())
    wrong = {"membership_id": claim.pk, "name": "坏人科技有限公司", "now": world.now}
    assert world.attempt(verify_membership, world.clerk, **wrong).code == "name_differs"
    done = world.do(verify_membership, world.clerk, **wrong | {"name": FIRMS[0].name})
    assert (done.role, done.until is not None) == ("agent", True)
    with unscoped("test"):
        assert Organisation.objects.get(code=FIRMS[0].code).name == FIRMS[0].name


def test_a_strangers_application_blocks_only_the_stranger(world: World) -> None:
    from qcy.foundation.parties.models import Membership
    from qcy.foundation.parties.services import claim_organisation
    from tests.world import FIRMS

    stranger = world.firm(1)
    world.do(claim_organisation, stranger, code=FIRMS[0].code, name="冒名", now=world.now)
    first = world.case(0)
    with unscoped("test"):
        Case.objects.filter(pk=first.pk).update(filer_id=stranger.person_id)  # filed by the stranger
    second = world.case(0)
    with unscoped("test"):
        Membership.objects.filter(person_id=second.filer_id).update(state="verified")
    world.do(services.accept_case, world.clerk, case_id=second.pk, version=1, now=world.now)
    refused = {"case_id": first.pk, "version": 1, "now": world.now}
    assert world.attempt(services.accept_case, world.clerk, **refused).code in (
        "licence_first",
        "second_of_year",
    )


def test_a_running_pause_is_no_change_of_the_calendar(world: World) -> None:
    from qcy.engines.casework.calendar_preview import moved_by
    from qcy.foundation.calendars.models import CalendarYear

    case = ask(world, world.case(accepted_by=world.clerk), "rd", who=world.decider)
    with unscoped("test"):
        same = CalendarYear.objects.get(year=2026).data
    assert case.paused_since and moved_by(same, date(2026, 7, 20)) == []


def test_another_reason_is_another_command_and_is_refused(world: World) -> None:
    case = world.case(accepted_by=world.clerk)
    details = {"case_id": case.pk, "version": 2, "now": world.now}
    world.do(services.extend_case, world.manager, days=3, reason="核实", **details)
    world.do(services.extend_case, world.manager, days=3, reason="核实", **details)
    assert world.reload(case).version == 3, "C9: the same words again"
    again = details | {"version": 3}
    assert (
        world.attempt(services.extend_case, world.manager, days=1, reason="核实", **again).code == "only_once"
    )
