from __future__ import annotations

import os

import pytest

from tests.faults.place import Place

FULL = bool(os.environ.get("QCY_FAULTS_FULL"))
DRAFTS = 500 if FULL else 100
RUNS = 3 if FULL else 1


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Never served itself: every test copies it."""
    return Place(tmp_path_factory.mktemp("filled")).filled(DRAFTS)
