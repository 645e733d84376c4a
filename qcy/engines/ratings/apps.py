from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "qcy.engines.ratings"
    label = "ratings"
