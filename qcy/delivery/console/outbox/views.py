"""Messages and documents that could not be delivered, and the button that tries again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qcy.delivery.console.shell import shell
from qcy.delivery.web.gates import operator, writes
from qcy.foundation.audit.services import record_audit
from qcy.foundation.outbox.worker import send_again, undelivered

TOPICS = {
    "message.wanted": "消息提醒",
    "document.issued": "生成文书 PDF",
    "file.uploaded": "材料格式检查",
    "case.event": "办件后续处理",
    "case.overtaken": "到期处理",
    "case.recompute": "到期日重算",
}


@operator
def dead(request: Any) -> HttpResponse:
    rows = [(row, TOPICS.get(row.topic, row.topic)) for row in undelivered()]
    return render(request, "console/outbox/dead.html", {"rows": rows, **shell(request)})


@operator
@writes(back="../../")
def again(request: Any, row_id: UUID) -> HttpResponse:
    if send_again(row_id, request.now):
        record_audit(
            stream="outbox",
            type="outbox.sent_again",
            now=request.now,
            actor_id=request.actor.me,
            payload={"row": str(row_id)},
        )
        messages.success(request, _("已重新排队，一分钟内会再试。"))
    else:
        messages.warning(request, _("这一条已经不在列表里，可能别人已经重新发送。"))
    return HttpResponseRedirect(reverse("dead_letters"))
