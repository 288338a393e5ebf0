from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "openlk.flows"
    label = "flows"
