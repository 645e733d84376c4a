"""The door to a text-message provider. An operator names its own sender in QCY_SMS_SENDER."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Sender(Protocol):
    def send(self, phone: str, text: str) -> None:
        """Hand one message to the provider; raise to have it tried again."""


class PrintSender:
    """Development: what would have been sent goes to the log of the server, with the number masked."""

    def send(self, phone: str, text: str) -> None:
        print(f"短信（手机尾号 {phone[-4:]}）：{text}", flush=True)


def sender() -> Sender | None:
    """None where no provider is configured: the message still stands in the inbox."""
    return import_string(settings.QCY_SMS_SENDER)() if settings.QCY_SMS_SENDER else None
