from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "openlk.ledger"
    label = "ledger"
