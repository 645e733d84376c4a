"""The real `qcy serve` on a prepared place, killed at random moments while firms press 提交."""

from __future__ import annotations

import random
import sqlite3
from functools import partial
from threading import Thread
from time import sleep

from qcy.foundation.outbox.worker import LEASE
from tests.browser.server import Server
from tests.faults.crowd import Crowd
from tests.faults.place import Place, wait_for
from tests.world import NOW

LONGEST_AIM_SECONDS = 0.03  # about as long as a submission takes: the kill falls anywhere in one


class Served(Server):
    """Its frozen clock stands later after every restart, so that the leases of the killed worker end."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.folder)
        self.place = place
        self.starts = 0

    def environment(self) -> dict[str, str]:
        moment = NOW + self.starts * LEASE * 2
        return self.place.environment() | {
            "QCY_FREEZE_NOW": moment.isoformat(),
            "QCY_PUBLIC_URL": self.url,
        }

    def start(self) -> None:
        self.starts += 1
        super().start()

    def waiting(self) -> int:
        with sqlite3.connect(self.place.database) as database:
            rows = "SELECT count(*) FROM outbox_outboxrow WHERE state IN ('ready', 'leased')"
            return int(database.execute(rows).fetchone()[0])

    def work_off(self) -> None:
        """However much the worker has to do, as long as it does it."""
        while left := self.waiting():
            wait_for(partial(self.has_less_than, left), "the worker")

    def has_less_than(self, rows: int) -> bool:
        return self.waiting() < rows


def submit_under_fire(place: Place, *, kills: int, seed: int) -> Crowd:
    """All drafts submitted and all letters written in spite of `kills` times kill -9; who was promised what."""
    server = Served(place)
    crowd = Crowd(server.port, place.drafts, seed)
    server.start()
    pressing = Thread(target=crowd.press)
    pressing.start()
    try:
        for target in targets(len(place.drafts), kills, seed):
            wait_for(partial(crowd.has, target), "answers")
            sleep(random.Random(seed * 1000 + target).random() * LONGEST_AIM_SECONDS)
            server.kill()
            server.start()
        pressing.join()
        server.work_off()
    finally:
        server.stop()
    return crowd


def targets(drafts: int, kills: int, seed: int) -> list[int]:
    """After how many receipts the server dies: one moment in each equal part of the way."""
    dice, part = random.Random(seed), drafts // (kills + 1)
    return [part * n + dice.randrange(part) for n in range(kills)]
