"""What follows from each step of a story, without leases and retries: a demo is built whole or not at all."""

from __future__ import annotations

from datetime import datetime

from qcy.engines.casework.handlers import note_timeline, tell_applicant, tell_desk
from qcy.foundation.database.scope import Scope, scope
from qcy.foundation.documents.handlers import render_document
from qcy.foundation.messages.handlers import mail_message, text_message
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.outbox.worker import Handlers
from qcy.wiring import HANDLERS

# PDFs are made when somebody opens them: rendering hundreds at once would keep the first visitor waiting;
# an invented history mails nobody
LEFT_OUT = (render_document, mail_message, text_message)
WITHOUT_PDF: Handlers = {
    topic: tuple(h for h in handlers if h not in LEFT_OUT) for topic, handlers in HANDLERS.items()
}
SILENT: Handlers = {
    topic: tuple(h for h in handlers if h not in (tell_applicant, tell_desk, note_timeline))
    for topic, handlers in WITHOUT_PDF.items()
}


def work_everything_off(now: datetime, handlers: Handlers = WITHOUT_PDF) -> None:
    """Each due row in the scope it was written in, until none is left. Runs inside the demo's one transaction."""
    while due := list(
        OutboxRow.objects.filter(state=RowState.READY, run_after__lte=now).order_by("run_after", "id")
    ):
        OutboxRow.objects.filter(pk__in=[row.pk for row in due]).update(state=RowState.DONE)
        for row in due:
            for handler in handlers.get(row.topic, ()):
                with scope(Scope.from_json(row.row_scope)):
                    handler(row.payload, now)
