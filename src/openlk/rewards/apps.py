from django.apps import AppConfig


class RewardsConfig(AppConfig):
    name = "openlk.rewards"
    label = "rewards"
