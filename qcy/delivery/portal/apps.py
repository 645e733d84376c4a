from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "qcy.delivery.portal"
    label = "portal"
