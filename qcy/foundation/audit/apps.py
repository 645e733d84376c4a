from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "qcy.foundation.audit"
    label = "audit"
