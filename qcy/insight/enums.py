from django.db.models import TextChoices


class Measure(TextChoices):
    """What kind of number this is: kinds are never added up or compared without saying so."""

    FLOW = "flow", "期间数"
    STOCK = "stock", "时点数"
    PLAN = "plan", "规划数"
    RATE = "rate", "比率"


class Comparison(TextChoices):
    """Against what (field guide, finding 3)."""

    NONE = "none", "无对比"
    SAME_PERIOD = "same_period", "与上年同期相比"
    PRIOR_FULL_YEAR = "prior_full_year", "本年累计与上年全年相比"
    NAMED_BASE = "named_base", "与指定基数相比"
    TARGET = "target", "与目标相比"
    TIME_PROGRESS = "time_progress", "与时序进度相比"
