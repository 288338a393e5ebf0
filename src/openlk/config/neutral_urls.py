"""The addresses that belong to no cabinet."""

from django.urls import path

from openlk.config import health
from openlk.portal import views

urlpatterns = [
    path("", views.index, name="index"),
    path("livez", health.livez),
    path("readyz", health.readyz),
]
handler400 = "openlk.portal.errors.bad_request"
handler403 = "openlk.portal.errors.forbidden"
handler404 = "openlk.portal.errors.not_found"
handler500 = "openlk.portal.errors.broken"
