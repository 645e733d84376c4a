from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest

from qcy.foundation.parties.actor import Actor


class Request(HttpRequest):
    """What the middleware adds: who acts, and the one moment this request happens at."""

    actor: Actor
    now: datetime
    today: date
