from django.db.models import TextChoices


class CaseStatus(TextChoices):
    SUBMITTED = "submitted", "待受理"
    CORRECTING = "correcting", "待补正"
    ACCEPTED = "accepted", "办理中"
    SUPPLEMENTING = "supplementing", "待补材料"
    SUSPENDED = "suspended", "特别程序中"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    DECIDED_GRANTED = "decided_granted", "已审定通过"
    DECIDED_REFUSED = "decided_refused", "已审定不通过"
    ANSWERED = "answered", "已答复"
    REFERRED = "referred", "已转办"
    DELIVERED = "delivered", "已办结"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "逾期未补，已结束"
    TERMINATED = "terminated", "已终止办理"
    REVOKED = "revoked", "结果已撤销"


OPEN_STATUSES = (
    CaseStatus.SUBMITTED,
    CaseStatus.CORRECTING,
    CaseStatus.ACCEPTED,
    CaseStatus.SUPPLEMENTING,
    CaseStatus.SUSPENDED,
    CaseStatus.DECIDED_GRANTED,
    CaseStatus.DECIDED_REFUSED,
    CaseStatus.ANSWERED,
    CaseStatus.REFERRED,
)
CLOSED_STATUSES = (
    CaseStatus.NOT_ACCEPTED,
    CaseStatus.DELIVERED,
    CaseStatus.WITHDRAWN,
    CaseStatus.LAPSED,
    CaseStatus.TERMINATED,
    CaseStatus.REVOKED,
)
WAITING_FOR_FIRM = (CaseStatus.CORRECTING, CaseStatus.SUPPLEMENTING)


class Outcome(TextChoices):
    NONE = "", "未审定"
    GRANTED = "granted", "通过"
    REFUSED = "refused", "不通过"
    ANSWERED = "answered", "已答复"
    REFERRED = "referred", "已转办"


class EventType(TextChoices):
    """What can happen to a case. The events are the record; everything else is computed from them."""

    SUBMITTED = "submitted", "提交申请"
    ASSIGNED = "assigned", "分派"
    ACCEPTED = "accepted", "受理"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    GRANTED = "granted", "审定通过"
    REFUSED = "refused", "审定不通过"
    ANSWERED = "answered", "答复"
    REFERRED = "referred", "转办"
    DELIVERED = "delivered", "送达结果"
    WITHDRAWN = "withdrawn", "撤回"
    CORRECTION_ASKED = "correction_asked", "发出补正通知"
    CORRECTED = "corrected", "提交补正"
    SUPPLEMENT_ASKED = "supplement_asked", "发出补充材料通知"
    SUPPLEMENTED = "supplemented", "补齐材料"
    SUPPLEMENT_MISSED = "supplement_missed", "逾期未补材料"
    FOLLOWED_UP = "followed_up", "后补容缺材料"
    SUSPENDED = "suspended", "进入特别程序"
    RESUMED = "resumed", "恢复计时"
    EXTENDED = "extended", "延期"
    LAPSED = "lapsed", "逾期未补正结束"
    TERMINATED = "terminated", "终止办理"
    REOPENED = "reopened", "重新办理"
    REVOKED = "revoked", "撤销结果"
    DEEMED_ACCEPTED = "deemed_accepted", "视为受理"
    RELEASED = "released", "退回本组"
    DUE_RECOMPUTED = "due_recomputed", "重算到期日"
    REMARKED = "remarked", "留言"


class AccessKind(TextChoices):
    HANDLER = "handler", "办理节点"
    APPLICANT = "applicant", "申请企业"
    FILER = "filer", "办事人"


class RecordKind(TextChoices):
    FORM = "form", "申请内容"
    REASON = "reason", "理由"
    OPINION = "opinion", "意见"
    DEFECTS = "defects", "一次性告知"
    REPLY = "reply", "补正说明"
    REMARK = "remark", "留言"


class Clock(TextChoices):
    ANSWER = "answer", "受理决定"
    PROMISED = "promised", "承诺时限"
    APPLICANT = "applicant", "企业补正"


class Level(TextChoices):
    """Rungs of the warning ladder (kernels.md, defaults)."""

    YELLOW = "yellow", "临近到期"
    RED = "red", "今天到期"
    OVERDUE = "overdue", "已超期"
