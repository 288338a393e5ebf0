from django.urls import path

from openlk.identity import views

urlpatterns = [
    path("login", views.login_page, name="login"),
    path("logout", views.logout, name="logout"),
]
