from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "qcy.engines.catalogue"
    label = "catalogue"
