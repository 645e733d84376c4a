"""The one table "event -> handlers", and what runs on a schedule."""

from __future__ import annotations

from datetime import timedelta

from qcy.engines.casework.handlers import deliver_result, tell_applicant
from qcy.foundation.documents.handlers import render_document
from qcy.foundation.files.handlers import check_structure, purge_unclaimed_uploads
from qcy.foundation.messages.handlers import mail_message, write_message
from qcy.foundation.outbox.worker import Every, Handlers
from qcy.foundation.parties.handlers import forget_unproven_accounts

HANDLERS: Handlers = {
    "case.event": (tell_applicant, deliver_result),
    "document.issued": (render_document,),
    "file.uploaded": (check_structure,),
    "files.purge_unclaimed": (purge_unclaimed_uploads,),
    "parties.forget_unproven": (forget_unproven_accounts,),
    "message.wanted": (write_message, mail_message),
}

SCHEDULE: tuple[Every, ...] = (
    Every("parties.forget_unproven", timedelta(hours=6)),
    Every("files.purge_unclaimed", timedelta(days=1)),
)
