from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "openlk.support"
    label = "support"
