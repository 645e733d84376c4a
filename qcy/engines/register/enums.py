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


class FactType(TextChoices):
    BOOL = "bool", "是 / 否"
    INT = "int", "整数"
    DECIMAL = "decimal", "数字"
    DATE = "date", "日期"
    TEXT = "text", "文字"
    ENUM = "enum", "选项"


class Of(TextChoices):
    """What a fact is true of."""

    YEAR = "year", "年度"
    DAY = "day", "填报时"
    MATTER = "matter", "单个事项"


class OrganisationKind(TextChoices):
    FIRM = "firm", "企业"
    UNIVERSITY = "university", "高等院校"
    INSTITUTE = "institute", "科研院所"
    CARRIER = "carrier", "孵化载体"
    BANK = "bank", "金融机构"
    SERVICE = "service", "服务机构"
    OTHER = "other", "其他组织"


BEST_FIRST = (Grade.A, Grade.B, Grade.C, Grade.D)
