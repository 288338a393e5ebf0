"""The addresses of one cabinet."""

from django.urls import include, path

urlpatterns = [
    path("", include("openlk.portal.urls")),
    path("", include("openlk.flows.urls")),
    path("", include("openlk.rewards.urls")),
    path("", include("openlk.support.urls")),
    path("", include("openlk.identity.urls")),
    path("", include("openlk.content.urls")),
]
handler400 = "openlk.portal.errors.bad_request"
handler403 = "openlk.portal.errors.forbidden"
handler404 = "openlk.portal.errors.not_found"
handler500 = "openlk.portal.errors.broken"
