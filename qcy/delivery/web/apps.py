from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "qcy.delivery.web"
    label = "web"
