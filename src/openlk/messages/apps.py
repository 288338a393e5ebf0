from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "openlk.messages"
    label = "messages"
