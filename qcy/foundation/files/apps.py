from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "qcy.foundation.files"
    label = "files"
