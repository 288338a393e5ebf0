from django.urls import path

from openlk.identity import proving, views

urlpatterns = [
    path("login", views.login_page, name="login"),
    path("logout", views.logout, name="logout"),
    path("me/prove", proving.prove_page, name="prove"),
]
