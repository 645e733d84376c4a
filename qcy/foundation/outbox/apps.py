from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "qcy.foundation.outbox"
    label = "outbox"
