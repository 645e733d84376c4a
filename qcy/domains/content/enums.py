from django.db.models import TextChoices


class ArticleKind(TextChoices):
    ANNOUNCEMENT = "announcement", "通知公告"
    GUIDE = "guide", "办事指引"
    NEWS = "news", "动态"
    OUTAGE = "outage", "停机与停办"
    HELP = "help", "使用帮助"


class ArticleState(TextChoices):
    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "待审核"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤下"
