from django.db.models import TextChoices


class Grade(TextChoices):
    """How far a stored value may be trusted (国办函〔2016〕108号)."""

    A = "A", "机关签发"
    B = "B", "窗口核验"
    C = "C", "企业上传"
    D = "D", "自行填报"


class TitleState(TextChoices):
    VALID = "valid", "有效"
    CANCELLED = "cancelled", "已取消"


class ImportKind(TextChoices):
    FIRMS = "firms", "企业名单"
    FACTS = "facts", "年度数据"
    TITLES = "titles", "资质称号"


class ImportState(TextChoices):
    READING = "reading", "正在核对"
    PREVIEW = "preview", "等待确认"
    RUNNING = "running", "正在导入"
    DONE = "done", "已导入"
    CANCELLED = "cancelled", "已放弃"
    UNREADABLE = "unreadable", "读不出来"


class Verdict(TextChoices):
    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    UNCHANGED = "unchanged", "未变"
    REFUSED = "refused", "不导入"
