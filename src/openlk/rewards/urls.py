from django.urls import path

from openlk.rewards import views

urlpatterns = [
    path("offers", views.offers_page, name="offers"),
    path("offers/<slug:slug>", views.offer_page, name="offer"),
]
