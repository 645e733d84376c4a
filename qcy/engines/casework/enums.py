from django.db.models import TextChoices


class CaseStatus(TextChoices):
    SUBMITTED = "submitted", "待受理"
    ACCEPTED = "accepted", "办理中"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    DECIDED_GRANTED = "decided_granted", "已审定通过"
    DECIDED_REFUSED = "decided_refused", "已审定不通过"
    DELIVERED = "delivered", "已办结"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_STATUSES = (
    CaseStatus.SUBMITTED,
    CaseStatus.ACCEPTED,
    CaseStatus.DECIDED_GRANTED,
    CaseStatus.DECIDED_REFUSED,
)
CLOSED_STATUSES = (CaseStatus.NOT_ACCEPTED, CaseStatus.DELIVERED, CaseStatus.WITHDRAWN)


class Outcome(TextChoices):
    NONE = "", "未审定"
    GRANTED = "granted", "通过"
    REFUSED = "refused", "不通过"


class EventType(TextChoices):
    """What can happen to a case. The events are the record; everything else is computed from them."""

    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    GRANTED = "granted"
    REFUSED = "refused"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"


class AccessKind(TextChoices):
    HANDLER = "handler", "办理节点"
    APPLICANT = "applicant", "申请企业"
    FILER = "filer", "办事人"


class RecordKind(TextChoices):
    FORM = "form", "申请内容"
    REASON = "reason", "理由"
    OPINION = "opinion", "意见"
