"""The life of a case as one table. No method per state, no `if status ==`."""

from __future__ import annotations

from qcy.engines.catalogue.enums import Flow
from qcy.foundation.parties.enums import Role
from qcy.kernel.workflow import Move, Workflow

from .enums import CaseStatus as S

CLERK = frozenset({Role.CLERK})
DECIDER = frozenset({Role.DECIDER})
HANDLERS = frozenset({Role.CLERK, Role.REVIEWER, Role.DECIDER})
MANAGER = frozenset({Role.NODE_MANAGER})
APPLICANT = frozenset({Role.APPLICANT})
SYSTEM = frozenset({Role.SYSTEM})
ANYBODY_INVOLVED = HANDLERS | MANAGER | APPLICANT

INTAKE = frozenset({S.SUBMITTED, S.CORRECTING})
RUNNING = frozenset({S.ACCEPTED, S.SUPPLEMENTING, S.SUSPENDED})
DECIDED = frozenset({S.DECIDED_GRANTED, S.DECIDED_REFUSED, S.ANSWERED, S.REFERRED})
UNDECIDED = INTAKE | RUNNING
ENDS = frozenset({S.NOT_ACCEPTED, S.DELIVERED, S.WITHDRAWN, S.LAPSED, S.TERMINATED, S.REVOKED})

CASE: Workflow[S, Role] = Workflow(
    states=S,
    start=S.SUBMITTED,
    ends=ENDS,
    moves=[
        #     command            from                        to                   who
        Move("accept", frozenset({S.SUBMITTED}), S.ACCEPTED, CLERK),
        Move("deem_accepted", frozenset({S.SUBMITTED}), S.ACCEPTED, SYSTEM),
        Move("refuse_intake", frozenset({S.SUBMITTED}), S.NOT_ACCEPTED, CLERK, needs_reason=True),
        Move("ask_correction", frozenset({S.SUBMITTED}), S.CORRECTING, CLERK),
        Move("correct", frozenset({S.CORRECTING}), S.SUBMITTED, APPLICANT),
        Move("lapse", frozenset({S.CORRECTING}), S.LAPSED, SYSTEM),
        Move("ask_supplement", frozenset({S.ACCEPTED}), S.SUPPLEMENTING, HANDLERS),
        Move("supplement", frozenset({S.SUPPLEMENTING}), S.ACCEPTED, APPLICANT),
        Move("miss_supplement", frozenset({S.SUPPLEMENTING}), S.ACCEPTED, SYSTEM),
        Move("follow_up", RUNNING, None, APPLICANT),
        Move("suspend", frozenset({S.ACCEPTED}), S.SUSPENDED, HANDLERS, needs_reason=True),
        Move("resume", frozenset({S.SUSPENDED}), S.ACCEPTED, HANDLERS),
        Move("extend", RUNNING, None, MANAGER, needs_reason=True),
        Move("grant", frozenset({S.ACCEPTED}), S.DECIDED_GRANTED, DECIDER, not_by="accept"),
        Move(
            "refuse", frozenset({S.ACCEPTED}), S.DECIDED_REFUSED, DECIDER, needs_reason=True, not_by="accept"
        ),
        Move("answer", frozenset({S.ACCEPTED}), S.ANSWERED, HANDLERS, needs_reason=True),
        Move("refer", frozenset({S.ACCEPTED}), S.REFERRED, HANDLERS, needs_reason=True),
        Move("deliver", DECIDED, S.DELIVERED, SYSTEM),
        Move("withdraw", UNDECIDED, S.WITHDRAWN, APPLICANT),
        Move("terminate", RUNNING, S.TERMINATED, MANAGER | SYSTEM, needs_reason=True),
        Move("release", UNDECIDED, None, MANAGER | SYSTEM),
        Move("recompute", UNDECIDED, None, SYSTEM),
        Move("remark", UNDECIDED | DECIDED, None, ANYBODY_INVOLVED, needs_reason=True),
        Move(
            "reopen_intake",
            frozenset({S.NOT_ACCEPTED, S.LAPSED}),
            S.SUBMITTED,
            MANAGER,
            needs_reason=True,
            leaves_end=True,
        ),
        Move(
            "reopen",
            frozenset({S.DELIVERED, S.TERMINATED}),
            S.ACCEPTED,
            MANAGER,
            needs_reason=True,
            leaves_end=True,
        ),
        Move(
            "revoke",
            frozenset({S.DELIVERED}),
            S.REVOKED,
            MANAGER,
            needs_reason=True,
            not_by="grant",
            leaves_end=True,
        ),
    ],
)

# how a matter may end: the moves only some flows have
ENDINGS = {
    Flow.DECISION: frozenset({"grant", "refuse", "revoke"}),
    Flow.ANSWER: frozenset({"answer"}),
    Flow.REFERRAL: frozenset({"refer", "answer"}),
}
ENDING = frozenset().union(*ENDINGS.values())

ASSIGNABLE = UNDECIDED
MAY_ASSIGN_OTHERS = MANAGER
_TWO_DESKS = {
    **dict.fromkeys(INTAKE, CLERK),
    **dict.fromkeys(RUNNING, frozenset({Role.REVIEWER, Role.DECIDER})),
}
_ONE_DESK = {**_TWO_DESKS, **dict.fromkeys(RUNNING, HANDLERS)}
MAY_TAKE = {Flow.DECISION: _TWO_DESKS, Flow.ANSWER: _ONE_DESK, Flow.REFERRAL: _ONE_DESK}


def belongs_to(flow: Flow, command: str) -> bool:
    return command not in ENDING or command in ENDINGS[flow]


ONCE = frozenset({"ask_correction", "ask_supplement", "extend"})  # all at one time, or not at all
UNHURRIED = frozenset({"withdraw", "remark", "release"})  # possible also when a limit has just passed

if PROBLEMS := CASE.validate():  # nothing is published, filed or moved by an unsound table
    raise ValueError("".join(PROBLEMS))
