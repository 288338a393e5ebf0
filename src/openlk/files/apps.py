from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "openlk.files"
    label = "files"
