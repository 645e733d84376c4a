from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "qcy.domains.content"
    label = "content"
