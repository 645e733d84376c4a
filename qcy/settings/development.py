"""`make run`: the demo world on this machine."""

from .base import *  # noqa: F403

DEBUG = False
QCY_SHOW_CODES = True
QCY_GALLERY = True
QCY_SMS_SENDER = "qcy.foundation.messages.sms.PrintSender"
