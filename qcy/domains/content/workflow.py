"""How a text becomes public, as one table. Whoever wrote it never publishes it (two pairs of eyes)."""

from __future__ import annotations

from qcy.foundation.parties.enums import STAFF_ROLES, Role
from qcy.kernel.workflow import Move, Workflow

from .enums import ArticleState as S

STAFF = STAFF_ROLES
MANAGER = frozenset({Role.NODE_MANAGER})

ARTICLE: Workflow[S, Role] = Workflow(
    states=S,
    start=S.DRAFT,
    ends=frozenset(),  # a text can always be taken up again
    moves=[
        #    command      from                                           to              who
        Move("submit", frozenset({S.DRAFT}), S.IN_REVIEW, STAFF),
        Move("return", frozenset({S.IN_REVIEW}), S.DRAFT, MANAGER, needs_reason=True),
        Move("publish", frozenset({S.IN_REVIEW}), S.PUBLISHED, MANAGER, not_by="write"),
        Move("withdraw", frozenset({S.DRAFT, S.IN_REVIEW, S.PUBLISHED}), S.WITHDRAWN, MANAGER),
        Move("revise", frozenset({S.PUBLISHED, S.WITHDRAWN}), S.DRAFT, STAFF),
        Move("write", frozenset({S.DRAFT}), None, STAFF),  # saving a text leaves it where it is
    ],
)

if PROBLEMS := ARTICLE.validate():
    raise ValueError("".join(PROBLEMS))
