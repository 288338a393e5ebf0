from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "openlk.portal"
    label = "portal"
