from django.db.models import TextChoices


class PersonKind(TextChoices):
    FIRM = "firm", "企业用户"
    STAFF = "staff", "工作人员"


class ContactKind(TextChoices):
    PHONE = "phone", "手机号"
    EMAIL = "email", "邮箱"


class MembershipState(TextChoices):
    CLAIMED = "claimed", "待核验"
    VERIFIED = "verified", "已核验"
    ENDED = "ended", "已结束"


LIVE_STATES = (MembershipState.CLAIMED, MembershipState.VERIFIED)


class MembershipRole(TextChoices):
    """What a member may do for the firm. Owners invite; agents file; preparers fill in and leave submitting to others."""

    OWNER = "owner", "管理员"
    AGENT = "agent", "代办人"
    PREPARER = "preparer", "填报人"


class Role(TextChoices):
    """What a person may do. Mandates give the staff roles; applicant and system are never granted."""

    APPLICANT = "applicant", "申请人"
    CLERK = "clerk", "经办人"
    REVIEWER = "reviewer", "审核人"
    DECIDER = "decider", "审定人"
    NODE_MANAGER = "node_manager", "节点负责人"
    SYSTEM = "system", "系统"


STAFF_ROLES = frozenset({Role.CLERK, Role.REVIEWER, Role.DECIDER, Role.NODE_MANAGER})
