"""T1: every address answers every viewer as tests/matrix.yaml says; what is not in the file fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.cast import FOLLOWS, Cast
from tests.matrix import addresses, disagreements, gaps, read_rows, resolves
from tests.world import World

ROWS = read_rows()


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """Twelve viewers knock at once: how often one may is tested elsewhere."""
    settings.ACCOUNT_RATE_LIMITS = False


def test_T1_every_address_and_method_has_its_row_and_every_row_its_address() -> None:
    assert gaps(addresses(), ROWS) == []


def test_T1_the_address_of_a_row_leads_where_the_row_stands() -> None:
    assert [row.name for row in ROWS if not resolves(row)] == []


@pytest.mark.tenancy
@pytest.mark.parametrize("stage", FOLLOWS)
def test_T1_every_address_answers_every_viewer_as_the_matrix_says(world: World, stage: str) -> None:
    found = disagreements(Cast(world), stage, ROWS)
    assert not found, "\n".join(found)


# ---------------------------------------------------------------- the checks can fail
def test_T1_a_new_address_without_a_row_is_named() -> None:
    assert gaps([*addresses(), "new_page"], ROWS) == [
        "new_page has no row for GET",
        "new_page has no row for POST",
    ]


def test_T1_a_row_without_its_address_is_named() -> None:
    assert gaps([n for n in addresses() if n != "withdraw"], ROWS) == [
        "withdraw is no address (GET)",
        "withdraw is no address (POST)",
    ]


def test_T1_one_altered_status_is_noticed(world: World) -> None:
    [row] = [row for row in ROWS if row.url == "withdraw" and row.method == "POST"]
    altered = replace(row, expected={"owner": "302", "other_firm": "302"})
    [status, effect] = disagreements(Cast(world), row.stage, [altered])
    assert "expected 302, got 404" in status and "nothing has changed" in effect


def test_T1_a_refused_write_that_writes_is_noticed(world: World) -> None:
    [row] = [row for row in ROWS if row.url == "withdraw" and row.method == "POST"]
    altered = replace(row, expected={"owner": "404", "other_firm": "404"})
    [status, effect] = disagreements(Cast(world), row.stage, [altered])
    assert "expected 404, got 302" in status and "casework.Case" in effect
