from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "qcy.delivery.components"
    label = "components"
