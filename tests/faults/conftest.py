from __future__ import annotations

import pytest

from tests.faults.place import DRAFTS, Place


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Never served itself: every test copies it."""
    return Place(tmp_path_factory.mktemp("filled")).filled(DRAFTS)
