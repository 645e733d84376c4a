from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "qcy.foundation.messages"
    label = "qcy_messages"
