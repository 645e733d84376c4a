from django.apps import AppConfig


class NodesConfig(AppConfig):
    name = "qcy.foundation.nodes"
    label = "nodes"
