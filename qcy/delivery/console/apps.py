from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "qcy.delivery.console"
    label = "console"
