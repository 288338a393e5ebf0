from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "openlk.content"
    label = "content"
