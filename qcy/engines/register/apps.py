from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "qcy.engines.register"
    label = "register"
