"""A complaint is answered once; with the writer's consent both become public, without name or contact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from qcy.engines.ratings.models import Complaint, PublicComment
from qcy.engines.ratings.public import answer_by_number, published_comments, responses_of
from qcy.engines.ratings.services import file_complaint
from qcy.engines.ratings.voice import (
    LONGEST,
    answer_complaint,
    keep_private,
    publish_comment,
    withdraw_comment,
)
from qcy.foundation.audit.models import AuditEvent
from qcy.foundation.database.scope import scope, unscoped
from qcy.foundation.messages.models import Message
from qcy.foundation.parties.actor import VISITOR, Actor
from tests.world import World, watched_tables

SECRET = "我叫王小明，电话 13800009999，三楼没有人"


def complaint(world: World, actor: Actor = VISITOR, *, agrees: bool = True) -> Complaint:
    details = {"node": world.node(), "text": SECRET, "contact": "13800009999", "page": "/"}
    return world.do(file_complaint, actor, may_publish=agrees, now=world.now, **details)


def answered(world: World, actor: Actor = VISITOR, *, agrees: bool = True) -> Complaint:
    held = complaint(world, actor, agrees=agrees)
    return world.do(
        answer_complaint, world.clerk, complaint_id=held.pk, text="已安排人员到岗。", now=world.now
    )


def test_the_writer_who_signed_in_reads_the_answer_in_the_inbox(world: World) -> None:
    firm = world.firm()
    held = answered(world, firm)
    world.work()
    with scope(firm.scope):
        [message] = Message.objects.visible_to(firm).filter(kind="voice")
    assert held.number in message.title and message.body == "已安排人员到岗。"
    assert message.url == f"/complaints/answer/?number={held.number}"


def test_a_long_answer_fits_its_message(world: World) -> None:
    firm = world.firm()
    held = complaint(world, firm)
    text = "查" * LONGEST
    world.do(answer_complaint, world.clerk, complaint_id=held.pk, text=text, now=world.now)
    world.work()
    with scope(firm.scope):
        assert Message.objects.visible_to(firm).get(kind="voice").body.endswith("…")
    view = answer_by_number(held.number)
    assert view and view.answer == text


def test_an_anonymous_writer_is_told_nothing_and_finds_it_by_number(world: World) -> None:
    held = answered(world)
    world.work()
    with unscoped("test"):
        assert not Message.objects.filter(kind="voice").exists()
    typed = held.number.replace("-", " ").lower()
    view = answer_by_number(typed)
    assert view and view.answer == "已安排人员到岗。" and view.answer_desk == "经办人 01"


def test_a_number_opens_the_answer_and_never_what_was_written(world: World) -> None:
    view = answer_by_number(answered(world).number)
    assert view and not any(word in repr(view) for word in ("王小明", "13800009999", "三楼"))
    assert answer_by_number("TS-FX-20260708-9999") is None and answer_by_number("乱写") is None


def test_it_is_answered_once(world: World) -> None:
    held = answered(world)
    again = {"complaint_id": held.pk, "text": "换个说法", "now": world.now}
    assert world.attempt(answer_complaint, world.clerk2, **again).code == "already_answered"
    with unscoped("test"):
        assert Complaint.objects.get(pk=held.pk).answer == "已安排人员到岗。"


@pytest.mark.parametrize("text", ["", " \u200b\n", "长" * (LONGEST + 1)])
def test_an_answer_says_something_and_fits(world: World, text: str) -> None:
    held = complaint(world)
    refusal = world.attempt(answer_complaint, world.clerk, complaint_id=held.pk, text=text, now=world.now)
    assert refusal.code == "answer"


# ---------------------------------------------------------------- publishing
def publish(world: World, held: Complaint, text: str = "三楼没有人") -> PublicComment:
    return world.do(publish_comment, world.manager, complaint_id=held.pk, text=text, now=world.now)


def test_what_is_published_is_the_moderated_text_with_its_answer(world: World) -> None:
    publish(world, answered(world))
    [comment] = published_comments(world.node())
    assert (comment.text, comment.answer, comment.answer_desk) == (
        "三楼没有人",
        "已安排人员到岗。",
        "经办人 01",
    )
    assert "王小明" not in str(vars(comment))


@pytest.mark.parametrize(
    ("agrees", "is_answered", "words"), [(False, True, "没有同意"), (True, False, "还没有答复")]
)
def test_without_consent_or_answer_nothing_is_published(
    world: World, agrees: bool, is_answered: bool, words: str
) -> None:
    held = (answered if is_answered else complaint)(world, agrees=agrees)
    details = {"complaint_id": held.pk, "text": "三楼没有人", "now": world.now}
    assert words in world.attempt(publish_comment, world.manager, **details).why
    assert not PublicComment.objects.exists()


def test_publishing_and_keeping_private_are_the_managers(world: World) -> None:
    held = answered(world)
    for service in (publish_comment, keep_private):
        word = "text" if service is publish_comment else "reason"
        details = {"complaint_id": held.pk, word: "三楼没有人", "now": world.now}
        assert world.attempt(service, world.clerk, **details).code == "needs_manager"


def test_it_is_decided_once_and_kept_private_with_a_reason(world: World) -> None:
    held = answered(world)
    details = {"complaint_id": held.pk, "now": world.now}
    assert world.attempt(keep_private, world.manager, reason=" ", **details).code == "reason_missing"
    world.do(keep_private, world.manager, reason="改了就看不出原意", **details)
    assert world.attempt(publish_comment, world.manager, text="三楼没有人", **details).code == "not_now"
    assert not PublicComment.objects.exists()


def test_a_published_comment_can_be_taken_down(world: World) -> None:
    held = answered(world)
    publish(world, held)
    details = {"complaint_id": held.pk, "reason": "漏了电话", "now": world.now}
    assert world.attempt(withdraw_comment, world.clerk, **details).code == "needs_manager"
    world.do(withdraw_comment, world.manager, **details)
    assert not published_comments(world.node()).exists()
    assert world.attempt(withdraw_comment, world.manager, **details).code == "not_now"


def test_each_step_is_on_record_without_the_words(world: World) -> None:
    publish(world, answered(world))
    with unscoped("test"):
        events = AuditEvent.objects.filter(stream="complaints:FX").order_by("seq")
        kinds = [e.type for e in events]
        assert kinds == ["complaint.received", "complaint.answered", "complaint.published"]
        assert "三楼" not in str([e.payload for e in events])


@pytest.mark.tenancy
def test_another_node_and_another_firm_reach_none_of_it(world: World) -> None:
    held = answered(world, world.firm())
    steps: list[tuple[Any, dict[str, str]]] = [
        (answer_complaint, {"text": "别处答的"}),
        (publish_comment, {"text": "别处公开的"}),
        (keep_private, {"reason": "别处决定的"}),
        (withdraw_comment, {"reason": "别处撤的"}),
    ]
    with watched_tables() as tables:
        before = tables()
        for actor in (world.hub_clerk, world.desk("总窗口负责人")):
            for service, details in steps:
                with pytest.raises(Complaint.DoesNotExist):
                    world.do(service, actor, complaint_id=held.pk, now=world.now, **details)
        assert tables() == before


# ---------------------------------------------------------------- how many were answered
def test_the_rate_counts_those_still_open(world: World) -> None:
    assert responses_of(world.node(), world.now).rate is None
    answered(world)
    complaint(world)
    complaint(world, agrees=False)
    counted = responses_of(world.node(), world.now)
    assert (counted.answered, counted.received) == (1, 3) and round(counted.rate or 0, 1) == 33.3
    assert responses_of(world.node("XX"), world.now).received == 0
    assert responses_of(world.node(), world.now + timedelta(days=366)).received == 0


@pytest.mark.tenancy
def test_the_public_counts_work_for_a_visitor(world: World) -> None:
    answered(world)
    with scope(VISITOR.scope):
        assert responses_of(world.node(), world.now).received == 1
        assert not Complaint.objects.visible_to(VISITOR).exists(), "the narrow door is shut again"
