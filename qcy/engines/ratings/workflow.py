"""What a bad rating obliges the node to do, as one table (国办发〔2019〕51号; limits seen: 5 and 15 working days)."""

from __future__ import annotations

from qcy.foundation.parties.enums import Role
from qcy.kernel.workflow import Move, Workflow

from .models import DutyState as S

STAFF = frozenset({Role.CLERK, Role.REVIEWER, Role.NODE_MANAGER})
MANAGER = frozenset({Role.NODE_MANAGER})
OPEN = frozenset({S.CALL_BACK, S.RECTIFY})

DUTY: Workflow[S, Role] = Workflow(
    states=S,
    start=S.CALL_BACK,
    ends=frozenset({S.DONE, S.EXPLAINED, S.UPHELD}),
    moves=[
        #    command          from                         to            who
        Move("call_back", frozenset({S.CALL_BACK}), S.RECTIFY, STAFF, needs_reason=True),
        Move("rectify", frozenset({S.RECTIFY}), S.DONE, STAFF, needs_reason=True),
        Move("explain", OPEN, S.EXPLAINED, STAFF, needs_reason=True),
        Move("appeal", OPEN, S.APPEALED, STAFF, needs_reason=True),
        Move("uphold", frozenset({S.APPEALED}), S.UPHELD, MANAGER, needs_reason=True, not_by="appeal"),
        Move("turn_down", frozenset({S.APPEALED}), S.RECTIFY, MANAGER, needs_reason=True, not_by="appeal"),
    ],
)
CALL_BACK_DAYS = 5  # working days from the rating
RECTIFY_DAYS = 15  # working days from the rating, once the call-back has shown that something must change
