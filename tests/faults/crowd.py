"""Firms that press 提交 over HTTP, press again when no answer came, and sometimes press twice at once."""

from __future__ import annotations

import http.client
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from bench.drafts import Ready
from tests.faults.place import PATIENCE_SECONDS

CLIENTS = 8
PRESSES_TWICE = 0.1
NO_ANSWER = (ConnectionError, http.client.HTTPException, TimeoutError)


@dataclass
class Crowd:
    port: int
    drafts: Sequence[Ready]
    seed: int
    acknowledged: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # draft -> cases
    answers: Counter[str] = field(default_factory=Counter)  # what else the firms met
    lock: Lock = field(default_factory=Lock)
    finished: Event = field(default_factory=Event)

    def clicks(self) -> list[Ready]:
        """The drafts in a random order; the second click of a double click comes right after the first."""
        dice = random.Random(self.seed)
        shuffled = dice.sample(list(self.drafts), len(self.drafts))
        return [click for d in shuffled for click in ([d, d] if dice.random() < PRESSES_TWICE else [d])]

    def press(self) -> None:
        """Until every click has led to a receipt."""
        try:
            with ThreadPoolExecutor(CLIENTS) as pool:
                clicks = [pool.submit(self.click, ready) for ready in self.clicks()]
                wait(clicks)
            for click in clicks:
                click.result()
        finally:
            self.finished.set()

    def has(self, receipts: int) -> bool:
        return len(self.acknowledged) >= receipts or self.finished.is_set()

    def click(self, ready: Ready) -> None:
        limit = monotonic() + PATIENCE_SECONDS
        while monotonic() < limit:
            if case := self.attempt(ready):
                with self.lock:
                    self.acknowledged[ready.draft].add(case)
                return
            self.finished.wait(0.05)  # a firm looks up before it presses again
        raise AssertionError(f"no receipt for {ready.draft}: {dict(self.answers)}")

    def attempt(self, ready: Ready) -> str:
        """The case of the receipt the firm is led to, or "" without an answer."""
        try:
            status, location = self.post(ready)
        except NO_ANSWER as fault:
            self.count(type(fault).__name__)
            return ""
        self.count(str(status))
        parts = location.strip("/").split("/")
        return parts[-2] if status == 302 and parts[-1] == "receipt" else ""

    def post(self, ready: Ready) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", f"/me/drafts/{ready.draft}/submit/", self.body(ready), headers(ready))
            response = connection.getresponse()
            response.read()
            return response.status, response.headers.get("Location", "")
        finally:
            connection.close()

    def body(self, ready: Ready) -> str:
        token = ready.cookies["csrftoken"]
        return urlencode({"csrfmiddlewaretoken": token, "confirm": "yes", "seen": ready.seen})

    def count(self, answer: str) -> None:
        with self.lock:
            self.answers[answer] += 1


def headers(ready: Ready) -> dict[str, Any]:
    cookies = "; ".join(f"{name}={value}" for name, value in ready.cookies.items())
    return {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
