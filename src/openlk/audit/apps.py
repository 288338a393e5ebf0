from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "openlk.audit"
    label = "audit"
