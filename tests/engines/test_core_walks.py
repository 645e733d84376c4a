"""C1, C5, C7, C9, C10, C12 on the pure core: random walks, mostly legal, with every move covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qcy.cli import calendar_from_seeds
from qcy.engines.casework.clocks import dues_of, overtaken_by
from qcy.engines.casework.core import ActingAs, CaseState, Command, Event, apply, decide, fold
from qcy.engines.casework.enums import CLOSED_STATUSES, CaseStatus
from qcy.engines.casework.workflow import ASSIGNABLE, CASE, ENDING, MAY_TAKE, belongs_to
from qcy.engines.catalogue.definition import MatterDefinition
from qcy.engines.catalogue.documents import complete
from qcy.foundation.parties.enums import Role
from qcy.kernel.calendar import Calendar
from qcy.kernel.clock import due_on
from qcy.kernel.refusals import Refusal
from tests.world import ROOT

CALENDAR = calendar_from_seeds()
OTHER = replace(
    CALENDAR, version="other", free_weekdays=CALENDAR.free_weekdays | {date(2026, 7, 13), date(2026, 8, 5)}
)
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
LEAVES_END = {move.command for move in CASE.moves if move.leaves_end}
START = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)
REASON = {"record": "1", "hash": "2"}
LIKELY = {
    "ask_correction",
    "correct",
    "accept",
    "follow_up",
}  # the long way round, which chance alone seldom takes
COVERED: set[str] = set()


def definition(**changes: Any) -> MatterDefinition:
    document = complete(yaml.safe_load((ROOT / "seeds/catalogue/tsme.yaml").read_text("utf-8")))
    node = yaml.safe_load((ROOT / "seeds/nodes/fengxi.yaml").read_text("utf-8"))
    return MatterDefinition(
        {
            **document["edition"],
            "item": document["item"],
            "form": document["form"],
            **node["matters"]["overrides"]["tsme"],
            **changes,
        }
    )


def with_law(days: int) -> MatterDefinition:
    plain = definition()
    fields = {**plain.resolved["fields"], "legal_limit": {"value": {"unit": "working_day", "value": days}}}
    return definition(fields=fields, deemed_acceptance=True)


DEFINITION = definition()
LICENCE = with_law(20)  # a matter with a legal limit, silence is acceptance
ANSWERED = definition(flow="answer")
REFERRED = definition(flow="referral")
MATTERS = [DEFINITION, LICENCE, ANSWERED, REFERRED]


def submitted(matter: MatterDefinition = DEFINITION) -> list[Event]:
    events = decide(CaseState(), Command("submit", PEOPLE[4]), matter, CALENDAR, START, date(2026, 7, 8))
    assert not isinstance(events, Refusal)
    return list(events)


DEFECTS = [
    {"id": "d1", "field": "rd", "may_follow": False},
    {"id": "d2", "field": "cover", "may_follow": True},
]


def payload_for(draw: st.DrawFn, name: str, state: CaseState) -> dict[str, Any]:
    match name:
        case "ask_correction" | "ask_supplement":
            return {"defects": DEFECTS}
        case "correct":
            return {"promised": draw(st.sampled_from([["d2"], []]))}
        case "follow_up":
            return {"supplied": [d.id for d in state.outstanding] or ["d2"]}
        case "extend":
            return {"days": draw(st.integers(1, 10))}
        case _:
            return {}


@st.composite
def legal(draw: st.DrawFn, state: CaseState, matter: MatterDefinition, today: date) -> Command:
    """A command the table allows now, by somebody who holds the role."""
    if overtaken := overtaken_by(state, matter, today):
        return Command(overtaken, SYSTEM, REASON if overtaken == "terminate" else None)
    if state.status in ASSIGNABLE and draw(st.integers(1, 6)) == 1:
        taker = draw(st.sampled_from([p for p in EVERYBODY if p.roles & MAY_TAKE[matter.flow][state.status]]))
        return Command("assign", taker, assignee=taker, expected_version=state.version)
    moves = [m for m in CASE.allowed(state.status) if belongs_to(matter.flow, m.command)]
    if not moves:
        return draw(anything(state))
    ending = {"withdraw", "terminate", "lapse", "revoke", "refuse_intake"}
    lively = [m for m in moves if m.command not in ending] or moves
    if draw(st.booleans()):
        lively = [m for m in lively if m.command in LIKELY] or lively
    move = draw(st.sampled_from(moves if draw(st.integers(1, 5)) == 1 else lively))
    by = draw(st.sampled_from([p for p in EVERYBODY if move.roles & p.roles]))
    return Command(
        move.command, by, REASON if move.needs_reason else None, payload_for(draw, move.command, state)
    )


@st.composite
def anything(draw: st.DrawFn, state: CaseState) -> Command:
    name = draw(st.sampled_from(COMMANDS))
    return Command(
        name,
        draw(st.sampled_from(EVERYBODY)),
        draw(st.sampled_from([None, REASON])),
        payload_for(draw, name, state),
        assignee=draw(st.sampled_from(EVERYBODY)),
        expected_version=draw(st.sampled_from([None, state.version, state.version + 1])),
    )


def check_clocks(state: CaseState, matter: MatterDefinition, calendar: Calendar, today: date) -> None:
    """C7: a due day is a working day, never before the one without pauses, and the law outlasts the promise."""
    if state.accepted_on is None or state.status == CaseStatus.REVOKED:
        return
    dues = dues_of(state, matter, calendar, today)
    unpaused = due_on(state.accepted_on, matter.promised, calendar).day
    assert calendar.is_working_day(dues.promised) and dues.promised >= unpaused
    assert dues.legal is None or (calendar.is_working_day(dues.legal) and dues.legal >= dues.promised)
    shuffled = replace(state, pauses=tuple(reversed(state.pauses)) + state.pauses)
    assert dues_of(shuffled, matter, calendar, today) == dues, "order and duplicates do not matter"
    if state.paused_since is None and state.status == CaseStatus.ACCEPTED:
        assert (state.promised_due, state.legal_due) == (dues.promised, dues.legal), "the cache is the clock"


@given(st.data(), st.sampled_from(MATTERS))
@settings(max_examples=600, deadline=None, derandomize=True)  # the same walks each run: coverage is asserted
def test_C1_C5_C7_C9_C10_C12_hold_on_every_walk(data: st.DataObject, matter: MatterDefinition) -> None:
    events = submitted(matter)
    state, now, calendar = fold(events), START, CALENDAR
    for _ in range(data.draw(st.sampled_from([3, 12, 20]))):
        hours = st.integers(1, 70) if data.draw(st.integers(1, 6)) > 1 else st.integers(600, 900)
        now += timedelta(hours=data.draw(hours))
        today = now.date()
        kind = legal(state, matter, today) if data.draw(st.integers(1, 10)) <= 8 else anything(state)
        command = data.draw(kind)
        tried = OTHER if command.name == "recompute" and calendar is CALENDAR else calendar
        answer = decide(state, command, matter, tried, now, today)
        if isinstance(answer, Refusal):
            assert answer.why and answer.fix, "a refusal names a way out"
            continue
        closed = state.status in CLOSED_STATUSES
        assert not (closed and answer) or command.name in LEAVES_END, "C5: a closed case takes nothing else"
        calendar = tried
        for event in answer:
            COVERED.add(command.name)
            state = apply(state, event)
            events.append(event)
        again = decide(state, command, matter, calendar, now, today)
        assert isinstance(again, Refusal) or not again, "C9: no event twice"
        assert state == fold(events), "C1"
        assert state.version == len(events), "C2"
        check_clocks(state, matter, calendar, today)
        accepted = state.done_by.get("accept", "nobody")
        assert accepted not in (state.done_by.get("grant"), state.done_by.get("refuse")), "C12"
        assert state.paused_since is None or state.status in PAUSED, "only a paused case has an open pause"


PAUSED = {CaseStatus.SUPPLEMENTING, CaseStatus.SUSPENDED}


def test_the_walks_took_every_move() -> None:
    """Runs after the walks: a move nobody tried was not tested."""
    assert set(COMMANDS) <= COVERED


def test_a_matter_ends_only_in_the_ways_of_its_flow() -> None:
    """What a decision matter may do an answered one may not, and the other way round."""
    state = CaseState(status=CaseStatus.ACCEPTED, version=3, moved_at=3)
    everything = ActingAs(UUID(int=8), frozenset(Role), "全职")
    for matter in (DEFINITION, ANSWERED, REFERRED):
        for command in ENDING - {"revoke"}:
            answer = decide(
                state, Command(command, everything, REASON), matter, CALENDAR, START, START.date()
            )
            refused = isinstance(answer, Refusal) and answer.code == "not_in_flow"
            assert refused != belongs_to(matter.flow, command), (matter.flow, command)


def test_C5_a_closed_case_refuses_every_move_but_reopening_and_revoking() -> None:
    for status in CLOSED_STATUSES:
        for command in COMMANDS:
            if command in LEAVES_END and status in CASE.move(command).sources:
                continue
            for by in EVERYBODY:
                state = CaseState(status=status, version=3, moved_at=3)
                wanted = Command(command, by, REASON, assignee=by)
                answer = decide(state, wanted, DEFINITION, CALENDAR, START, START.date())
                assert isinstance(answer, Refusal) and answer.code == "closed"


def test_the_workflow_table_is_sound() -> None:
    assert CASE.validate() == []
    assert set(CaseStatus) == {CASE.start} | {move.target for move in CASE.moves if move.target}


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
