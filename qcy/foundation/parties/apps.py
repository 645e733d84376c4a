from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "qcy.foundation.parties"
    label = "parties"
