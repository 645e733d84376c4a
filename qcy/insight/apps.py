from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "qcy.insight"
    label = "insight"
