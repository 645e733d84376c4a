from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "qcy.foundation.documents"
    label = "documents"
