"""The product's addresses and the empty page among them."""

from django.urls import include, path

from tests.bench.empty.views import empty

urlpatterns = [
    path("me/empty", empty),
    path("", include("openlk.config.urls")),
]
handler400 = "openlk.portal.errors.bad_request"
handler403 = "openlk.portal.errors.forbidden"
handler404 = "openlk.portal.errors.not_found"
handler500 = "openlk.portal.errors.broken"
