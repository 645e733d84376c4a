"""Every way a case says no, with the way out."""

from __future__ import annotations

from qcy.foundation.parties.enums import Role
from qcy.kernel.refusals import Refusal

from .enums import CaseStatus

STALE = Refusal(
    "stale", why="这份办件刚被别人处理过，您看到的不是最新状态。", fix="页面已更新，请核对后再操作。"
)
ALREADY_SUBMITTED = Refusal("already_submitted", why="这份申请已经提交。", fix="请到“我的办件”查看进度。")
SAME_PERSON = Refusal(
    "same_person", why="受理和审定不能是同一人，这份办件是您受理的。", fix="请转给另一位审定人。"
)
NEEDS_REASON = Refusal("needs_reason", why="还没有写理由。", fix="请写清不符合哪一条、申请人可以怎么办。")
LICENCE_FIRST = Refusal(
    "licence_first", why="申请企业的身份还没有核验，不能受理。", fix="请先核对营业执照并点“核验通过”。"
)
MAY_NOT_ASSIGN = Refusal("may_not_assign", why="只有节点负责人可以分派给别人。", fix="您可以自己领办。")
CANNOT_TAKE = Refusal("cannot_take", why="这位工作人员没有办理这一环节的权限。", fix="请选择别的工作人员。")
ONE_PER_YEAR = Refusal(
    "one_per_year",
    why="本企业今年已经申请过这个事项，还没有办结或已经通过。",
    fix="请到“我的办件”查看那一份。",
)
WINDOW_CLOSED = Refusal(
    "window_closed", why="这个事项现在不在受理期内。", fix="草稿已为您保留，受理期开始后可接着提交。"
)
ANOTHER_TAB = Refusal(
    "another_tab", why="提交前，这份申请在另一个页面改过。", fix="请核对最新内容后再次提交。"
)

_NO_LONGER = "这份办件已经办到下一步，不能再做这个操作。"
NOT_NOW = {
    CaseStatus.SUBMITTED: Refusal("not_accepted_yet", why="这份办件还没有受理。", fix="请先由经办人受理。"),
    CaseStatus.ACCEPTED: Refusal("already_accepted", why="这份办件已经受理。", fix="接下来由审定人审定。"),
    CaseStatus.NOT_ACCEPTED: Refusal(
        "closed", why="这份办件已作不予受理，不能再办理。", fix="企业可以补齐后重新申请。"
    ),
    CaseStatus.DECIDED_GRANTED: Refusal("decided", why=_NO_LONGER, fix="请刷新查看最新状态。"),
    CaseStatus.DECIDED_REFUSED: Refusal("decided", why=_NO_LONGER, fix="请刷新查看最新状态。"),
    CaseStatus.DELIVERED: Refusal("closed", why="这份办件已经办结。", fix="请查看结果文书。"),
    CaseStatus.WITHDRAWN: Refusal("closed", why="申请人已经撤回这份办件。", fix="需要办理请重新申请。"),
}
NEEDS_ROLE = {
    Role.CLERK: Refusal("needs_clerk", why="这一步由本节点的经办人办理。", fix="请转给经办人。"),
    Role.DECIDER: Refusal("needs_decider", why="审定由本节点的审定人办理。", fix="请转给审定人。"),
    Role.SYSTEM: Refusal("needs_system", why="这一步由系统自动完成。", fix="不需要人工操作。"),
    Role.APPLICANT: Refusal("needs_applicant", why="只有申请人可以撤回。", fix="请由申请企业的办事人操作。"),
}
