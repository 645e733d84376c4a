"""What the public has written in the demo world, and what became of it: answered, published, kept or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from qcy.engines.ratings.models import Complaint, PublicComment
from qcy.engines.ratings.services import file_complaint, mark_complaint_read
from qcy.engines.ratings.voice import answer_complaint, keep_private, publish_comment, withdraw_comment
from qcy.foundation.nodes.models import Node
from qcy.foundation.parties.actor import VISITOR, Actor, actor_for
from qcy.foundation.parties.models import Person
from qcy.kernel.calendar import Calendar
from qcy.kernel.local_time import SHANGHAI

from .turns import do

CLERKS = {"FX": "经办人 01", "XX": "总窗口经办人 01"}
MANAGERS = {"FX": "节点负责人", "XX": "总窗口负责人"}
ANSWERED_AT, AN_HOUR = time(16), timedelta(hours=1)


@dataclass(frozen=True)
class Voice:
    staff: Mapping[str, Person]
    today: date
    calendar: Calendar

    def tell(self, rows: Iterable[Mapping[str, Any]]) -> None:
        nodes = {node.code: node for node in Node.objects.all()}
        for row in rows:
            self._tell(nodes[row["node"]], row)
        PublicComment.objects.update(is_demo=True)

    def _tell(self, node: Node, row: Mapping[str, Any]) -> None:
        received = self._moment(self.today - timedelta(days=row["days_ago"]), time.fromisoformat(row["at"]))
        complaint = file_complaint(
            actor=VISITOR,
            node=node,
            text=row["text"],
            contact=row.get("contact", ""),
            page=row["page"],
            may_publish=row.get("consents", False),
            now=received,
        )
        clerk = self._desk(node, CLERKS, "经办人 01")
        if row.get("read"):
            do(mark_complaint_read, clerk, complaint_id=complaint.pk, now=received + AN_HOUR)
        if answer := row.get("answered"):
            now = self._moment(self._working_day(received.date(), answer["after"]), ANSWERED_AT)
            do(answer_complaint, clerk, complaint_id=complaint.pk, text=answer["text"], now=now)
            self._moderate(complaint, self._desk(node, MANAGERS, "节点负责人"), row, now + AN_HOUR)

    def _moderate(self, complaint: Complaint, manager: Actor, row: Mapping[str, Any], now: datetime) -> None:
        details = {"complaint_id": complaint.pk, "now": now}
        if text := row.get("published"):
            do(publish_comment, manager, text=text, **details)
        if reason := row.get("kept"):
            do(keep_private, manager, reason=reason, **details)
        if reason := row.get("withdrawn"):
            do(withdraw_comment, manager, reason=reason, **details)

    def _working_day(self, received: date, after: int) -> date:
        """A long holiday may reach beyond today: nothing in the story lies in the future."""
        *_, day = islice(self.calendar.working_days_after(received), after)
        return min(day, self.today - timedelta(days=1))

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, SHANGHAI)

    def _desk(self, node: Node, named: Mapping[str, str], else_: str) -> Actor:
        return actor_for(self.staff[named.get(node.code, f"{node.code} {else_}")], self.today)
