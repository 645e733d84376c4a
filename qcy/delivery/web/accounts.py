"""What allauth needs from us: phones and e-mail addresses live sealed in PersonContact."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from qcy.delivery.web.sentences import told
from qcy.foundation.messages.sms import sender
from qcy.foundation.parties.enums import ContactKind
from qcy.foundation.parties.models import Person, PersonContact
from qcy.foundation.parties.sealed import mask_email
from qcy.foundation.parties.services import find_by_contact, parse_phone, prove_contact
from qcy.kernel.refusals import Refusal, Refused

from .clock import current_moment

log = structlog.get_logger(__name__)


def send_code(phone: str, code: str) -> None:
    """A one-time code goes out at once, never through the outbox: it is worth nothing in five minutes."""
    if settings.QCY_SHOW_CODES:
        print(f"验证码 {code}（手机尾号 {phone[-4:]}，5 分钟内有效）", flush=True)
        return
    provider = sender()
    if provider is None:
        raise Refused(Refusal("no_sms", why="短信通道还没有配置，暂时不能发送验证码。", fix="请联系运营方。"))
    provider.send(phone, f"验证码 {code}，5 分钟内有效。工作人员不会向您索要验证码。")


def mail_code(address: str, code: str) -> None:
    """A one-time code by mail; the address has to be reachable now."""
    if settings.QCY_SHOW_CODES:
        print(f"验证码 {code}（邮箱 {mask_email(address)}，5 分钟内有效）", flush=True)
        return
    text = _("验证码 {code}，5 分钟内有效。工作人员不会向您索要验证码。").format(code=code)
    send_mail(_("验证码"), text, settings.DEFAULT_FROM_EMAIL, [address])


CODE_SENT = {"account/messages/login_code_sent.txt", "account/messages/phone_verification_sent.txt"}
"""What allauth calls its notices of a code; others, such as "signed in", are seen from the page itself."""


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: Any) -> bool:
        return False  # accounts open at the sign-in page, by phone and code only

    def clean_phone(self, phone: str) -> str:
        try:
            return parse_phone(phone)
        except Refused as refused:
            raise ValidationError(told(refused.refusal)) from refused

    def get_user_by_phone(self, phone: str) -> Person | None:
        return find_by_contact(ContactKind.PHONE, phone)

    def get_phone(self, user: Person) -> tuple[str, bool] | None:
        contact = PersonContact.objects.filter(person=user, kind=ContactKind.PHONE).first()
        return (contact.value, contact.verified_at is not None) if contact else None

    def set_phone(self, user: Person, phone: str, verified: bool) -> None:
        raise NotImplementedError("phones are set when an account opens")

    def set_phone_verified(self, user: Person, phone: str) -> None:
        prove_contact(person=user, kind=ContactKind.PHONE, value=phone, now=current_moment())

    def send_verification_code_sms(self, user: Person, phone: str, code: str, **kwargs: Any) -> None:
        send_code(phone, code)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        raise NotImplementedError("unknown phones open an account")

    def add_message(
        self, request: Any, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        """Two of allauth's notices matter to people: a code was sent, and there are no tries left."""
        if level >= messages.ERROR:
            messages.error(request, _("验证码输错次数太多，或获取太频繁。请重新获取验证码。"))
        elif message_template in CODE_SENT:
            messages.success(request, _("验证码已发送，5 分钟内有效。"))


class EmailPasswordBackend:
    """Staff sign in by e-mail and password; the address is looked up by its keyed hash."""

    def authenticate(self, request: Any, email: str = "", password: str = "", **_: Any) -> Person | None:
        if not email or not password:
            return None
        person = find_by_contact(ContactKind.EMAIL, email.strip().lower())
        if person is None:
            make_password(password)  # an unknown address takes as long as a wrong password
            return None
        return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: Any) -> Person | None:
        return Person.objects.filter(pk=user_id).first()
