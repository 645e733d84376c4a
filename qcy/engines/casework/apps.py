from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "qcy.engines.casework"
    label = "casework"
