from django.urls import path
from django.views.generic import RedirectView

from openlk.portal import views

urlpatterns = [
    path("", views.start, name="start"),
    path("me", RedirectView.as_view(pattern_name="home")),
    path("me/", views.home, name="home"),
    path("me/profile", views.profile, name="profile"),
    path("me/pass", views.pass_page, name="pass"),
    path("me/pass.svg", views.pass_svg, name="pass_svg"),
    path("pass/<str:token>", views.pass_check, name="pass_check"),
]
