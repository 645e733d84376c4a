"""A lifecycle is a table, and the table can be checked."""

from enum import StrEnum

import pytest

from qcy.kernel.workflow import Move, Workflow


class Status(StrEnum):
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    CLERK = "clerk"
    DECIDER = "decider"
    APPLICANT = "applicant"


SUBMITTED, ACCEPTED, GRANTED, WITHDRAWN = Status
CLERK, DECIDER, APPLICANT = Role

ACCEPT = Move("accept", frozenset({SUBMITTED}), ACCEPTED, frozenset({CLERK}))
GRANT = Move("grant", frozenset({ACCEPTED}), GRANTED, frozenset({DECIDER}), not_by="accept")
WITHDRAW = Move(
    "withdraw", frozenset({SUBMITTED, ACCEPTED}), WITHDRAWN, frozenset({APPLICANT}), needs_reason=True
)


def workflow(*moves, ends=frozenset({GRANTED, WITHDRAWN})):
    return Workflow(Status, start=SUBMITTED, ends=ends, moves=moves)


def test_a_sound_table_has_no_problems():
    assert workflow(ACCEPT, GRANT, WITHDRAW).validate() == []


def test_the_table_answers_what_may_happen_next():
    case = workflow(ACCEPT, GRANT, WITHDRAW)
    assert case.allowed(SUBMITTED) == (ACCEPT, WITHDRAW)
    assert case.allowed(ACCEPTED) == (GRANT, WITHDRAW)
    assert case.allowed(GRANTED) == ()
    assert case.move("grant") is GRANT


def test_an_unknown_command_is_a_bug():
    with pytest.raises(KeyError, match="no move 'fly'"):
        workflow(ACCEPT).move("fly")


def test_a_state_nothing_leads_to_is_named():
    assert workflow(ACCEPT, GRANT).validate() == ["状态“withdrawn”从起点无法到达。"]


def test_a_state_reached_only_from_unreachable_states_is_unreachable_too():
    problems = workflow(GRANT, WITHDRAW).validate()
    assert "状态“granted”从起点无法到达。" in problems
    assert "状态“accepted”从起点无法到达。" in problems


def test_a_state_without_exit_that_is_no_end_is_named():
    problems = workflow(ACCEPT, GRANT, WITHDRAW, ends=frozenset({GRANTED})).validate()
    assert problems == ["状态“withdrawn”没有出口，也不是结束状态。"]


def test_a_closed_case_takes_nothing_but_what_is_flagged():
    redo = Move("redo", frozenset({GRANTED}), ACCEPTED, CLERK)
    reopen = Move("reopen", frozenset({GRANTED}), ACCEPTED, DECIDER, leaves_end=True)
    assert workflow(ACCEPT, GRANT, WITHDRAW, redo).validate() == ["结束状态“granted”不应再有命令“redo”。"]
    assert workflow(ACCEPT, GRANT, WITHDRAW, reopen).validate() == []


def test_the_same_command_twice_is_named():
    assert workflow(ACCEPT, ACCEPT, GRANT, WITHDRAW).validate() == ["命令“accept”出现了 2 次，只能定义一次。"]


def test_a_rule_about_a_command_that_does_not_exist_is_named():
    problems = workflow(
        ACCEPT, WITHDRAW, Move("grant", frozenset({ACCEPTED}), GRANTED, DECIDER, not_by="check")
    )
    assert problems.validate() == ["命令“grant”回避的命令“check”不存在。"]
