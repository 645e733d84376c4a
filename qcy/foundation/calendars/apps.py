from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "qcy.foundation.calendars"
    label = "calendars"
