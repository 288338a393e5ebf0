from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "openlk.jobs"
    label = "jobs"
