from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "qcy.delivery.console"
    label = "console"

    def ready(self) -> None:
        from qcy.delivery.web.errors import SHELLS

        from .errors import staff_shell

        SHELLS.append(staff_shell)
