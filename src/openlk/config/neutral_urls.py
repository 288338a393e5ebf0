"""The addresses that belong to no cabinet."""

from django.urls import path

from openlk.config import health
from openlk.config.metrics import metrics
from openlk.portal import views

urlpatterns = [
    path("", views.index, name="index"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
handler400 = "openlk.portal.errors.bad_request"
handler403 = "openlk.portal.errors.forbidden"
handler404 = "openlk.portal.errors.not_found"
handler500 = "openlk.portal.errors.broken"
