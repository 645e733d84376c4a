"""How an uploaded table gets into the register, as one table: read, shown, confirmed, taken over."""

from __future__ import annotations

from qcy.foundation.parties.enums import Role
from qcy.kernel.workflow import Move, Workflow

from .enums import ImportState as S

MANAGER = frozenset({Role.NODE_MANAGER})
SYSTEM = frozenset({Role.SYSTEM})

IMPORT: Workflow[S, Role] = Workflow(
    states=S,
    start=S.READING,
    ends=frozenset({S.DONE, S.CANCELLED, S.UNREADABLE}),
    moves=[
        #    command       from                              to            who
        Move("show", frozenset({S.READING}), S.PREVIEW, SYSTEM),
        Move("reject", frozenset({S.READING}), S.UNREADABLE, SYSTEM),
        Move("confirm", frozenset({S.PREVIEW}), S.RUNNING, MANAGER),
        Move("cancel", frozenset({S.READING, S.PREVIEW}), S.CANCELLED, MANAGER),
        Move("finish", frozenset({S.RUNNING}), S.DONE, SYSTEM),
    ],
)
