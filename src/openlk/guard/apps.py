from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "openlk.guard"
    label = "guard"
