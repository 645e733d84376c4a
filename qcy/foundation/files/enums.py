from django.db.models import TextChoices


class FileState(TextChoices):
    QUARANTINED = "quarantined", "格式检查中"
    CLEAN = "clean", "格式检查通过"
    REJECTED = "rejected", "格式检查未通过"
    REMOVED = "removed", "已移除"
    REPLACED = "replaced", "补正时已替换"


KEPT_STATES = (FileState.QUARANTINED, FileState.CLEAN, FileState.REJECTED)
