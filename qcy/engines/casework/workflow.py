"""The life of a case as one table. No method per state, no `if status ==`."""

from __future__ import annotations

from qcy.foundation.parties.enums import Role
from qcy.kernel.workflow import Move, Workflow

from .enums import CaseStatus as S

CASE: Workflow[S, Role] = Workflow(
    states=S,
    start=S.SUBMITTED,
    ends=frozenset({S.NOT_ACCEPTED, S.DELIVERED, S.WITHDRAWN}),
    moves=[
        #     command          from                           to                 who
        Move("accept", frozenset({S.SUBMITTED}), S.ACCEPTED, Role.CLERK),
        Move("refuse_intake", frozenset({S.SUBMITTED}), S.NOT_ACCEPTED, Role.CLERK, needs_reason=True),
        Move("grant", frozenset({S.ACCEPTED}), S.DECIDED_GRANTED, Role.DECIDER, not_by="accept"),
        Move(
            "refuse",
            frozenset({S.ACCEPTED}),
            S.DECIDED_REFUSED,
            Role.DECIDER,
            needs_reason=True,
            not_by="accept",
        ),
        Move("deliver", frozenset({S.DECIDED_GRANTED, S.DECIDED_REFUSED}), S.DELIVERED, Role.SYSTEM),
        Move("withdraw", frozenset({S.SUBMITTED, S.ACCEPTED}), S.WITHDRAWN, Role.APPLICANT),
    ],
)

ASSIGNABLE = frozenset({S.SUBMITTED, S.ACCEPTED})
MAY_ASSIGN_OTHERS = frozenset({Role.NODE_MANAGER})
MAY_TAKE = {S.SUBMITTED: frozenset({Role.CLERK}), S.ACCEPTED: frozenset({Role.REVIEWER, Role.DECIDER})}
