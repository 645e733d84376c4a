"""The command line as a person uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.yaml", "**no yaml", "第 1 行不是有效的 YAML"),
        ("b.yaml", "- a list", "不是节点文件"),
        ("c.yaml", "code: ZZ", "节点文件缺少"),
        ("missing.yaml", None, "请核对路径"),
    ],
)
def test_a_wrong_file_is_refused_in_words(tmp_path: Path, name: str, content: str | None, words: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content, "utf-8")
    kept = {k: v for k, v in os.environ.items() if k not in ("QCY_DATABASE_URL", "QCY_APPLICATION_ROLE")}
    answer = qcy("node", "load", str(file), **kept)
    assert answer.returncode == 1 and words in answer.stderr and "Traceback" not in answer.stderr
