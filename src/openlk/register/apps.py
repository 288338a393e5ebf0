from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "openlk.register"
    label = "register"
