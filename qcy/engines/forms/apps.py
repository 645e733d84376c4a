from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "qcy.engines.forms"
    label = "forms"
