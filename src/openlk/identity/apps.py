from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "openlk.identity"
    label = "identity"
