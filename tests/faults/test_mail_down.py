"""S3 while the mail server is down for three days: nothing is forgotten, nothing is said twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

from qcy.engines.casework.services import accept_case
from qcy.foundation.database.scope import unscoped
from qcy.foundation.documents.handlers import render_document
from qcy.foundation.messages.models import Message
from qcy.foundation.outbox.enums import RowState
from qcy.foundation.outbox.models import OutboxRow
from qcy.foundation.outbox.worker import (
    MOST_ATTEMPTS,
    STUCK_FROM,
    send_again,
    undelivered,
    wait_before,
    work_off,
)
from qcy.foundation.parties.enums import ContactKind
from qcy.foundation.parties.models import PersonContact
from qcy.foundation.parties.sealed import lookup, seal
from qcy.wiring import HANDLERS
from tests.world import World

MAILING = {t: [h for h in handlers if h is not render_document] for t, handlers in HANDLERS.items()}
TITLE = "您的申请已受理"
ADDRESS = "office@firm.invalid"
OUTAGE = timedelta(days=3)
STEP = timedelta(minutes=1)


class DeadServer(EmailBackend):
    down = True

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if DeadServer.down:
            raise ConnectionRefusedError("mail server down")
        return super().send_messages(messages)


@pytest.fixture
def mail_server(settings: Any) -> type[DeadServer]:
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"
    DeadServer.down = True
    return DeadServer


def mail_rows() -> list[OutboxRow]:
    with unscoped("test"):
        return list(OutboxRow.objects.filter(topic="message.wanted", payload__title=TITLE).order_by("id"))


def titles() -> list[str]:
    with unscoped("test"):
        return list(Message.objects.filter(title=TITLE).values_list("title", flat=True))


def accepted_for_a_firm_with_an_address(world: World) -> None:
    """Asked for while the server is down: the mail that says the application is accepted."""
    case = world.case(0, verified=True)
    world.work(MAILING)
    with unscoped("test"):
        PersonContact(
            person=world.person(0),
            kind=ContactKind.EMAIL,
            sealed=seal(ADDRESS),
            lookup=lookup(ContactKind.EMAIL, ADDRESS),
            verified_at=world.now,
        ).save(force_insert=True)
    world.do(accept_case, world.clerk, case_id=case.pk, version=case.version, now=world.now)


def wait_out(world: World) -> list[tuple[timedelta, int]]:
    """The worker looks every minute for three days; when after the acceptance each attempt was made."""
    attempts, passed = [], timedelta()
    while passed <= OUTAGE:
        work_off(MAILING, world.now + passed)
        made = sum(row.attempts for row in mail_rows())
        if not attempts or made > attempts[-1][1]:
            attempts.append((passed, made))
        passed += STEP if passed < timedelta(hours=2) else timedelta(hours=1)
    return attempts


def test_S3_a_mail_server_down_for_three_days_loses_no_mail_and_doubles_no_message(
    world: World, mail_server: type[DeadServer]
) -> None:
    accepted_for_a_firm_with_an_address(world)
    attempts = wait_out(world)
    waits = [later - earlier for (earlier, _), (later, _) in pairwise(attempts)]
    assert waits[0] < waits[-1] and STUCK_FROM < len(attempts) < MOST_ATTEMPTS, attempts
    (row,) = mail_rows()
    assert (row.state, row.attempts) == (RowState.READY, len(attempts)), (
        "still tried, and listed in the console"
    )
    assert row.pk in [stuck.pk for stuck in undelivered()]
    assert "ConnectionRefusedError" in row.last_error
    assert titles() == [TITLE], "the firm reads it in the portal, once, whatever the mail does"
    assert mail.outbox == []

    mail_server.down = False
    back = world.now + OUTAGE + timedelta(hours=2)
    while work_off(MAILING, back):
        pass
    assert [(m.subject, m.to) for m in mail.outbox] == [(TITLE, [ADDRESS])], "without anybody"
    assert titles() == [TITLE]
    assert [row.state for row in mail_rows()] == [RowState.DONE]


def test_S3_an_impatient_operator_presses_twice_and_the_mail_goes_once(
    world: World, mail_server: type[DeadServer]
) -> None:
    accepted_for_a_firm_with_an_address(world)
    wait_out(world)
    (row,) = mail_rows()
    mail_server.down = False
    for _ in range(2):
        send_again(row.pk, world.now + OUTAGE)
        while work_off(MAILING, world.now + OUTAGE):
            pass
    assert [(m.subject, m.to) for m in mail.outbox] == [(TITLE, [ADDRESS])]
    assert titles() == [TITLE]


def test_S3_a_mail_server_that_comes_back_in_time_gets_the_mail_once_without_anybody(
    world: World, mail_server: type[DeadServer]
) -> None:
    accepted_for_a_firm_with_an_address(world)
    while work_off(MAILING, world.now):
        pass
    (row,) = mail_rows()
    assert (row.state, row.attempts) == (RowState.READY, 1)
    assert row.run_after == world.now + wait_before(2), "not again at once"
    mail_server.down = False
    for minutes in range(1, 60):
        work_off(MAILING, world.now + timedelta(minutes=minutes))
    assert len(mail.outbox) == 1 and titles() == [TITLE]
