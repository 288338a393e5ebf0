from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "openlk.look"
    label = "look"
