"""Every way a case says no, with the way out."""

from __future__ import annotations

from qcy.engines.catalogue.enums import Flow
from qcy.foundation.parties.enums import Role
from qcy.kernel.refusals import Refusal

from .enums import CaseStatus

STALE = Refusal(
    "stale", why="这份办件刚被别人处理过，您看到的不是最新状态。", fix="页面已更新，请核对后再操作。"
)
ALREADY_SUBMITTED = Refusal("already_submitted", why="这份申请已经提交。", fix="请到“我的办件”查看进度。")
SAME_PERSON = Refusal(
    "same_person", why="前后两步不能由同一人办理，上一步是您办的。", fix="请转给另一位工作人员。"
)
NEEDS_REASON = Refusal("needs_reason", why="还没有写理由。", fix="请写清不符合哪一条、申请人可以怎么办。")
LICENCE_FIRST = Refusal(
    "licence_first", why="申请企业的身份还没有核验，不能受理。", fix="请先核对营业执照并点“核验通过”。"
)
MAY_NOT_ASSIGN = Refusal("may_not_assign", why="只有节点负责人可以分派给别人。", fix="您可以自己领办。")
CANNOT_TAKE = Refusal("cannot_take", why="这位工作人员没有办理这一环节的权限。", fix="请选择别的工作人员。")
SECOND_OF_YEAR = Refusal(
    "second_of_year",
    why="这家企业今年的同一事项已经受理过一份。",
    fix="请作不予受理，并告诉企业查看已受理的那一份。",
)
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
NEW_EDITION = Refusal(
    "new_edition",
    why="您填报期间，这个事项的表格更新了。您填的内容都在。",
    fix="请按页面上方列出的变化补充后再提交。",
)
MATTER_STOPPED = Refusal(
    "matter_stopped",
    why="本节点现在不受理这个事项。您填的内容都在，不会删除。",
    fix="请看本节点的通知，或者到总窗口申请。",
)
NODE_OFF = Refusal(
    "node_off",
    why="本节点已停用，不再收新的申请。您填的内容都在，不会删除。",
    fix="请到总窗口申请，或者换一个节点。",
)
PREPARER = Refusal(
    "preparer", why="您是填报人，可以填写，不能提交。", fix="草稿已保存，请企业管理员或代办人核对后提交。"
)
NO_DEFECTS = Refusal(
    "no_defects", why="还没有列出要补正的内容。", fix="请先把要补正的每一处都添加进来，再一次发出。"
)
NOT_ALL_DONE = Refusal(
    "not_all_done", why="要补正的内容还没有全部补好。", fix="请逐处补好，或者写明不需要改的原因，再一起提交。"
)
PAPERS_OUTSTANDING = Refusal(
    "papers_outstanding",
    why="企业承诺后补的材料还没有交齐，不能审定通过。",
    fix="请等材料交齐，或者催告企业。",
)
NOTHING_OUTSTANDING = Refusal("nothing_outstanding", why="这份办件没有需要后补的材料。", fix="不用再交。")
NOT_IN_FLOW = {
    Flow.DECISION: Refusal("not_in_flow", why="这个事项要作出审定。", fix="请由审定人审定通过或者不通过。"),
    Flow.ANSWER: Refusal("not_in_flow", why="这个事项办好后作答复，不作审定。", fix="请写明办理情况后答复。"),
    Flow.REFERRAL: Refusal(
        "not_in_flow", why="这个事项由主管单位办，本节点只负责转办。", fix="请写明转给谁、怎么办后转办。"
    ),
}
NOT_DUE = Refusal("not_due", why="还没有到期。", fix="到期后系统会自动处理。")
TOO_LATE_TO_EXTEND = Refusal(
    "too_late_to_extend", why="承诺时限已过，不能再延期。", fix="延期要在到期前决定；请尽快办结并向企业说明。"
)
BEYOND_THE_LAW = Refusal("beyond_the_law", why="延期后会超过法定时限。", fix="请减少延期的天数。")
HANDLED_ELSEWHERE = Refusal(
    "not_answerable", why="这份办件现在没有需要您补的内容。", fix="请到“我的办件”查看最新进度。"
)

ONLY_ONCE = {
    "ask_correction": Refusal(
        "only_once", why="补正通知已经发过一次，不能再发。", fix="请按现有材料决定受理或不予受理。"
    ),
    "ask_supplement": Refusal(
        "only_once", why="补充材料通知已经发过一次，不能再发。", fix="请按现有材料审定，有疑问可以留言。"
    ),
    "extend": Refusal("only_once", why="这份办件已经延期过一次。", fix="请在延长后的时限内办结。"),
}
OVERTAKEN = {
    "lapse": Refusal(
        "too_late", why="补正期限已经过了，这次没有收下。", fix="您填的内容还在，可以重新申请，不用从头填。"
    ),
    "miss_supplement": Refusal(
        "too_late",
        why="补充材料的期限已经过了，这次没有收下。",
        fix="办件会按现有材料继续办理，有情况请留言。",
    ),
    "deem_accepted": Refusal(
        "deemed", why="受理决定的期限已过，这份办件已视为受理。", fix="页面更新后请按已受理继续办理。"
    ),
    "terminate": Refusal(
        "follow_up_missed", why="企业承诺后补的材料已过期限没有交。", fix="系统会按承诺书终止办理。"
    ),
}


def extension_too_long(most: int) -> Refusal:
    return Refusal("extension_too_long", why=f"延期最多 {most} 个工作日。", fix="请填 1 到这个数之间的整数。")


_NO_LONGER = "这份办件已经办到下一步，不能再做这个操作。"
_CLOSED = "请查看办理过程；确需再办的，由节点负责人重新打开。"
_NOT_NOW = {
    CaseStatus.SUBMITTED: Refusal("not_accepted_yet", why="这份办件还没有受理。", fix="请先由经办人受理。"),
    CaseStatus.CORRECTING: Refusal(
        "waiting_for_firm", why="正在等企业补正，这一步现在不能办。", fix="企业补正后再办。"
    ),
    CaseStatus.ACCEPTED: Refusal("already_accepted", why="这份办件已经受理。", fix="接下来由审定人审定。"),
    CaseStatus.SUPPLEMENTING: Refusal(
        "waiting_for_firm", why="正在等企业补充材料，计时已暂停，这一步现在不能办。", fix="企业补齐后再办。"
    ),
    CaseStatus.SUSPENDED: Refusal(
        "suspended", why="这份办件在特别程序中，计时已暂停，这一步现在不能办。", fix="请先恢复计时。"
    ),
    CaseStatus.DECIDED_GRANTED: Refusal("decided", why=_NO_LONGER, fix="请刷新查看最新状态。"),
    CaseStatus.DECIDED_REFUSED: Refusal("decided", why=_NO_LONGER, fix="请刷新查看最新状态。"),
    CaseStatus.ANSWERED: Refusal("decided", why=_NO_LONGER, fix="请刷新查看最新状态。"),
    CaseStatus.REFERRED: Refusal("decided", why=_NO_LONGER, fix="请刷新查看最新状态。"),
    CaseStatus.NOT_ACCEPTED: Refusal(
        "closed", why="这份办件已作不予受理，不能再办理。", fix="企业可以补齐后重新申请。"
    ),
    CaseStatus.DELIVERED: Refusal("closed", why="这份办件已经办结。", fix=_CLOSED),
    CaseStatus.WITHDRAWN: Refusal("closed", why="申请人已经撤回这份办件。", fix="需要办理请重新申请。"),
    CaseStatus.LAPSED: Refusal(
        "closed", why="企业逾期没有补正，这份办件已经结束。", fix="企业可以重新申请。"
    ),
    CaseStatus.TERMINATED: Refusal("closed", why="这份办件已经终止办理。", fix=_CLOSED),
    CaseStatus.REVOKED: Refusal("closed", why="这份办件的结果已经撤销。", fix="需要办理请重新申请。"),
}
_NEEDS_ROLE = (
    (
        Role.REVIEWER,
        Refusal("needs_desk", why="这一步由本节点的办理人员操作。", fix="请转给经办人或审核人。"),
    ),
    (Role.CLERK, Refusal("needs_clerk", why="这一步由本节点的经办人办理。", fix="请转给经办人。")),
    (Role.DECIDER, Refusal("needs_decider", why="审定由本节点的审定人办理。", fix="请转给审定人。")),
    (
        Role.NODE_MANAGER,
        Refusal("needs_manager", why="这一步由节点负责人批准。", fix="请把理由告诉节点负责人，由他操作。"),
    ),
    (
        Role.APPLICANT,
        Refusal("needs_applicant", why="只有申请人可以办这一步。", fix="请由申请企业的办事人操作。"),
    ),
    (Role.SYSTEM, Refusal("needs_system", why="这一步由系统自动完成。", fix="不需要人工操作。")),
)


def not_now(status: CaseStatus) -> Refusal:
    return _NOT_NOW[status]


def needs_role(roles: frozenset[Role]) -> Refusal:
    """Named after the first role that could do it."""
    return next(refusal for role, refusal in _NEEDS_ROLE if role in roles)
