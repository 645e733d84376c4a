"""The one table "event -> handlers", and what runs on a schedule."""

from __future__ import annotations

from datetime import timedelta

from qcy.engines.casework.handlers import deliver_result, note_timeline, tell_applicant, tell_desk
from qcy.engines.casework.personal import ask_erasing, erase_case
from qcy.engines.casework.reminders import remind_of_drafts
from qcy.engines.casework.sweeps import (
    act_on_time,
    ask_overtaken,
    ask_recomputing,
    ask_releasing,
    recompute,
    release,
    warn,
)
from qcy.engines.catalogue.editions import follow_editions
from qcy.engines.register.importing import read_part, write_part
from qcy.engines.register.reminders import ask_reminding, remind_owners
from qcy.foundation.audit.roots import make_daily_root
from qcy.foundation.documents.handlers import render_document
from qcy.foundation.files.handlers import check_structure, purge_unclaimed_uploads
from qcy.foundation.messages.handlers import mail_message, text_message, write_message
from qcy.foundation.outbox.worker import Every, Handlers
from qcy.foundation.parties.handlers import forget_unproven_accounts

HANDLERS: Handlers = {
    "audit.root": (make_daily_root,),
    "calendar.loaded": (ask_recomputing,),
    "catalogue.edition": (follow_editions,),
    "case.event": (tell_applicant, tell_desk, note_timeline, deliver_result),
    "case.erase": (erase_case,),
    "case.overtaken": (act_on_time,),
    "case.recompute": (recompute,),
    "case.release": (release,),
    "mandate.ended": (ask_releasing,),
    "register.read": (read_part,),
    "register.remind": (remind_owners,),
    "register.write": (write_part,),
    "sweep.drafts": (remind_of_drafts,),
    "sweep.erase": (ask_erasing,),
    "sweep.overtaken": (ask_overtaken,),
    "sweep.titles": (ask_reminding,),
    "sweep.warn": (warn,),
    "document.issued": (render_document,),
    "file.uploaded": (check_structure,),
    "files.purge_unclaimed": (purge_unclaimed_uploads,),
    "parties.forget_unproven": (forget_unproven_accounts,),
    "message.wanted": (write_message, mail_message, text_message),
}

SCHEDULE: tuple[Every, ...] = (
    Every("parties.forget_unproven", timedelta(hours=6)),
    Every("catalogue.edition", timedelta(hours=6)),  # an edition of tomorrow comes into force by itself
    Every("audit.root", timedelta(hours=1)),  # made once a day, by the first run after midnight
    Every("sweep.drafts", timedelta(hours=6)),
    Every("sweep.erase", timedelta(hours=24)),
    Every("sweep.overtaken", timedelta(minutes=10)),
    Every("sweep.titles", timedelta(hours=6)),
    Every("sweep.warn", timedelta(minutes=10)),
    Every("files.purge_unclaimed", timedelta(days=1)),
)
