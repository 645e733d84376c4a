"""The command line as a person uses it."""

from __future__ import annotations

import subprocess
import sys

from tests.world import ROOT


def qcy(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qcy.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=environment or None,
    )


def test_the_clock_needs_neither_settings_nor_database() -> None:
    answer = qcy(
        "clock",
        "due",
        "--accepted",
        "2025-09-30",
        "--days",
        "5",
        PATH="/usr/bin",
        DJANGO_SETTINGS_MODULE="nowhere",
    )
    assert answer.stdout.strip() == "2025-10-14"


def test_a_year_without_holidays_is_marked_provisional() -> None:
    assert "暂定" in qcy("clock", "due", "--accepted", "2026-12-30", "--days", "5").stdout


def test_the_kernel_clock_does_not_import_django() -> None:
    code = "import sys; from qcy.cli import main; main(['clock','due','--accepted','2026-07-08','--days','1']); assert 'django' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
