"""What becomes of a complaint: one official answer, and with the writer's consent a public version of both."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from qcy.foundation.audit.services import record_audit
from qcy.foundation.messages.services import send_message
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.enums import STAFF_ROLES, Role
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused
from qcy.kernel.text import clean

from .models import Complaint, PublicComment

LONGEST = 1_000
LONGEST_REASON = 200
LONGEST_IN_MESSAGE = 400  # a message informs; the whole answer stands behind its link
ANSWER_URL = "/complaints/answer/?number={number}"

NOT_STAFF = Refusal("not_your_role", why="这件反映由收到它的节点答复。", fix="请转给那个节点。")
NEEDS_MANAGER = Refusal(
    "needs_manager", why="是否公开由节点负责人决定。", fix="请先写好答复，再告诉节点负责人。"
)
ANSWERED = Refusal("already_answered", why="这件反映已经答复过。", fix="页面已更新，请核对。")
NO_ANSWER = Refusal("answer", why="还没有写答复。", fix="请写清查了什么、怎么办、找谁问。")
LONG_ANSWER = Refusal("answer", why=f"答复最多 {LONGEST} 个字。", fix="请精简后再提交。")
NOT_ANSWERED = Refusal("not_now", why="还没有答复，不能公开。", fix="请先答复。")
NO_CONSENT = Refusal("not_now", why="写的人没有同意公开。", fix="答复已经发给本人，不用公开。")
DECIDED = Refusal("not_now", why="已经决定过是否公开。", fix="页面已更新，请核对。")
NO_TEXT = Refusal("text", why="公开的内容是空的。", fix="请留下反映的问题，去掉姓名、电话等个人信息。")
LONG_TEXT = Refusal("text", why=f"公开的内容最多 {LONGEST} 个字。", fix="请精简后再公开。")
NO_REASON = Refusal(
    "reason_missing", why="还没有写不公开的原因。", fix="例如：涉及他人隐私，改了就看不出原意。"
)
NOT_PUBLIC = Refusal("not_now", why="这条留言没有公开。", fix="页面已更新，请核对。")


@transaction.atomic
def answer_complaint(*, actor: Actor, complaint_id: UUID, text: str, now: datetime) -> Complaint:
    """One official answer, given once; a writer who signed in is told in the inbox."""
    complaint = _held(actor, complaint_id)
    if not STAFF_ROLES & actor.roles_at(complaint.node_id):
        raise Refused(NOT_STAFF)
    if complaint.answered_at:
        raise Refused(ANSWERED)
    words = _within(text, NO_ANSWER, LONG_ANSWER)
    complaint.answer, complaint.answered_at, complaint.answered_by = words, now, actor.me
    complaint.answer_desk = actor.desk_at(complaint.node_id)
    complaint.read_at = complaint.read_at or now
    complaint.save()
    if complaint.person_id:
        _tell(complaint.person_id, complaint, now)
    _record(complaint, "complaint.answered", actor, now)
    return complaint


def _tell(person_id: UUID, complaint: Complaint, now: datetime) -> None:
    whole = complaint.answer
    short = whole if len(whole) <= LONGEST_IN_MESSAGE else f"{whole[:LONGEST_IN_MESSAGE]}…"
    send_message(
        person_id=person_id,
        kind="voice",
        title=f"您反映的问题有了答复（{complaint.number}）",
        body=short,
        url=ANSWER_URL.format(number=complaint.number),
        now=now,
    )


@transaction.atomic
def publish_comment(*, actor: Actor, complaint_id: UUID, text: str, now: datetime) -> PublicComment:
    """The moderated text beside its answer. The original, the name and the contact stay where they are."""
    complaint = _to_decide(actor, complaint_id)
    comment = PublicComment(
        complaint=complaint,
        node_id=complaint.node_id,
        text=_within(text, NO_TEXT, LONG_TEXT),
        answer=complaint.answer,
        answer_desk=complaint.answer_desk,
        received_on=local_day(complaint.received_at),
        published_at=now,
    )
    comment.save(force_insert=True)
    _record(complaint, "complaint.published", actor, now)
    return comment


@transaction.atomic
def keep_private(*, actor: Actor, complaint_id: UUID, reason: str, now: datetime) -> None:
    complaint = _to_decide(actor, complaint_id)
    words = clean(reason).strip()[:LONGEST_REASON]
    if not words:
        raise Refused(NO_REASON)
    complaint.kept_private_because = words
    complaint.save(update_fields=["kept_private_because"])
    _record(complaint, "complaint.kept_private", actor, now)


@transaction.atomic
def withdraw_comment(*, actor: Actor, complaint_id: UUID, reason: str, now: datetime) -> None:
    """Take a published comment down again: personal data was overlooked, or the writer asks."""
    complaint = _held(actor, complaint_id)
    if Role.NODE_MANAGER not in actor.roles_at(complaint.node_id):
        raise Refused(NEEDS_MANAGER)
    words = clean(reason).strip()[:LONGEST_REASON]
    if not words:
        raise Refused(NO_REASON)
    if not PublicComment.objects.filter(complaint=complaint, withdrawn_at=None).update(withdrawn_at=now):
        raise Refused(NOT_PUBLIC)
    complaint.kept_private_because = words
    complaint.save(update_fields=["kept_private_because"])
    _record(complaint, "complaint.unpublished", actor, now)


def _to_decide(actor: Actor, complaint_id: UUID) -> Complaint:
    complaint = _held(actor, complaint_id)
    if Role.NODE_MANAGER not in actor.roles_at(complaint.node_id):
        raise Refused(NEEDS_MANAGER)
    if not complaint.answered_at:
        raise Refused(NOT_ANSWERED)
    if not complaint.may_publish:
        raise Refused(NO_CONSENT)
    if complaint.kept_private_because or PublicComment.objects.filter(complaint=complaint).exists():
        raise Refused(DECIDED)
    return complaint


def _held(actor: Actor, complaint_id: UUID) -> Complaint:
    """Of the actor's own nodes: whoever wrote it sees it too, but does not handle it."""
    found: Complaint = Complaint.objects.visible_to(actor).for_update().get(pk=complaint_id)
    return found


def _within(text: str, missing: Refusal, long: Refusal) -> str:
    words = clean(text).strip()
    if not words:
        raise Refused(missing)
    if len(words) > LONGEST:
        raise Refused(long)
    return words


def _record(complaint: Complaint, type: str, actor: Actor, now: datetime) -> None:
    record_audit(
        stream=f"complaints:{complaint.node.code}",
        type=type,
        now=now,
        actor_id=actor.person_id,
        node_id=complaint.node_id,
        payload={"complaint": str(complaint.pk)},
    )
