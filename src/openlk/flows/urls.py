from django.urls import path

from openlk.flows import views

urlpatterns = [
    path("register", views.register, name="register"),
    path("register/<uuid:run_id>", views.run_page, name="run"),
]
