from django.urls import path

from openlk.support import views

urlpatterns = [
    path("support", views.support_form, name="support"),
    path("support/<str:token>", views.ticket_page, name="ticket"),
]
