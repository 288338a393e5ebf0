from django.urls import path

from openlk.flows import link_views, views

urlpatterns = [
    path("register", views.register, name="register"),
    path("register/<uuid:run_id>", views.run_page, name="run"),
    path("recover", views.recover, name="recover"),
    path("recover/<uuid:run_id>", views.run_page, name="recover_run"),
    path("me/flows/<slug:flow_name>", views.login_flow, name="login_flow"),
    path("me/flows/<slug:flow_name>/<uuid:run_id>", views.run_page, name="login_run"),
    path("confirm/<str:token>", link_views.confirm_link, name="confirm"),
    path("status/<str:token>", link_views.status_page, name="status"),
]
