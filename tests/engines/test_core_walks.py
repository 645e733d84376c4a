"""C1, C5, C9, C10, C12 on the pure core: random walks, mostly legal, with every move covered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qcy.cli import calendar_from_seeds
from qcy.engines.casework.core import ActingAs, CaseState, Command, Event, apply, decide, fold
from qcy.engines.casework.enums import CLOSED_STATUSES, CaseStatus
from qcy.engines.casework.workflow import ASSIGNABLE, CASE, MAY_TAKE
from qcy.engines.catalogue.definition import MatterDefinition
from qcy.foundation.parties.enums import Role
from qcy.kernel.refusals import Refusal
from tests.world import ROOT

CALENDAR = calendar_from_seeds()
PEOPLE = [
    ActingAs(UUID(int=n), frozenset({role}), f"{role}{n}")
    for n, role in enumerate(
        [Role.CLERK, Role.CLERK, Role.DECIDER, Role.DECIDER, Role.APPLICANT, Role.NODE_MANAGER, Role.REVIEWER]
    )
]
BOTH = ActingAs(UUID(int=9), frozenset({Role.CLERK, Role.DECIDER}), "两职")
SYSTEM = ActingAs(None, frozenset({Role.SYSTEM}))
EVERYBODY = [*PEOPLE, BOTH, SYSTEM]
COMMANDS = [move.command for move in CASE.moves] + ["assign"]
START = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)
REASON = {"record": "1", "hash": "2"}
COVERED: set[str] = set()


def definition() -> MatterDefinition:
    document = yaml.safe_load((ROOT / "seeds/catalogue/tsme.yaml").read_text("utf-8"))
    return MatterDefinition(
        {
            **document["edition"],
            "item": document["item"],
            "form": document["form"],
            **document["adoptions"][0],
        }
    )


DEFINITION = definition()


def submitted() -> list[Event]:
    by = PEOPLE[4]
    events = decide(CaseState(), Command("submit", by), DEFINITION, CALENDAR, START, date(2026, 7, 8))
    assert not isinstance(events, Refusal)
    return list(events)


@st.composite
def legal(draw: st.DrawFn, state: CaseState) -> Command:
    """A command the table allows now, by somebody who holds the role."""
    moves = CASE.allowed(state.status)
    if not moves:
        return draw(anything(state))
    if state.status in ASSIGNABLE and draw(st.integers(1, 4)) == 1:
        taker = draw(st.sampled_from([p for p in EVERYBODY if p.roles & MAY_TAKE[state.status]]))
        return Command("assign", taker, assignee=taker, expected_version=state.version)
    move = draw(st.sampled_from(moves))
    by = draw(st.sampled_from([p for p in EVERYBODY if move.role in p.roles]))
    return Command(move.command, by, REASON if move.needs_reason else None, expected_version=state.version)


@st.composite
def anything(draw: st.DrawFn, state: CaseState) -> Command:
    return Command(
        draw(st.sampled_from(COMMANDS)),
        draw(st.sampled_from(EVERYBODY)),
        draw(st.sampled_from([None, REASON])),
        assignee=draw(st.sampled_from(EVERYBODY)),
        expected_version=draw(st.sampled_from([None, state.version, state.version + 1])),
    )


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_C1_C5_C9_C10_C12_hold_on_every_walk(data: st.DataObject) -> None:
    events = submitted()
    state, now = fold(events), START
    for _ in range(data.draw(st.integers(1, 9))):
        now += timedelta(hours=data.draw(st.integers(1, 40)))
        kind = legal(state) if data.draw(st.integers(1, 10)) <= 8 else anything(state)
        command = data.draw(kind)
        answer = decide(state, command, DEFINITION, CALENDAR, now, now.date())
        if isinstance(answer, Refusal):
            assert answer.why and answer.fix, "a refusal names a way out"
            continue
        assert state.status not in CLOSED_STATUSES or not answer, "C5: a closed case takes nothing"
        for event in answer:
            COVERED.add(command.name)
            state = apply(state, event)
            events.append(event)
        again = decide(state, command, DEFINITION, CALENDAR, now, now.date())
        assert isinstance(again, Refusal) or not again, "C9: replaying adds no event"
        assert state == fold(events), "C1"
        accepted, decided = (
            state.done_by.get("accept"),
            state.done_by.get("grant", state.done_by.get("refuse")),
        )
        assert accepted is None or accepted != decided, "C12"
        assert state.version == len(events), "C2"


def test_the_walks_took_every_move() -> None:
    """Runs after the walks: a move nobody tried was not tested."""
    assert set(COMMANDS) <= COVERED


def test_C5_a_closed_case_refuses_every_move() -> None:
    for status in CLOSED_STATUSES:
        for command in COMMANDS:
            for by in EVERYBODY:
                answer = decide(
                    CaseState(status=status, version=3),
                    Command(command, by, REASON, assignee=by),
                    DEFINITION,
                    CALENDAR,
                    START,
                    START.date(),
                )
                assert isinstance(answer, Refusal) and answer.code == "closed"


def test_the_workflow_table_is_sound() -> None:
    assert CASE.validate() == []
    assert set(CaseStatus) == {CASE.start} | {move.target for move in CASE.moves}


def test_acceptance_fixes_the_promised_day_by_the_calendar() -> None:
    state = fold(submitted())
    on = datetime(2026, 9, 30, 6, 0, tzinfo=UTC)
    events = decide(state, Command("accept", PEOPLE[0]), DEFINITION, CALENDAR, on, date(2026, 9, 30))
    assert not isinstance(events, Refusal)
    accepted = apply(state, events[0])
    assert accepted.promised_due == date(2026, 10, 16), "eight working days after the National Day week"
    assert accepted.legal_due is None and not accepted.due_provisional


def test_a_promise_into_a_year_without_holidays_is_provisional() -> None:
    state = fold(submitted())
    on = datetime(2026, 12, 28, 6, 0, tzinfo=UTC)
    events = decide(state, Command("accept", PEOPLE[0]), DEFINITION, CALENDAR, on, date(2026, 12, 28))
    assert not isinstance(events, Refusal) and apply(state, events[0]).due_provisional
