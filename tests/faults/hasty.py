"""Negative control: the development server with one classic mistake, an answer before the commit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from qcy.settings.development import *  # noqa: F403
from qcy.settings.development import MIDDLEWARE as PRODUCT

WAITING = 4
MIDDLEWARE = ["tests.faults.hasty.AnswerFirst", *PRODUCT]


class AnswerFirst:
    """Promises the receipt at once and submits afterwards, from a short queue in memory."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.queue = ThreadPoolExecutor(1)
        self.room = BoundedSemaphore(WAITING)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.endswith("/submit/"):
            return self.get_response(request)
        request.body  # noqa: B018 - read while the connection is open
        self.room.acquire()
        self.queue.submit(self.get_response, request).add_done_callback(lambda _: self.room.release())
        draft = request.path.split("/")[-3]
        return HttpResponseRedirect(f"/me/cases/{draft}/receipt/")
