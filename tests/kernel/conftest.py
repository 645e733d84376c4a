"""Shared by the kernel tests: the real calendar, and no time limit on a single Hypothesis example."""

from pathlib import Path

import pytest
import yaml
from hypothesis import settings

from qcy.kernel.calendar import Calendar, load_calendar

settings.register_profile("kernel", deadline=None)  # a busy machine is not a failing promise
settings.load_profile("kernel")

YEAR_FILES = sorted((Path(__file__).parents[2] / "seeds" / "calendar").glob("cn-*.yaml"))


@pytest.fixture(scope="session")
def year_documents() -> list[dict]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in YEAR_FILES]


@pytest.fixture(scope="session")
def calendar(year_documents: list[dict]) -> Calendar:
    return load_calendar(year_documents)
