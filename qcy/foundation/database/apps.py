from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .install import install


class DatabaseConfig(AppConfig):
    name = "qcy.foundation.database"
    label = "database"

    def ready(self) -> None:
        post_migrate.connect(install, sender=self, dispatch_uid="qcy.database.install")
