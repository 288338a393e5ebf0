from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate

from openlk.cabinets.loading import use_rooms


class CabinetsConfig(AppConfig):
    name = "openlk.cabinets"
    label = "cabinets"

    def ready(self) -> None:
        # Walls know the models, so they load after them.
        from openlk.cabinets.walls import raise_walls  # noqa: PLC0415 -- Django forbids models before ready()

        use_rooms(settings.ROOMS)
        post_migrate.connect(raise_walls, sender=self)
