"""`qcy serve`: one process group of web and worker; a dead child is restarted, the group ends together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

POLL_SECONDS = 0.5
IDLE_SECONDS = 0.5
RESTART_PAUSE_SECONDS = 1.0


def supervise(host: str, port: int) -> int:
    commands = {"web": web_command(host, port), "worker": [sys.executable, "-m", "qcy.cli", "worker"]}
    children = {name: subprocess.Popen(command) for name, command in commands.items()}
    signal.signal(signal.SIGTERM, _stop)
    print(f"秦创原综合服务已启动：http://{host}:{port}", flush=True)
    try:
        while True:
            time.sleep(POLL_SECONDS)
            for name, child in children.items():
                if child.poll() is not None:
                    print(f"{name} 已退出（{child.returncode}），正在重启", file=sys.stderr, flush=True)
                    time.sleep(RESTART_PAUSE_SECONDS)
                    children[name] = subprocess.Popen(commands[name])
    except KeyboardInterrupt:
        return 0
    finally:
        _end(list(children.values()))


def web_command(host: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"),
        "qcy.delivery.web.wsgi:application",
    ]


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()


def run_worker() -> int:
    """Work the outbox off until told to stop or until the supervisor is gone."""
    from django.db import close_old_connections

    from qcy.delivery.web.clock import current_moment
    from qcy.foundation.outbox.worker import ask_for_scheduled, work_off
    from qcy.wiring import HANDLERS, SCHEDULE

    signal.signal(signal.SIGTERM, _stop)
    parent = os.getppid()
    try:
        while os.getppid() == parent:
            close_old_connections()
            now = current_moment()
            ask_for_scheduled(SCHEDULE, now)
            if not work_off(HANDLERS, now):
                time.sleep(IDLE_SECONDS)
    except KeyboardInterrupt:
        pass
    return 0
