from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from qcy.engines.casework.enums import CLOSED_STATUSES
from qcy.engines.casework.models import Case
from qcy.foundation.audit.services import record_audit
from qcy.foundation.documents.services import next_number
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.sealed import seal
from qcy.kernel.local_time import local_day
from qcy.kernel.refusals import Refusal, Refused, worded
from qcy.kernel.text import clean

from .duties import close_by_firm, open_duty
from .models import Complaint, Level, Rating, RatingDuty

BAD = frozenset({Level.POOR.value, Level.VERY_POOR.value})
CHANGEABLE = timedelta(days=3)
LONGEST_TEXT = 1_000
LONGEST_COMMENT = 500

NOT_CLOSED = Refusal("not_closed", why="这份办件还没有办结。", fix="办结后就可以评价。")
NOT_YOURS = Refusal("not_yours", why="只有申请企业的办事人可以评价。", fix="请用提交申请的账号登录。")
LONG_COMMENT = Refusal(
    "comment_too_long", why=worded("评价最多 {n} 个字。", n=LONGEST_COMMENT), fix="请精简后再提交。"
)
TOO_LATE = Refusal("too_late", why="办结三天后，评价不能再改。", fix="还有意见的，请到“投诉与建议”留言。")
CHOOSE_LEVEL = Refusal("level", why="还没有选择满意程度。", fix="请从五个选项中选一个。")


@transaction.atomic
def rate_case(*, actor: Actor, case_id: UUID, level: int | None, comment: str, now: datetime) -> Rating:
    """One rating per matter (一事一评), changeable until three days after closure; a bad one opens a duty."""
    case = Case.objects.visible_to(actor).for_update().get(pk=case_id)
    if case.filer_id != actor.person_id:
        raise Refused(NOT_YOURS)
    if case.status not in CLOSED_STATUSES:
        raise Refused(NOT_CLOSED)
    if level not in Level.values:
        raise Refused(CHOOSE_LEVEL)
    words = clean(comment).strip()
    if len(words) > LONGEST_COMMENT:
        raise Refused(LONG_COMMENT)
    rating = Rating.objects.filter(case=case).first()
    if rating is None:
        return _first_rating(case, actor.me, level, words, now)
    if (rating.level, rating.comment) != (level, words):
        if not may_change(rating, now):
            raise Refused(TOO_LATE)
        _change(rating, level, words, now)
    return rating


def may_change(rating: Rating, now: datetime) -> bool:
    closed = rating.case.closed_on
    return closed is not None and local_day(now) <= closed + CHANGEABLE


def _first_rating(case: Case, person_id: UUID, level: int, comment: str, now: datetime) -> Rating:
    rating = Rating(case=case, person_id=person_id, level=level, comment=comment, rated_at=now)
    rating.save(force_insert=True)
    _record_rating(rating, "case.rated", now)
    if level in BAD:
        open_duty(rating, now)
    return rating


def _change(rating: Rating, level: int, comment: str, now: datetime) -> None:
    was_bad = rating.level in BAD
    rating.level, rating.comment, rating.changed_at = level, comment, now
    rating.save(update_fields=["level", "comment", "changed_at"])
    _record_rating(rating, "case.rating_changed", now)
    if level in BAD and not RatingDuty.objects.filter(rating=rating).exists():
        open_duty(rating, now)
    if was_bad and level not in BAD:
        close_by_firm(rating, now)


def _record_rating(rating: Rating, type: str, now: datetime) -> None:
    record_audit(
        stream=f"ratings:{rating.case.node_id}",
        type=type,
        now=now,
        actor_id=rating.person_id,
        node_id=rating.case.node_id,
        payload={"case": str(rating.case_id), "level": rating.level},
    )


@transaction.atomic
def file_complaint(
    *,
    actor: Actor,
    node: Node,
    text: str,
    contact: str,
    page: str,
    may_publish: bool = False,
    now: datetime,
) -> Complaint:
    """Store a complaint and give it a receipt number. Only with the writer's consent may it be published."""
    text = clean(text).strip()
    if not text:
        raise Refused(Refusal("text_missing", why="还没有写内容。", fix="请写清遇到了什么问题、在哪一步。"))
    if len(text) > LONGEST_TEXT:
        why = worded("内容有 {n} 个字，最多 {most} 个。", n=len(text), most=LONGEST_TEXT)
        raise Refused(Refusal("text_too_long", why=why, fix="请精简后再提交，或分两次提交。"))
    today = local_day(now)
    serial = next_number(f"complaint:{node.code}:{today:%Y%m%d}")
    complaint = Complaint(
        number=f"TS-{node.code}-{today:%Y%m%d}-{serial:04d}",
        node=node,
        person_id=actor.person_id,
        page=clean(page)[:200],
        text=text,
        contact=seal(clean(contact).strip()[:100]) if clean(contact).strip() else "",
        may_publish=may_publish,
        received_at=now,
    )
    complaint.save(force_insert=True)
    record_audit(
        stream=f"complaints:{node.code}",
        type="complaint.received",
        now=now,
        actor_id=actor.person_id,
        node_id=node.pk,
        payload={"complaint": str(complaint.pk)},
    )
    return complaint


def mark_complaint_read(*, actor: Actor, complaint_id: UUID, now: datetime) -> None:
    held = Complaint.objects.visible_to(actor).get(pk=complaint_id)
    Complaint.objects.filter(pk=held.pk, read_at=None).update(read_at=now)
